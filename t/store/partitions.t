#!/bin/sh
# A PostgreSQL store whose tables are spread by plan: the tests of saca-import pass, and each
# statement works in the part of its plan. PostgreSQL's own hash partitions stand in for an engine
# that spreads rows over machines.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"

needs_server
start_spread
is "$(database parts "select count(*) from pg_partitioned_table")" 14 'the tables with a plan_id are partitioned'

WEB=$T/web
IMPORT_OPTIONS="-w $WEB"
. "$TOP/t/lib/import.sh"
all_promises

# Each statement reads one part at most. The exceptions are those of saca-store(5), Keys.
log_plans
for i in 1 2 3; do
	campaign "partes $i" | put new "$(key $((7000 + i)))" $((7000 + i)) $((7000 + i)) $D \
		"u.plan$i" remitente@dominio.com a@y.es "b$i@y.es"
done
import 2>/dev/null
is "$(several_parts)" "SELECT id FROM send WHERE id < 1099511627776 ORDER BY id DESC NULLS LAST LIMIT 1
SELECT smtp_id FROM send WHERE id = \$1" 'saca-import: each statement but two works in one part'
is "$(read_plans | grep -c 'INSERT INTO')" 21 'the plans of all INSERTs of saca-import are in the log'
log_plans
for verb in contacts groups pieces senders sends; do saca-list -p plan1 "$STORE" $verb >/dev/null; done
is "$(read_plans | grep -c '^SELECT t.id')" 5 'saca-list -p: the plans of its statements are in the log'
is "$(several_parts)" '' 'saca-list -p: each statement works in one part'

done_testing
