#!/bin/sh
# A store that an older saca made (schema-*.sql, made by the programs of that version) becomes what
# this saca makes, with all of its rows, in one transaction.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"
. "$TOP/t/lib/import.sh"

import() { saca-import -w "$T/web" "$SPOOL" "$STORE"; }
SENDS="select id, plan_id, state, source, coalesce(smtp_id, '-'), contacts_total from send order by id"

# Removes the changes of version 4.
VERSION_3='drop table send_hour; drop index send_piece; drop index send_test; drop index unsubscription_contact;
	drop index if exists contact_group_plan;
	alter table link drop column people; alter table link drop column clicks;'

promises() { # promises ENGINE: the tests of both engines
	saca-import -w "$T/web" "$T/empty" "$NEW" 2>/dev/null
	acme=$(sql "select id from plan where name = 'acme'")
	otro=$(sql "select id from plan where name = 'otro'")
	out=$(import 2>&1)
	is "$?:$(sql 'select version from schema')" 0:4 "$1: saca-import migrates a store of version 1" "$out"
	describe "$STORE" >"$T/old"
	describe "$NEW" >"$T/new"
	is "$(cat "$T/old")" "$(cat "$T/new")" "$1: a migrated store has the tables, keys and indexes of a new one"
	is "$(sql "$SENDS")" "7|$acme|sent|web|-|2
1166|$acme|new|smtp|$(uuid 1)|2
1167|$otro|sent|smtp|$(uuid 2)|1
1168|$acme|new|smtp|$(uuid 4)|1" "$1: a migrated store keeps its sends"
	is "$(sql "select p.name, c.email from group_member m join contact c on c.id = m.contact_id
		and c.plan_id = m.plan_id join plan p on p.id = m.plan_id
		join contact_group g on g.id = m.group_id and g.plan_id = m.plan_id order by g.smtp_id, c.email")" \
		"acme|a@y.es
acme|b@y.es
otro|a@y.es
otro|z@y.es
acme|a@y.es" "$1: a migrated store keeps its members, each with its plan"
	is "$(sql 'select plan_id, piece_id, content_id from piece_image')" "$acme|3|foto" \
		"$1: a migrated store keeps its images"
	is "$(sql "update send set state = 'sent' where id = 1168; select id from log; select id from open_sends")" \
		"1168
1166" "$1: a migrated store keeps triggers and views of others"
	campaign tres | put new "$(key 5)" 1169 5 $D victor.acme remitente@dominio.com a@y.es c@y.es
	campaign uno | put new "$(key 1)" 1166 1 $D victor.acme remitente@dominio.com b@y.es a@y.es
	like "$(import 2>&1)" 'imported=1 sends=1 contacts=2 new=1 failed=0' \
		"$1: saca-import knows the transactions that a migrated store has"
	sql "insert into send (plan_id, username, sender_id, piece_id, group_id, name, source, state, subject,
		message_id, show_header, social_links, language, track_opens, track_clicks, remote_ip,
		contacts_total, spooled_at, imported_at) select plan_id, username, sender_id, piece_id, group_id,
		'otro', 'web', state, subject, message_id, 1, 0, 3, 1, 1, '', 0, spooled_at, imported_at
		from send where id = 1166"
	is "$(sql "select id from send where name = 'otro'")" 1099511627776 \
		"$1: a send that is inserted without a number gets none of a spool's"
	like "$(saca-list "$STORE" sends -j)" '"id":1169,"plan":"acme"' "$1: saca-list reads a migrated store"
	sql "$VERSION_3 alter table plan drop column has_forgotten; update schema set version = 2"
	out=$(import 2>&1)
	is "$?:$(sql 'select version from schema')" 0:4 "$1: saca-import migrates a store of version 2" "$out"
	describe "$STORE" >"$T/old"
	is "$(cat "$T/old")" "$(cat "$T/new")" "$1: a store migrated from version 2 has the tables of a new one"
}

