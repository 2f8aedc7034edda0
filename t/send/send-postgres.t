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
run_server
wait "$worker"
is "$?:$(state 3000):$(deliveries 3000):$(mails '^<3000\.')" "0:sent:handed 200:200" \
	"each contact gets one mail after the database server is back"
like "$(cat "$T/err")" 'the store works again' "saca-send reports that the database server is back"
figures_agree
ok $? "the figures after a restart of the database server are those of a recount"
done_testing
