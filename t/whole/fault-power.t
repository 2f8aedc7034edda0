#!/bin/sh
# Power cuts: in a model of the states that the syncs allow, and on images of real file
# systems.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/fault.sh"
needs_strace 'no message is lost in a power cut'
if grep -q __asan_init "$BIN/saca-spool"; then
	skip 'no message is lost in a power cut' 'sanitized programs write and sync as the others do, and take ten times as long'
	done_testing
fi

chmod 711 "$FAULT" # for the database's user

# Tests a few states of each moment; scripts/fault makes many.
out=$(fault model -l 6)
ok $? "$(printf '%s\n' "$out" | tail -n 1)" "$out"

for fs in ext4 xfs btrfs; do
	if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
		skip "no message is lost in a power cut on $fs" 'needs root, and a mount name space of its own'
		continue
	fi
	with_postgres=
	[ $fs != ext4 ] || with_postgres=-p
	# shellcheck disable=SC2086 # no argument if empty
	out=$(fault power $with_postgres "$fs")
	case $? in
	2) skip "no message is lost in a power cut on $fs" "$out" ;;
	*) ok $? "$(printf '%s\n' "$out" | grep 'power cuts' | paste -sd' ' | tr -s ' ')" "$out" ;;
	esac
done
done_testing
