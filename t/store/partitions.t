#!/bin/sh
# A PostgreSQL store whose tables are spread by plan: the tests of saca-import pass, and each
# statement works in the part of its plan. PostgreSQL's own hash partitions stand in for an engine
# that spreads rows over machines.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"

if [ -z "$PG" ]; then
	echo '1..0 # SKIP no PostgreSQL server here'
	exit 0
fi
start_spread
is "$(database parts "select count(*) from pg_partitioned_table")" 14 'the tables with a plan_id are partitioned'

WEB=$T/web
IMPORT_OPTIONS="-w $WEB"
ISO="at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
CREATED="to_char(c.created_at $ISO"
SPOOLED="to_char(spooled_at $ISO"
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$STORE" -c "$1"; }
import() { saca-import -w "$WEB" "$@" "$SPOOL" "$STORE"; }
import_under() {
	case $1 in
	script) "$@" ;;
	*) "$@" saca-import -w "$WEB" "$SPOOL" "$STORE" ;;
	esac
}
import_in_background() {
	background saca-import -w "$WEB" "$@" "$SPOOL" "$STORE"
	follower=$!
}
. "$TOP/t/lib/import.sh"
all_promises

# Each statement reads one part at most. The exceptions are those of saca-store(5), Keys.
log_plans
for i in 1 2 3; do
	campaign "partes $i" | put new "$(key $((7000 + i)))" $((7000 + i)) $((7000 + i)) $D \
		"u.plan$i" remitente@dominio.com a@y.es "b$i@y.es"
done
import 2>/dev/null
is "$(several_parts)" "SELECT id FROM send WHERE id < 1099511627776 ORDER BY id DESC LIMIT 1
SELECT smtp_id FROM send WHERE id = \$1" 'saca-import: each statement but two works in one part'
is "$(read_plans | grep -c 'INSERT INTO')" 21 'the plans of all INSERTs of saca-import were logged'
log_plans
for verb in contacts groups pieces senders sends; do saca-list -p plan1 "$STORE" $verb >/dev/null; done
is "$(read_plans | grep -c '^SELECT t.id')" 5 'saca-list -p: the plans of its statements were logged'
is "$(several_parts)" '' 'saca-list -p: each statement works in one part'

done_testing
