# shellcheck shell=sh
# What the shell tests share: TAP, a folder of their own, and waiting for what can be
# watched. A test starts with `. t/lib/tap.sh`, and ends with `done_testing`.
# BIN is the folder of the programs under test (an absolute path, or bin).

set -u
TOP=$(cd "$(dirname "$0")/../.." && pwd)
BIN=${BIN:-$TOP/bin}
case $BIN in /*) ;; *) BIN=$TOP/$BIN ;; esac
PATH=$BIN:$PATH
T=$(mktemp -d "${TMPDIR:-/tmp}/saca-t.XXXXXX")
export BIN PATH T TOP
PIDS=
TESTS=0

# The programs need no more stack than this, and most of their clients do with it: $ROOMY goes
# before a command that does not. (The sanitizers' frames are larger.)
ROOMY="prlimit --stack=8388608:"
case $BIN in
*/sanitize/*) ;;
*) ulimit -S -s 256 ;;
esac

make() { # pkg-config wants more
	$ROOMY make "$@"
}

# Is it scripts that run the programs (scripts/analyze)? What is told of them from outside, as
# strace does, is of the scripts then.
case $(head -c 2 "$BIN/saca-smtpd" 2>/dev/null) in
'#!') WRAPPED=yes ;;
*) WRAPPED= ;;
esac
FAILED=0

cleanup() {
	for p in $PIDS; do kill "$p" 2>/dev/null; done
	for p in $PIDS; do wait "$p" 2>/dev/null; done
	rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# ok STATUS NAME [DETAIL]: one test. STATUS is 0 when it passed.
ok() {
	TESTS=$((TESTS + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $TESTS - $2"
	else
		FAILED=$((FAILED + 1))
		echo "not ok $TESTS - $2"
		[ $# -lt 3 ] || printf '%s\n' "$3" | sed 's/^/# /'
	fi
	return "$1"
}

# is GOT WANTED NAME
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

# skip NAME WHY
skip() {
	TESTS=$((TESTS + 1))
	echo "ok $TESTS - $1 # SKIP $2"
}

# await SECONDS COMMAND...: runs it until it succeeds; fails after six times that time, which
# is meant for a machine that has nothing else to do.
await() {
	_end=$(($(date +%s) + 6 * $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$_end" ] || return 1
		sleep 0.02
	done
}

# A store that an importer writes to, or whose importer was just killed, is asked again.
sqlite3() {
	command sqlite3 -cmd '.timeout 20000' "$@"
}

# background COMMAND...: runs it until the test ends; its pid is in $!.
background() {
	"$@" &
	PIDS="$PIDS $!"
}

done_testing() {
	echo "1..$TESTS"
	[ "$FAILED" -eq 0 ] || exit 1
	exit 0
}
