#!/bin/sh
# PostgreSQL's plans do not depend on statistics: rows of large tables are found by their keys, whether
# the tables are empty, stale or analyzed. Otherwise an import into a new database is quadratic.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"
. "$TOP/t/lib/import.sh"

needs_server
start_server -c autovacuum=off -c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 \
	-c log_line_prefix='%m '
saca-import -w "$T/web" "$SPOOL" "$STORE" 2>/dev/null

n=0
# spool_messages COUNT: spools so many messages, each with 100 recipients, half of them new
spool_messages() {
	for i in $(seq "$1"); do
		n=$((n + 1))
		campaign "plan $n" | put new "$(key $n)" $n $n $D victor.acme remitente@dominio.com \
			$(seq -f 'nuevo%06.0f@y.es' $((n * 50)) $((n * 50 + 49))) $(seq -f 'viejo%06.0f@y.es' 1 50)
	done
}

# whole_tables: prints the statements that read a large table as a whole, or a plan's part of it. Only the group that
# an operator typed is looked for in all plans.
whole_tables() {
	read_plans | grep -E 'Seq Scan on (contact|group_member|contact_group|send|piece|sender)|(Index|Bitmap)[^/]* on (contact|group_member)[^/]* / (Index Cond|Recheck Cond): \(plan_id = [^)]*\)( /|$)' |
		grep -vE 'Seq Scan on contact_group .*Filter: \(id = |Index Scan Backward' | cut -f1 | sort -u
}

import_state() { # import_state NAME MESSAGES: tests the plans of an import of so many messages
	log_plans
	spool_messages "$2"
	like "$(saca-import -w "$T/web" "$SPOOL" "$STORE" 2>&1)" "imported=$2 " "tables $1: saca-import imports messages"
	[ "$(read_plans | grep -c 'INSERT INTO group_member')" = "$2" ]
	ok $? "tables $1: the plans of saca-import are in the log"
	is "$(whole_tables)" '' "tables $1: saca-import reads no table as a whole"
}
list_state() { # list_state NAME: tests the plans of saca-list
	log_plans
	group=$(sql "select group_id from send where id = $n")
	: >"$T/server"
	saca-list -g "$group" "$STORE" contacts >"$T/list"
	is "$(wc -l <"$T/list")" 101 "tables $1: saca-list -g lists the contacts of a group"
	saca-list "$STORE" send $n >/dev/null
	saca-list -p acme -n 5 "$STORE" contacts >/dev/null
	is "$(whole_tables)" '' "tables $1: saca-list reads no table as a whole"
}

import_state 'that are empty and were never analyzed' 60
list_state 'that were never analyzed'

sql 'analyze'
sql "insert into contact (plan_id, email, created_at) select 1, 'mas' || i || '@y.es', now() from generate_series(1, 1000000) i"
sql "insert into contact_group (plan_id, name, source, created_at) select 1, 'x', 'web', now() from generate_series(1, 20000)"
sql "insert into sender (plan_id, address) select 1, 'r' || i || '@y.es' from generate_series(1, 10000) i"
sql "insert into send (id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, message_id,
	show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at)
	select 100000 + i, plan_id, username, sender_id, piece_id, group_id, name, source, 'sent', subject, message_id,
	1, 0, 3, 1, 1, remote_ip, 1, spooled_at, imported_at from send, generate_series(1, 20000) i where send.id = 1"
sql "insert into group_member (plan_id, group_id, contact_id) select plan_id, - 1 - id % 20000, id from contact"
import_state 'that have grown since they were analyzed' 20
list_state 'that have grown since they were analyzed'

sql 'analyze'
import_state 'that were analyzed' 20
list_state 'that were analyzed'

done_testing
