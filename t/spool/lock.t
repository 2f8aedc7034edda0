#!/bin/sh
# Waiting for locks whose holder is stopped.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

envelope r@d.es a@x.es >"$T/env"
campaign 1 >"$T/m"
deliver "$T/m" "$T/env" "$S"
saca-spool -c acme=+5 "$S" >"$T/out"

# hold FILE: starts a process that holds the lock of a whole file
hold() {
	rm -f "$T/held"
	background python3 -c 'import fcntl, sys, time
f = open(sys.argv[1], "r+")
fcntl.lockf(f, fcntl.LOCK_EX)
open(sys.argv[2], "w").close()
time.sleep(600)' "$1" "$T/held"
	HOLDER=$!
	await 20 test -e "$T/held"
}
waits() { # PID: true if it sleeps between two tries to get a lock
	grep -q nanosleep "/proc/$1/wchan"
}

hold "$S/count"
saca-import "$S" "$T/saca.db" 2>"$T/err" &
pid=$!
PIDS="$PIDS $pid"
await 20 waits "$pid"
kill -TERM "$pid"
wait "$pid"
is "$?" 111 "saca-import that waits for the counter ends at SIGTERM"
like "$(cat "$T/err")" "counter of the spool: count is held by process $HOLDER: Interrupted" \
	"saca-import names the counter that it waits for and the process that holds it"
kill "$HOLDER"
wait "$HOLDER"

# A plan whose credit is pending makes the importer wait for its file.
printf '%s\n' "1 0123456789abcdef0123456789abcdef 4 $(printf '%064d' 7)" >"$S/credit/acme"
hold "$S/credit/acme"
saca-import "$S" "$T/saca.db" 2>"$T/err" &
pid=$!
PIDS="$PIDS $pid"
await 20 waits "$pid"
kill -TERM "$pid"
wait "$pid"
is "$?" 111 "saca-import that waits for a credit file ends at SIGTERM"
like "$(cat "$T/err")" "credit/acme is held by process $HOLDER" "saca-import names the credit file and its holder"
campaign 2 >"$T/m"
SACA_CREDIT=yes saca-spool "$S" <"$T/m" 1<"$T/env" 2>"$T/err" &
pid=$!
PIDS="$PIDS $pid"
await 20 waits "$pid"
kill "$HOLDER"
wait "$pid"
is "$?:$(count_files "$S/new")" 0:2 "saca-spool goes on when the holder of a credit file dies"

mkfifo "$S/new/fifo"
out=$(saca-import "$S" "$T/saca.db" 2>&1)
like "$?:$out" 'warning: new/fifo in the spool is not a regular file: skipped' "saca-import reports a FIFO in the spool and skips it"
done_testing
