#!/bin/sh
# saca-api as a CGI program, on PostgreSQL. api.py has the tests.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"
. "$TOP/t/lib/api.sh"

needs_server
start_server -c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 \
	-c auto_explain.log_analyze=on -c log_line_prefix='%m ' -c autovacuum=off
try PostgreSQL "$STORE"
# Statements of saca-api have parameters, those of the test have none.
is "$(read_plans | grep '\$' | grep -E 'Seq Scan on (contact|group_member|contact_group|send|piece|delivery|click|figures|unsubscription|sender)' |
	cut -f1 | sort -u)" '' 'PostgreSQL: no statement reads a table as a whole'
like "$(read_plans | grep '^SELECT id FROM send WHERE plan_id = \$1 ORDER BY id DESC' | cut -f2)" 'Index Only Scan Backward using send_pkey on send' \
	'PostgreSQL: get_campaigns reads the newest entries of the key'
like "$(read_plans | grep 'FROM figures WHERE plan_id = \$1 AND send_id = \$2' | cut -f2)" 'figures_pkey' 'PostgreSQL: get_stats reads the figures by their key'

# The tables spread by plan, as an engine that spreads rows over machines needs it.
database postgres 'create database parts'
partition_schema postgres | psql -qX -v ON_ERROR_STOP=1 "postgresql://saca@$HOST/parts" >/dev/null || exit 1
log_plans
try partitions "postgresql://saca@$HOST/parts"
# the importer's check of a number, and the number of saca-list
[ "$(read_plans | grep -c 'FROM figures WHERE plan_id = \$1')" -gt 0 ]
ok $? 'partitions: the plans were logged'
is "$(several_parts | grep '\$' | grep -vE '^SELECT smtp_id FROM send WHERE id = \$1|FROM send s WHERE s.id = \$1$')" '' \
	'partitions: each statement reads the part of its plan'
done_testing
