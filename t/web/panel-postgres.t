#!/bin/sh
# The pages and actions of saca-panel with PostgreSQL.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/postgres.sh"

if [ -z "$PG" ]; then
	echo '1..0 # SKIP no PostgreSQL server here'
	exit 0
fi
start_server
STORE="postgresql://saca@$HOST/postgres"
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$STORE" -c "$1"; }
. "$TOP/t/lib/panel.sh"
. "$TOP/t/lib/panel-promises.sh"

fill_store
sql "ALTER TABLE plan ALTER COLUMN id RESTART WITH 1000"
start_panel
session_promises
plan_promises
send_promises
contact_promises
piece_promises
state_promises
done_testing
