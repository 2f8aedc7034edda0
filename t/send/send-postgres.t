#!/bin/sh
# saca-send with PostgreSQL: the promises of t/send/saca-send.t, on a store whose tables are spread by plan.
# Each statement works in the part of its plan.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"

needs_server
start_spread
. "$TOP/t/lib/send.sh"
. "$TOP/t/lib/send-promises.sh"

prepare
start_mta
all_promises

# The server is restarted while mails are sent.
add_send 3000 1 200
background send_mails -n 2 -m 100 2>"$T/err"
worker=$!
few_taken() { [ "$(mails '^<3000\.')" -ge 20 ]; }
err_has() { grep -q "$1" "$T/err"; }
await 10 few_taken
stop_server
await 10 err_has '^saca-send: warning: the store fails, trying again: '
ok $? "saca-send reports that the database server is gone"
run_server -c autovacuum=off
wait "$worker"
is "$?:$(state 3000):$(deliveries 3000):$(mails '^<3000\.')" "0:sent:handed 200:200" \
	"each contact gets one mail after the database server is back"
like "$(cat "$T/err")" 'the store works again' "saca-send reports that the database server is back"
figures_agree
ok $? "the figures after a restart of the database server are those of a recount"

# The database server crashes while saca-send waits for the replies to two mails. The commits since the last one that
# was synced are not on disk: the WAL writer was stopped, and there is no autovacuum, whose commits are synced.
server_pid() { head -n 1 "$T/pg/postmaster.pid"; }
crash_server() {
	# shellcheck disable=SC2046 # numbers
	kill -KILL "$(server_pid)" $(pgrep -P "$(server_pid)")
	wait "$SERVER"
}
add_send 3001 1 300
rules 'rcpt c30010000150@* stall' 'rcpt c30010000151@* stall'
kill -STOP "$(pgrep -P "$(server_pid)" -f walwriter)"
background send_mails -n 2 2>"$T/err"
worker=$!
both_stall() { [ "$(mails '^<3001\.')" = 149 ]; }
await 10 both_stall
ok $? 'saca-send waits for two replies'
crash_server
run_server
rows=$(sql "SELECT count(*) FROM delivery WHERE send_id = 3001")
[ "$rows" -ge 49 ] && [ "$rows" -lt 151 ]
ok $? 'a crash of the database server takes back some of 151 rows, at most a batch and the mails in flight' "$rows rows"
stop_mta
rules
start_mta
wait "$worker"
is "$?:$(state 3001):$(deliveries 3001):$(cut -d' ' -f1 "$SERVER_FOLDER/mails" | grep '^<3001\.' | sort -u | wc -l)" '0:sent:handed 300:300' \
	'after a crash of the database server that loses commits, each contact has its mail and its row'
[ "$(mails '^<3001\.')" -le 402 ]
ok $? 'a crash of the database server that loses commits repeats the mails of one batch at most' "$(mails '^<3001\.') mails"
figures_agree
ok $? 'the figures after a crash of the database server are those of a recount'
done_testing
