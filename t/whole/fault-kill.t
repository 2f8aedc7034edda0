#!/bin/sh
# No acknowledged message is lost if a program is killed at a system call, or if the call fails.
# Tests a sample of these points; scripts/fault tries all of them.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/fault.sh"
needs_strace 'no message is lost at a killed or failed call'

chmod 711 "$FAULT" # for the database's user

# Points that once showed a fault.
for point in 'spool/credit fdatasync#1:EIO' 'spool/credit write#1:EIO' 'line/the dialogue read#33:ENFILE'; do
	out=$(fault kill -p "$point")
	ok $? "no message is lost at $point" "$out"
done

# Sanitized programs start slowly, and only add the check of memory.
if grep -q __asan_init "$BIN/saca-spool"; then
	set -- 'spool 100' 'service 20' 'line 30' 'import 50' 'postgres 20' 'send 30'
else
	set -- 'spool 700' 'service 150' 'line 200' 'import 300' 'postgres 90' 'send 200'
fi
for subject; do
	# shellcheck disable=SC2086
	set -- $subject
	out=$(fault kill -n "$2" "$1")
	case $? in
	2) skip "$1: no message is lost at a killed or failed call" "$out" ;;
	*) ok $? "$(printf '%s\n' "$out" | head -n 1)" "$out" ;;
	esac
done
done_testing
