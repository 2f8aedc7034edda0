#!/bin/sh
# Full disks, disks without inodes and read-only disks under spool, store and web folder, as a
# client of the dialogue sees them.
if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
	echo '1..0 # SKIP needs root, and a mount name space of its own'
	exit 0
fi
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/fault.sh"
fault full
