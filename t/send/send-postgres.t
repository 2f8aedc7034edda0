#!/bin/sh
# saca-send with PostgreSQL: the promises of t/send/saca-send.t, on a server of its own.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"

if [ -z "$PG" ]; then
	echo '1..0 # SKIP no PostgreSQL server here'
	exit 0
fi
start_server
STORE="postgresql://saca@$HOST/postgres"
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$STORE" -c "$1"; }
. "$TOP/t/lib/send.sh"
. "$TOP/t/lib/send-promises.sh"

prepare
start_mta
all_promises
done_testing
