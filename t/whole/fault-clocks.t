#!/bin/sh
# Clocks that jump. The programs are linked dynamically, since libfaketime does not work in static
# ones.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/fault.sh"

FAKETIME_LIB=$(find /usr/lib /usr/local/lib -name libfaketime.so.1 2>/dev/null | head -n 1)
export FAKETIME_LIB
if [ -z "$FAKETIME_LIB" ]; then
	skip 'no message is lost when the clock jumps' 'libfaketime is not installed'
	done_testing
fi
if grep -q __asan_init "$BIN/saca-spool"; then
	skip 'no message is lost when the clock jumps' "the sanitizers' library and libfaketime both want to come first"
	done_testing
fi
make -s -C "$TOP" SANITIZE= BUILD="${BUILD:-build/plain}" BIN="$T/dynamic" STATIC= all >"$T/make" 2>&1 ||
	{ cat "$T/make"; exit 1; }
BIN=$T/dynamic
fault clocks
