#!/bin/sh
# A program that is installed set-user-id or set-group-id refuses to run.
. "$(dirname "$0")/../lib/tap.sh"

if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null; then
	skip "set-id programs" "needs root and setpriv(1)"
	done_testing
elif [ -n "$WRAPPED" ]; then
	skip "set-id programs" "a script cannot be set-id"
	done_testing
elif findmnt -nT "$T" -o OPTIONS | grep -q nosuid; then
	skip "set-id programs" "the folder for tests is mounted nosuid"
	done_testing
fi

chmod 755 "$T"
stranger() { setpriv --reuid 54399 --regid 54398 --clear-groups "$@"; }
for main in "$TOP"/src/prog/*.c; do
	program=$(basename "$main" .c)
	cp "$BIN/$program" "$T/$program"
	chown 12345:54321 "$T/$program"
	for mode in 4755 2755; do
		chmod $mode "$T/$program"
		out=$(stranger "$T/$program" 2>&1 </dev/null)
		is "$?" 100 "$program with mode $mode exits 100"
		like "$out" "^$program: fatal: this program is installed set-user-id" "$program with mode $mode says why"
	done
done
chmod 755 "$T/saca-mime"
out=$(stranger "$T/saca-mime" 2>&1 </dev/null)
is "$?:$out" "0:" "a program with mode 755 runs"
done_testing
