# shellcheck shell=sh
# Shared by the parts of scripts/bench: building, starting, stopping and measuring a server,
# and the report.

PORT=${PORT:-25025} TLSPORT=${TLSPORT:-25465}
B=$PWD/build/bench
TOOLS=$B/tools
BIN=${BIN:-$PWD/bin}
init='' holder='' DATA=''
export B BIN DATA PORT TLSPORT

# --- Before --------------------------------------------------------------------------------

bench_build() {
	scripts/deps bench
	make -s -j"$(nproc)" fast BIN="$BIN" >&2
	make -s -f t/whole/bench/Makefile TOOLS="$TOOLS" >&2
}

# A login with the cheapest hash, for measurements without hashing, and one with the default hash;
# a key.
bench_accounts() {
	cheap='$7$0/..../....bench$bONvN5mCt2XjNLEX/P7WiI/zH0P1SvFOwEZzwVsT3k3' # "secreto", by scrypt with N = 4
	mkdir -p "$B/accounts" "$B/tls"
	mkdir -p "$B/accounts/line"
	printf %s "$cheap" >"$B/accounts/cheap"
	cat >"$B/accounts/text" <<-END
		plan acme maxrcpt=10000000
		user victor.acme $cheap
		sender acme remitente@example.com
	END
	# the line, where every login takes as long as the slowest hash in the file, has one hash
	"$BIN/saca-accounts" "$B/accounts/line" <"$B/accounts/text" 2>/dev/null
	[ -s "$B/accounts/yescrypt" ] || printf secreto | "$BIN/saca-accounts" -p >"$B/accounts/yescrypt"
	echo "user yes.acme $(cat "$B/accounts/yescrypt")" >>"$B/accounts/text"
	"$BIN/saca-accounts" "$B/accounts" <"$B/accounts/text" 2>/dev/null
	[ -s "$B/tls/cert.pem" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
		-subj /CN=bench.example -keyout "$B/tls/key.pem" -out "$B/tls/cert.pem" 2>/dev/null
}

# Each server has its own part of the disk, removed at the end: ext4 without a journal is slow
# where many files were just deleted.
bench_room() {
	mkdir -p "$B/data"
	chattr +T "$B/data" 2>/dev/null || : # only ext2, ext3 and ext4 have this flag
}

bench_tidy() {
	bench_stop
	rm -rf "$B/data"
}

machine() {
	echo "$(uname -sr), $(nproc) processors: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)"
	echo "files on $(findmnt -n -o FSTYPE -T "$B"); load before: $(cut -d ' ' -f 1-3 /proc/loadavg); $rounds rounds of $seconds s, medians"
}

# --- A server ------------------------------------------------------------------------------

# Starts it and waits until it answers. False: the server is not available here.
bench_start() {
	starts=$((${starts:-0} + 1))
	DATA=$B/data/$1.$$.$starts
	mkdir -p "$B/$1" "$DATA"
	unshare -m -p -f --kill-child --mount-proc t/whole/bench/server "$1" >"$B/$1/out" 2>"$B/$1/err" &
	server=$!
	init='' login='' tls=no tries=0
	case $1 in saca | saca-line | postfix+login) login="-a victor.acme:secreto" ;; esac
	case $1 in saca | saca-line | postfix | postfix+login | exim) tls=yes ;; esac
	until "$TOOLS/load" -c 1 -m 1 -e 127.0.0.1 "$PORT" >/dev/null 2>&1; do
		if ! kill -0 $server 2>/dev/null || [ $tries -ge 1800 ]; then
			fault "$1" "$(tail -n 1 "$B/$1/err")"
			bench_stop
			return 1
		fi
		tries=$((tries + 1))
		sleep 0.1
	done
	init=$(cat "/proc/$server/task/$server/children")
	init=${init% }
}

# Ends it: with the first process of a pid namespace all others end.
bench_stop() {
	[ -z "$holder" ] || release
	[ -n "${server:-}" ] || return 0
	[ -n "$init" ] || init=$(cat "/proc/$server/task/$server/children" 2>/dev/null) || :
	# shellcheck disable=SC2086
	[ -z "$init" ] || kill -KILL $init 2>/dev/null || :
	wait "$server" 2>/dev/null || :
	server='' init=''
}

peer_pids() {
	ps -eo pidns=,pid= | awk -v ns="$(stat -L -c %i "/proc/$init/ns/pid")" '$1 == ns { print $2 }'
}

# The memory of all its processes, shared pages in shares, KB.
pss() {
	for p in $(peer_pids); do
		cat "/proc/$p/smaps_rollup" 2>/dev/null || : # one that has just ended
	done | awk '/^Pss:/ { sum += $2 } END { print sum + 0 }'
}

# The processor time of all its processes and of their ended children, us.
cpu() {
	for p in $(peer_pids); do
		cat "/proc/$p/stat" 2>/dev/null || :
	done | awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); sum += $12 + $13 + $14 + $15 } END { printf "%.0f", sum * 1000000 / hz }'
}

# Runs a load that holds its sessions open until release. Its output is in $B/out.
hold() {
	rm -f "$B/fifo"
	mkfifo "$B/fifo"
	: >"$B/out"
	"$@" <"$B/fifo" >"$B/out" 2>"$B/err" &
	holder=$!
	exec 9>"$B/fifo"
	until grep -q ready "$B/out"; do
		kill -0 $holder 2>/dev/null || { release; return 1; }
		sleep 0.02
	done
	sleep 0.3 # for the work that the server does after its last reply
}

release() {
	exec 9>&-
	wait "$holder" || :
	holder=''
}

# FILE TITLE X-LABEL Y-LABEL: a plot of the lines "series x y" on stdin; both axes logarithmic.
svg() {
	awk -v title="$2" -v xl="$3" -v yl="$4" -f t/whole/bench/plot.awk >"$B/$1"
	echo "  $B/$1"
}

# --- Results -------------------------------------------------------------------------------

# NAME VALUE [OF]: one figure of the peer; of the test OF, if it belongs to one
record() {
	printf '%s\t%s\t%s\n' "${3:+$3:}$1" "$peer" "$2" >>"$B/results"
}

fault() {
	printf '%s\t%s\t%s\n' "$peer" "$1" "$2" >>"$B/faults"
}

# Prints medians, and saca's divided by each peer's.
report() {
	awk -F '\t' '
		function median(key,   n, v, i, j, t) {
			n = split(values[key], v, " ")
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) {
					t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
				}
			return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
		}
		!($1 in seen) { seen[$1]; tests[++t] = $1 }
		!($2 in known) { known[$2]; peers[++p] = $2 }
		{ values[$1, $2] = values[$1, $2] " " $3 }
		END {
			for (i = 1; i <= t; i++) {
				print "\n" tests[i]
				for (k = 1; k <= p; k++) {
					key = tests[i] SUBSEP peers[k]
					if (!(key in values))
						continue
					m = median(key)
					own = tests[i] SUBSEP "saca"
					ratio = peers[k] != "saca" && (own in values) && m > 0 ? sprintf("saca x %.2f", median(own) / m) : ""
					printf "  %-12s %12.1f  %-14s (%s )\n", peers[k], m, ratio, values[key]
				}
			}
		}' "$B/results"
	if [ -s "$B/syncs" ]; then
		printf '\nSynced before the 250\n'
		sed 's/^/  /' "$B/syncs"
	fi
	if [ -s "$B/faults" ]; then
		printf '\nWhat could not be measured\n'
		sort -u "$B/faults" | sed 's/^/  /'
	fi
}