# of_version_3 ENGINE: the store has a send that was opened, clicked and unsubscribed from
of_version_3() {
	saca-import -w "$T/web" "$T/empty" "$STORE" 2>"$T/out"
	is "$?:$(sql 'select version from schema')" 0:4 "$1: saca-import migrates a store of version 3" "$(cat "$T/out")"
	describe "$STORE" >"$T/old"
	is "$(cat "$T/old")" "$(cat "$T/new")" "$1: a store migrated from version 3 has the tables of a new one"
	is "$(PGTZ=UTC sql "select replace(substr(cast(hour as text), 1, 13), 'T', ' '), opened, clicked from send_hour order by hour")" '2013-09-12 11|1|0
2013-09-12 12|1|0
2013-09-12 13|1|2' "$1: a migrated store has the hours of its opens and clicks"
	is "$(sql "select number, people, clicks from link where send_id = 1166 order by number")" '1|0|0
2|2|2' "$1: a migrated store has the clicks of its links"
	is "$(saca-list -j "$STORE" stats 1166 | grep -oE '(leidos|leidos_activos|leidos_inactivos|clicks_[a-z]*)":[0-9]+' | paste -sd' ')" \
		'leidos":3 leidos_activos":2 leidos_inactivos":1 leidos":0 clicks_totales":2 clicks_unicos":2' \
		"$1: a migrated store has its figures"
}
# --- SQLite ---
STORE=$T/saca.db NEW=$T/new.db
sql() { sqlite3 "$STORE" "$1"; }
describe() {
	for table in $(sqlite3 "$1" "select name from sqlite_master where type = 'table' and name not in
		('log', 'sqlite_sequence') order by name"); do
		echo "$table"
		sqlite3 "$1" "pragma table_xinfo($table); pragma foreign_key_list($table)"
	done
	sqlite3 "$1" "select sql from sqlite_master where name in ('send', 'group_member') or (type = 'index'
		and sql is not null and name <> 'of_platform') order by name" | sed 's/TABLE "\(.*\)" (/TABLE \1 (/'
}
sqlite3 "$STORE" <"$TOP/t/store/schema-1.sqlite.sql"
cp "$STORE" "$T/first.db"
out=$(saca-list "$STORE" sends 2>&1)
is "$?" 111 'SQLite: saca-list exits 111 for a store of version 1'
like "$out" 'run saca-import once' 'SQLite: saca-list says how to migrate a store of version 1'
promises SQLite
FIRST=$STORE STORE=$T/third.db
sqlite3 "$STORE" <"$TOP/t/store/schema-3.sqlite.sql"
of_version_3 SQLite
STORE=$FIRST
out=$(sql "insert into send select 8, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject,
	null, message_id, 1, 0, 3, 1, 1, '', 0, spooled_at, imported_at, null, null, null, null, null, null
	from send where id = 7" 2>&1)
like "$out" 'numbers below 1099511627776 are for sends of a spool' \
	'SQLite: a send of another program with a low number is refused'
is "$(sql 'pragma integrity_check; pragma foreign_key_check')" ok 'SQLite: integrity_check finds no fault in a migrated store'
is "$(sql "select count(*) from sqlite_master where name = 'of_platform'")" 1 \
	'SQLite: a migrated store keeps indexes of others'

STORE=$T/half.db
cp "$T/first.db" "$STORE"
sql 'create table login (x)'
before=$(sql .dump)
out=$(import 2>&1)
is "$?:$(sql .dump)" "111:$before" 'SQLite: a migration that fails changes nothing'
like "$out" 'login already exists' 'SQLite: a migration that fails says why'

STORE=$T/more.db
cp "$T/first.db" "$STORE"
sql 'alter table send add column mine text'
before=$(sql .dump)
out=$(import 2>&1)
is "$?:$(sql .dump)" "111:$before" 'SQLite: a table with a column that saca did not make is not migrated'
like "$out" 'its table send has columns that are not' 'SQLite: the refusal to migrate a table with a foreign column names the table'

# --- PostgreSQL ---
if [ -z "$PG" ]; then
	skip 'PostgreSQL: saca-import migrates a store of version 1' 'no PostgreSQL server here'
	done_testing
fi
start_server
rm -rf "$SPOOL"
database postgres 'create database first'
psql -qX "postgresql://saca@$HOST/first" <"$TOP/t/store/schema-1.postgres.sql" >/dev/null
for copy in old half twice; do database postgres "create database $copy template first"; done
database postgres 'create database new'
STORE="postgresql://saca@$HOST/old" NEW="postgresql://saca@$HOST/new"
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$STORE" -c "$1"; }
describe() {
	psql -qAtX "$1" -c "select table_name, column_name, data_type, is_nullable, column_default, is_identity,
		identity_start from information_schema.columns where table_schema = 'public'
		and table_name not in ('log', 'open_sends') order by 1, 2" -c "select conrelid::regclass, conname,
		replace(pg_get_constraintdef(oid), ' NOT VALID', '') from pg_constraint where connamespace = 'public'::regnamespace
		order by conrelid::regclass::text, conname" -c "select indexdef from pg_indexes where schemaname = 'public'
		and indexname <> 'of_platform' order by 1"
}
promises PostgreSQL
FIRST=$STORE STORE="postgresql://saca@$HOST/third"
database postgres 'create database third'
psql -qX "$STORE" <"$TOP/t/store/schema-3.postgres.sql" >/dev/null
of_version_3 PostgreSQL
STORE=$FIRST
is "$(database old "select count(*) from pg_indexes where indexname = 'of_platform'")" 1 \
	'PostgreSQL: a migrated store keeps indexes of others'

STORE="postgresql://saca@$HOST/half"
sql 'create table login (x integer)'
describe "$STORE" >"$T/before"
out=$(import 2>&1)
is "$?:$(sql 'select version from schema')" 111:1 'PostgreSQL: a migration that fails leaves the old version'
is "$(describe "$STORE")" "$(cat "$T/before")" 'PostgreSQL: a migration that fails changes nothing'
like "$out" '"login" already exists' 'PostgreSQL: a migration that fails says why'

STORE="postgresql://saca@$HOST/twice"
saca-import -w "$T/web" "$T/one" "$STORE" 2>"$T/err1" & one=$!
saca-import -w "$T/web" "$T/two" "$STORE" 2>"$T/err2" & two=$!
wait $one; first=$?
wait $two; second=$?
is "$first:$second:$(sql 'select version, count(*) from schema group by 1')" '0:0:4|1' \
	'PostgreSQL: two importers that migrate at once both succeed'

done_testing
