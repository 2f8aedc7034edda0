#!/bin/sh
# Nothing acknowledged is lost, whatever call is the last one or fails: a sample of the
# points, spread over all of them; scripts/fault tries every one.
. "$(dirname "$0")/lib.sh"

if ! command -v strace >/dev/null || ! strace -qq -o "$T/probe" -e trace=getuid -e inject=getuid:error=EIO true 2>/dev/null; then
	skip 'every call killed and failing' 'strace can not be had or may not trace here'
	done_testing
fi
case $BIN in
*/sanitize/*)
	skip 'every call killed and failing' "the sanitizers' runtime does not survive failing calls of its own"
	done_testing
	;;
esac

# Nothing here asks for more of a disk than that it keeps what it is told to, so memory will do.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then
	FAULT=$(mktemp -d /dev/shm/saca-t.XXXXXX)
	trap 'rm -rf "$FAULT"; cleanup' EXIT
else
	FAULT=$T
fi

kill_at() {
	TMPDIR=$FAULT PYTHONDONTWRITEBYTECODE=1 python3 "$TOP/t/fault/kill" "$@" 2>&1
}

# Points that broke something once.
for point in 'spool/credit fdatasync#1:EIO' 'spool/credit write#1:EIO'; do
	out=$(kill_at -p "$point")
	ok $? "$point" "$out"
done

for subject in 'spool 700' 'line 250' 'import 300'; do
	set -- $subject
	out=$(kill_at -n "$2" "$1")
	ok $? "$1: $(printf '%s\n' "$out" | head -n 1)" "$out"
done
done_testing
