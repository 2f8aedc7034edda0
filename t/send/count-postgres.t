#!/bin/sh
# saca-count into PostgreSQL, on a store whose tables are spread by plan: the common tests, and two hosts that
# count for the same sends at once. Each statement works in the part of its plan.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"

needs_server
start_spread
HOUR_OF="date_trunc('hour', at at time zone 'UTC') at time zone 'UTC'"
. "$TOP/t/lib/count.sh"

all_counts

NOW=$(date +%s)
before=$(sql 'select sum(opens) from delivery')
for host in a b; do
	mkdir "$T/hits.$host"
	for i in $(seq 1 400); do
		printf '\nopen 1 %s %s - person %s - -\n' $((101 + i % 2)) $((i % 10 + 1)) $((NOW - 20))
	done >"$T/hits.$host/$host.$(date -u -d "@$((NOW - 20))" +%Y%m%d%H)"
	saca-count "$T/hits.$host" "$STORE" 2>"$T/out.$host" &
	eval "pid_$host=$!"
done
wait "$pid_a" && wait "$pid_b"
is $? 0 'saca-count of two hosts at once succeeds'
# the send 102 does not track opens
is "$(sql 'select sum(opens) from delivery')" $((before + 400)) 'saca-count of two hosts at once counts each line once'
figures_match 'two hosts'
all_forgets
# The test's own statements have no parameters. The others are the importer's.
is "$(several_parts | grep '\$' | cut -c1-60)" 'SELECT smtp_id FROM send WHERE id = $1' 'saca-count, saca-list forget: each statement works in one part'
[ "$(read_plans | grep -c '^UPDATE delivery.*\$')" -gt 20 ] && [ "$(read_plans | grep -c '^DELETE FROM delivery.*\$')" -gt 0 ]
ok $? 'the plans of saca-count and saca-list forget are found in the log'
done_testing
