# shellcheck shell=sh
# Shared by the shell tests: TAP, a temporary folder, waiting. A test sources this first and
# ends with done_testing. BIN is the folder of the programs under test: bin by default.
#
# Standard error goes to $T/stderr and is shown only when the test fails.

set -u
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BIN=${BIN:-$TOP/bin}
case $BIN in /*) ;; *) BIN=$TOP/$BIN ;; esac
PATH=$BIN:$PATH
T=$(mktemp -d "${TMPDIR:-/tmp}/saca-t.XXXXXX")
PYTHONPATH=$TOP/t/lib PYTHONDONTWRITEBYTECODE=1
export BIN PATH PYTHONPATH PYTHONDONTWRITEBYTECODE T TOP
PIDS=
TESTS=0
FAILED=0
DONE=
exec 2>"$T/stderr"

# The programs have a stack of 256 KB in every test, except under the sanitizers, whose frames are
# larger. Put $ROOMY before another command that needs more.
ROOMY="prlimit --stack=8388608:"
case $BIN in
*/sanitize/*) ;;
*) ulimit -S -s 256 ;;
esac

make() { # pkg-config needs a larger stack
	$ROOMY make "$@"
}

# WRAPPED: the programs are scripts that run the real ones (scripts/analyze). strace and the
# like would then see the scripts.
case $(head -c 2 "$BIN/saca-smtpd" 2>/dev/null) in
'#!') WRAPPED=yes ;;
*) WRAPPED= ;;
esac

# own_processes: prints which of $PIDS are children of this shell, or theirs. The pid of a process that
# has ended may be that of a process of another test.
own_processes() {
	[ -z "$PIDS" ] || ps -o pid=,ppid= -p "$(echo $PIDS)" | while read -r pid parent; do
		case " $$ $PIDS " in *" $parent "*) echo "$pid" ;; esac
	done
}

cleanup() {
	if [ -z "$DONE" ] || [ "$FAILED" -gt 0 ]; then
		tail -n 50 "$T/stderr" | sed 's/^/# stderr: /'
	fi
	PIDS=$(own_processes)
	for p in $PIDS; do kill "$p" 2>/dev/null; done
	for p in $PIDS; do wait "$p" 2>/dev/null; done
	rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# ok STATUS NAME [DETAIL]: reports one test. STATUS is 0 if it passed; DETAIL is shown if not.
ok() {
	TESTS=$((TESTS + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$TESTS" "$2"
	else
		FAILED=$((FAILED + 1))
		printf 'not ok %d - %s\n' "$TESTS" "$2"
		[ $# -lt 3 ] || printf '%s\n' "$3" | sed 's/^/# /'
	fi
	return "$1"
}

# is GOT WANTED NAME: the two are equal
is() {
	[ "$1" = "$2" ]
	ok $? "$3" "got:    $1
wanted: $2"
}

# like GOT ERE NAME: some line of GOT matches
like() {
	printf '%s\n' "$1" | grep -Eq -- "$2"
	ok $? "$3" "got:    $1
wanted: a line like $2"
}

# unlike GOT ERE NAME: no line of GOT matches
unlike() {
	! printf '%s\n' "$1" | grep -Eq -- "$2"
	ok $? "$3" "got:    $1
wanted: no line like $2"
}

# skip NAME WHY: reports a test that cannot run here
skip() {
	TESTS=$((TESTS + 1))
	printf 'ok %d - %s # SKIP %s\n' "$TESTS" "$1" "$2"
}

# await SECONDS COMMAND...: runs COMMAND until it succeeds. Fails after six times SECONDS, the
# time it takes on an idle machine.
await() {
	read -r _now _rest </proc/uptime # date would be one more process in each turn
	_end=$((${_now%.*} + 6 * $1))
	shift
	until "$@" >/dev/null 2>&1; do
		read -r _now _rest </proc/uptime
		[ "${_now%.*}" -lt "$_end" ] || return 1
		sleep 0.02
	done
}

# The store may be locked by an importer, or by the recovery after a killed one.
sqlite3() {
	command sqlite3 -cmd '.timeout 20000' "$@"
}

# background COMMAND...: runs it until the test ends; its pid is $!.
background() {
	"$@" &
	PIDS="$PIDS $!"
}

done_testing() {
	DONE=yes
	echo "1..$TESTS"
	[ "$FAILED" -eq 0 ] || exit 1
	exit 0
}
