#!/bin/sh
# Nothing acknowledged is lost, whatever call is the last one or fails: a sample of the
# points, spread over all of them; scripts/fault tries every one.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/fault.sh"
needs_strace 'every call killed and failing'

chmod 711 "$FAULT" # the database's user has to get through

# Points that broke something once.
for point in 'spool/credit fdatasync#1:EIO' 'spool/credit write#1:EIO' 'line/the dialogue read#33:ENFILE'; do
	out=$(fault kill -p "$point")
	ok $? "$point" "$out"
done

# Sanitized programs are slow to start; what they add is a look at the memory.
if grep -q __asan_init "$BIN/saca-spool"; then
	set -- 'spool 100' 'line 30' 'import 50' 'postgres 20'
else
	set -- 'spool 700' 'line 200' 'import 300' 'postgres 90'
fi
for subject; do
	# shellcheck disable=SC2086
	set -- $subject
	out=$(fault kill -n "$2" "$1")
	case $? in
	2) skip "$1: every call killed and failing" "$out" ;;
	*) ok $? "$(printf '%s\n' "$out" | head -n 1)" "$out" ;;
	esac
done
done_testing
