#!/bin/sh
# The commands in the EXAMPLES of every manual page work as they are printed. t/lib/manual.py
# has the convention. They run in a folder that looks like a host set up by INSTALL: paths
# like /etc/saca and /var/spool/saca are below it, and the ports are free ones.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

if ! command -v tcpserver >/dev/null; then
	skip "the EXAMPLES of the manuals" "tcpserver is not installed"
	done_testing
fi

# The users of INSTALL do not exist here: the programs that become one run as this user.
mkdir "$T/users"
for program in setuidgid s6-setuidgid; do
	printf '#!/bin/sh\nshift\nexec "$@"\n' >"$T/users/$program"
	chmod 755 "$T/users/$program"
done
PATH=$T/users:$PATH

# prepare_host FOLDER: accounts, a certificate, a spool with one message, one set aside and
# plans with credit; a store with one send. The working folder has a `message`, an `envelope`,
# an HTML file and the environment folder `env`.
prepare_host() {
	mkdir -p "$1/etc" "$1/run/saca" "$1/srv/saca" "$1/var/spool" "$1/var/lib/saca/web" "$1/var/lib/saca/store" "$1/var/log/saca" "$1/work/env"
	accounts "$1/etc/saca" && certificate "$1/etc/saca" || return 1
	accounts_text >"$1/etc/saca/accounts"
	head -c 32 /dev/urandom >"$1/run/saca/ticket.key"
	campaign >"$1/work/message"
	printf 'Fremitente@example.com\0Tana@example.org\0\0' >"$1/work/envelope"
	mkdir "$1/var/lib/saca/hits" "$1/var/lib/saca/published"
	echo "1 $(openssl rand -hex 32)" >"$1/etc/saca/link.key"
	echo "$1/etc/saca/cert.pem" >"$1/work/env/CERTFILE"
	echo "$1/etc/saca/key.pem" >"$1/work/env/KEYFILE"
	spool_message "$1" uno &&
		saca-import -w "$1/var/lib/saca/web" "$1/var/spool/saca" "$1/var/lib/saca/store/saca.db" 2>/dev/null &&
		spool_message "$1" dos
}

# spool_message FOLDER ID: puts a message into the spool of the host in FOLDER
spool_message() {
	campaign "$2" | SACA_PLAN=acme SACA_USER=victor.acme saca-spool "$1/var/spool/saca" 1<"$1/work/envelope" 2>/dev/null
}

# shape FILE: prints it with all numbers, identifiers and runs of blanks made equal
shape() {
	sed -E -e 's/[0-9a-f]{32,}/#/g' -e 's/[0-9]+/0/g' -e 's/[[:space:]]+/ /g' -e 's/ $//' "$1"
}

# shows_output SHOWN OUTPUT: true if the output has the shape that the page shows
shows_output() {
	python3 - "$1" "$2" <<-'END'
		import re, sys
		shown, output = (open(name).read() for name in sys.argv[1:])
		pattern = "".join("(?:.*\n)*?" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + "\n"
		                  for line in shown.splitlines())
		sys.exit(not re.fullmatch(pattern, output))
	END
}

# run_page PAGE: runs its commands; one test for each
run_page() {
	page=$(basename "$1" | sed 's/\.\([1-8]\)$/(\1)/')
	folder=$T/${1##*/}
	SANDBOX=$folder/host
	mkdir -p "$folder"
	prepare_host "$SANDBOX" || { ok 1 "$page: its host can be prepared"; return; }
	ports="2500=$(free_port) 58700=$(free_port) 46500=$(free_port)"
	# shellcheck disable=SC2086
	python3 "$TOP/t/lib/manual.py" "$1" "$folder" $ports >"$folder/script"
	(
		pids=
		cd "$SANDBOX/work" || exit 1
		. "$folder/script"
		# shellcheck disable=SC2086
		[ -z "$pids" ] || { kill $pids; wait $pids; }
	) >/dev/null 2>&1
	n=1
	while [ -e "$folder/$n.command" ]; do
		name="$page: $(head -n 1 "$folder/$n.command")"
		is "$(cat "$folder/$n.status")" 0 "$name" || sed 's/^/# /' "$folder/$n.output"
		if [ -s "$folder/$n.shown" ]; then
			shape "$folder/$n.shown" >"$folder/shown"
			shape "$folder/$n.output" >"$folder/output"
			shows_output "$folder/shown" "$folder/output"
			ok $? "$page: the output of that command is as the page shows it" "$(diff "$folder/shown" "$folder/output")"
		fi
		n=$((n + 1))
	done
	[ $n -gt 1 ]
	ok $? "$page: EXAMPLES has a command"
}

for manual in "$TOP"/src/prog/*.[1-8]; do
	run_page "$manual"
done
done_testing
