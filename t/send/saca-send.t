#!/bin/sh
# saca-send with SQLite: its mails, its rows, and its files in published/. (t/send/send-postgres.t
# has the same promises with PostgreSQL, t/send/send-fault.t the faults.)
. "$(dirname "$0")/../lib/tap.sh"

STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/lib/send.sh"
. "$TOP/t/lib/send-promises.sh"

prepare
start_mta
all_promises
done_testing
