#!/bin/sh
# PostgreSQL: statements stay prepared on a connection to the server, and their plans fit the tables. (Through
# a pooler none stays: pooler.t.)
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"
. "$TOP/t/lib/import.sh"
. "$TOP/t/lib/send.sh"

needs_server
start_server -c autovacuum=off -c log_min_duration_statement=0 -c session_preload_libraries=auto_explain \
	-c auto_explain.log_min_duration=0 -c log_line_prefix='%m '
start_mta
prepare

# logged VERB SQL: prints how often the server noted this step of the statement that begins with SQL
logged() { grep -cE "duration: .* $1 (s[0-9]+|<unnamed>): $2" "$T/server"; }

# --- each mail costs no plan
add_send 1 1 400
send_mails -n 4 2>/dev/null
is "$?:$(deliveries 1)" '0:handed 400' 'saca-send sends the mails'
for sql in 'INSERT INTO delivery' 'UPDATE delivery SET state'; do
	is "$(logged execute "$sql")" 400 "the server executes $sql for each of 400 mails"
	parsed=$(logged parse "$sql")
	[ "$parsed" -ge 1 ] && [ "$parsed" -le 20 ]
	ok $? "the server parses $sql at most 20 times" "parsed $parsed times"
done
saca-list "$STORE" sends >"$T/list"
is "$(grep -c 'parse s[0-9]*: SELECT t' "$T/server")" 0 'saca-list prepares no statement that it runs once'

# --- a plan that was made for small tables is given up while they grow
sending=$STORE STORE=postgresql://saca@$HOST/growing
database postgres 'create database growing'
saca-import -w "$T/web" "$SPOOL" "$STORE" 2>/dev/null
campaign "uno" | put new "$(key 1)" 1 1 $D victor.acme remitente@dominio.com uno@y.es dos@y.es
saca-import -w "$T/web" "$SPOOL" "$STORE" 2>/dev/null
sql analyze
for i in $(seq 2 101); do
	campaign "crece $i" | put new "$(key $i)" $i $i $D victor.acme remitente@dominio.com \
		$(seq -f 'nuevo%06.0f@y.es' $((i * 100)) $((i * 100 + 99)))
done
log_plans
like "$(saca-import -w "$T/web" "$SPOOL" "$STORE" 2>&1)" 'imported=100 ' 'saca-import imports into small tables'
is "$(read_plans | grep -c '^INSERT INTO group_member')" 100 'the plans were logged'
whole=$(read_plans | grep '^INSERT INTO group_member' | grep -c 'Seq Scan on contact')
[ "$whole" -ge 1 ]
ok $? 'the first plan reads the small table as a whole'
[ "$whole" -le 10 ]
ok $? 'the table is read as a whole at most 10 times while it grows' "$whole times"

# --- another program changes a column's type
STORE=$sending
add_send 2 1 250
background send_mails -f -n 2 2>"$T/sent"
sent() { [ "$(deliveries "$1")" = "handed $2" ]; }
await 20 sent 2 250
ok $? 'saca-send -f sends the mails'
sql 'alter table contact alter email type varchar(500)'
add_send 3 1 250
await 20 sent 3 250
ok $? 'saca-send -f sends on after the type of a column was changed' "$(cat "$T/sent"; deliveries 3)"
is "$(mails):$(ids)" 900:900 'each mail is sent once'

done_testing
