#!/bin/sh
# saca-import into PostgreSQL: the tests of all engines, and those of PostgreSQL.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"

needs_server
start_server
WEB=$T/web
IMPORT_OPTIONS="-w $WEB"
. "$TOP/t/lib/import.sh"

all_promises

# Four importers at once, each with a spool: their transactions add the same contacts in different
# orders.
one=$SPOOL
for s in 1 2 3 4; do
	SPOOL=$T/spool$s
	import 2>/dev/null
	for i in $(seq 1 30); do
		n=$((s * 1000 + i))
		campaign "a la vez $n" | put new "$(key $n)" $((10000 + n)) $((10000 + n)) $D \
			"u.plan$((i % 3))" remitente@dominio.com \
			$(for j in 1 2 3 4 5 6; do echo "m$(((i * j * s) % 23))@y.es"; done | sort -u)
	done
done
for s in 1 2 3 4; do
	SPOOL=$T/spool$s
	import -n 30 2>"$T/out$s" &
	eval "pid$s=$!"
done
for s in 1 2 3 4; do
	eval "wait \$pid$s"
	is $? 0 "four importers at once: importer $s succeeds"
	like "$(cat "$T/out$s")" 'imported=30 sends=30' "four importers at once: importer $s imports all of its files"
done
is "$(sql "select count(*) from send where name like '[SMTP] a la vez%'")" 120 'four importers at once: every send is in the store'
is "$(sql "select count(*) from send s where contacts_total <>
	(select count(*) from group_member m where m.group_id = s.group_id) and id > 11000")" 0 \
	'four importers at once: every member is in its group'
SPOOL=$one

# A transaction that the server aborts for a deadlock or a conflict is repeated.
campaign choque | put new "$(key 5000)" 15000 15000 $D victor.acme remitente@dominio.com \
	choque@y.es
sql "create sequence tries; create function conflict() returns trigger language plpgsql as
	\$\$ begin if nextval('tries') < 4 then raise 'not now' using errcode = '40001'; end if;
	return new; end \$\$;
	create trigger conflict before insert on send for each row execute function conflict()"
like "$(import 2>&1)" 'imported=1 sends=1 contacts=1 new=1 failed=0' \
	'a transaction is repeated after a serialization failure'
is "$(sql "select count(*) from send where id = 15000")" 1 'a transaction that is repeated adds its send once'
sql 'drop trigger conflict on send; drop function conflict'

# A file whose rows the server refuses is set aside; the other files of the transaction are imported.
sql "alter table send add constraint no_odd_subject check (subject <> 'raro')"
campaign raro | put new "$(key 5001)" 15001 15001 $D victor.acme remitente@dominio.com r@y.es
campaign normal | put new "$(key 5002)" 15002 15002 $D victor.acme remitente@dominio.com n@y.es
like "$(import 2>&1)" 'imported=1 sends=1 contacts=1 new=0 failed=1' 'a file that breaks a constraint is set aside'
like "$(cat "$SPOOL/failed/$(key 5001).reason")" 'no_odd_subject' 'the reason of a file that breaks a constraint names the constraint'
is "$(sql "select count(*) from contact where email = 'r@y.es'")" 0 'a file that breaks a constraint adds no row'
sql 'alter table send drop constraint no_odd_subject'

# A trigger raises an exception, for one address and for many.
sql "create function blacklist() returns trigger language plpgsql as
	\$\$ begin if new.email like 'negra%' then raise exception 'blacklisted'; end if;
	return new; end \$\$;
	create trigger blacklist before insert on contact for each row execute function blacklist()"
campaign negra | put new "$(key 5100)" 15100 15100 $D victor.acme remitente@dominio.com negra@y.es
put new "$(uuid 5101)" 0 15101 $D victor.acme remitente@dominio.com $(seq -f 'negra%04.0f@y.es' 1 600)
campaign blanca | put new "$(key 5102)" 15102 15102 $D victor.acme remitente@dominio.com blanca@y.es
out=$(import 2>&1)
is "$?:$(waiting)" 1:0 'a trigger that raises an exception does not stop other files'
like "$out" 'imported=1 sends=1 contacts=1 new=1 failed=2' 'a file that a trigger refuses is set aside'
like "$(cat "$SPOOL/failed/$(key 5100).reason")" 'blacklisted' 'the reason of a file that a trigger refuses is the exception of the trigger'
sql 'drop trigger blacklist on contact; drop function blacklist'

# A trigger drops a row of each table without an error, or deletes it after it was added; with few
# and with many recipients.
sql "create function leave_out() returns trigger language plpgsql as
	\$\$ begin return null; end \$\$;
	create function leave_black() returns trigger language plpgsql as
	\$\$ begin if new.email like 'muda%' then return null; end if; return new; end \$\$;
	create function purge() returns trigger language plpgsql as
	\$\$ begin if new.email like 'muda%' then delete from contact where id = new.id; end if;
	return new; end \$\$"
leaving() { # leaving N TABLE TRIGGER [NAME]: tests an import with a trigger that drops rows of TABLE
	sql "create trigger leaving $3"
	rows=$(sql "$ROWS")
	campaign "fuera $1" | put new "$(key "$1")" "1$1" "1$1" $D victor.fuera remitente@dominio.com \
		muda@y.es otra@y.es
	out=$(import 2>&1)
	is "$?:$(waiting):$(sql "$ROWS")" "1:0:$rows" "a file of which a trigger leaves out a row of $2${4:-} is set aside and adds no row"
	like "$(cat "$SPOOL/failed/$(key "$1").reason")" "Z the store leaves out a row of .*$2" "the reason of a file of which a trigger leaves out a row names $2${4:-}"
	sql "drop trigger leaving on $2"
}
n=5200
for table in plan sender contact_group contact group_member piece send; do
	n=$((n + 1))
	leaving $n $table "before insert on $table for each row execute function leave_out()"
done
leaving 5208 contact 'before insert on contact for each row execute function leave_black()' ' (one of two)'
leaving 5209 contact 'after insert on contact for each row execute function purge()' ' (deleted after it was added)'
sql 'create trigger leaving before insert on contact for each row execute function leave_black()'
put new "$(uuid 5210)" 0 15210 $D victor.fuera remitente@dominio.com $(seq -f 'muda%04.0f@y.es' 1 600)
put new "$(uuid 5211)" 0 15211 $D victor.fuera remitente@dominio.com $(seq -f 'buena%04.0f@y.es' 1 600)
like "$(import 2>&1)" 'imported=1 sends=0 contacts=600 new=600 failed=1' 'a file of which a trigger leaves out many contacts is set aside'
sql "drop trigger leaving on contact; create sequence first;
	create function hesitate() returns trigger language plpgsql as
	\$\$ begin if nextval('first') = 1 then return null; end if; return new; end \$\$;
	create trigger leaving before insert on contact for each row execute function hesitate()"
put new "$(uuid 5212)" 0 15212 $D victor.fuera remitente@dominio.com $(seq -f 'tarde%04.0f@y.es' 1 600)
like "$(import 2>&1)" 'imported=1 sends=0 contacts=600 new=600 failed=0' \
	'a contact that is deleted before it is grouped is added again'
is "$(sql "select count(distinct contact_id) from group_member where group_id =
	(select id from contact_group where smtp_id = '$(uuid 15212)')")" 600 'a contact that is added again is a member of its group'
sql 'drop trigger leaving on contact; drop function hesitate; drop function leave_out; drop function leave_black; drop function purge'

# A role needs the privileges in saca-store(5).
sql 'revoke temporary on database postgres from public; create role plain login'
put new "$(uuid 6000)" 0 16000 $D victor.acme remitente@dominio.com $(seq -f 'sin%04.0f@y.es' 1 900)
out=$(saca-import -w "$WEB" "$SPOOL" "postgresql://plain@$HOST/postgres" 2>&1)
is "$?:$(waiting)" 111:1 'a role without privileges imports nothing'
like "$out" 'permission denied for .*: the role lacks a privilege \(saca-store\(5\), PostgreSQL\)' \
	'a role without privileges is reported with the remedy'
sql 'grant select, insert, update, delete on all tables in schema public to plain;
	grant usage on all sequences in schema public to plain'
like "$(saca-import -w "$WEB" "$SPOOL" "postgresql://plain@$HOST/postgres" 2>&1)" \
	'imported=1 sends=0 contacts=900 new=900 failed=0' 'a role with the privileges of saca-store(5) imports'

# The server ends the connection within a transaction.
campaign luego | put new "$(key 7000)" 17000 17000 $D victor.acme remitente@dominio.com l@y.es
sql "create function vanish() returns trigger language plpgsql as
	\$\$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end \$\$;
	create trigger vanish before insert on send for each row execute function vanish()"
out=$(import 2>&1)
is "$?:$(waiting)" 111:1 'saca-import exits 111 if the connection is lost, and the file waits'
sql 'drop trigger vanish on send; drop function vanish'
like "$(import 2>&1)" 'imported=1 sends=1' 'saca-import imports the file in the run after a lost connection'

# A server that hangs blocks the spool only until the alarm.
campaign colgado | put new "$(key 7001)" 17001 17001 $D victor.acme remitente@dominio.com c@y.es
sql "create function hang() returns trigger language plpgsql as
	\$\$ begin perform pg_sleep(3600); return new; end \$\$;
	create trigger hang before insert on send for each row execute function hang()"
hanging() { [ "$(sql "select count(*) from pg_stat_activity where wait_event = 'PgSleep'")" = 1 ]; }
background saca-import -w "$WEB" "$SPOOL" "$STORE" 2>"$T/hung"
importer=$!
await 60 hanging
kill -ALRM $importer
wait $importer
is "$?:$(waiting):$(cat "$T/hung")" "111:1:saca-import: fatal: the store has not ended a transaction in 15 minutes" \
	'saca-import exits 111 if a transaction takes too long, and the file waits'
sql "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'" >/dev/null
sql 'drop trigger hang on send; drop function hang'
like "$(import 2>&1)" 'imported=1 sends=1' 'saca-import imports the file in the run after a timeout'

# saca-list on PostgreSQL; t/store/saca-list.t tests the rest on SQLite.
fields() { saca-list "$STORE" "$@" -j | python3 -c 'import json, sys
for row in json.load(sys.stdin): print("|".join(map(str, row.values())))'; }
is "$(fields sends -n 1 | cut -d'|' -f1-11)" "$(sql "select s.id, p.name, username, a.address, piece_id,
	group_id, s.source, state, subject, smtp_id, message_id from send s join plan p on p.id = s.plan_id
	join sender a on a.id = s.sender_id order by s.id desc limit 1")" 'saca-list prints a send of PostgreSQL'
is "$(fields contacts -p otro)" "$(sql "select c.id, 'otro', email, $CREATED from contact c
	where plan_id = (select id from plan where name = 'otro')")" 'saca-list -p prints the contacts of a plan of PostgreSQL'
is "$(fields contacts -g 1 | wc -l)" 2 'saca-list -g prints the contacts of a group of PostgreSQL'
is "$(fields groups | wc -l):$(fields pieces | wc -l)" \
	"$(sql 'select (select count(*) from contact_group), (select count(*) from piece)' | tr '|' :)" \
	'saca-list prints groups and pieces of PostgreSQL'
is "$(fields sends -s new -p acme | wc -l)" \
	"$(sql "select count(*) from send where state = 'new' and username like '%.acme'")" 'saca-list -s and -p select sends of PostgreSQL'
is "$(saca-list "$STORE" html 1)" "$(sql 'select html from piece where id = 1')" 'saca-list html prints a piece of PostgreSQL'

# A hosted image counts 64 KiB of a transaction: two messages with images are two transactions.
for n in 6901 6902 6903 6904; do
	[ $n -gt 6902 ] && image='<img src="cid:a">' || image=
	put new "$(key $n)" 1$n 1$n $D victor.acme remitente@dominio.com l@y.es <<-MESSAGE
	Content-Type: multipart/related; boundary=r

	--r

	hola
	--r
	Content-Type: text/html

	<p>$image
	--r
	Content-ID: <a>

	GIF89a-no-other-octets-$n
	--r--
	MESSAGE
done
PGOPTIONS='-c log_statement=all' import -b 60000 >"$T/out" 2>&1
is "$(grep -c ' COMMIT$' "$T/server"):$(cut -d' ' -f2 "$T/out")" 2:imported=4 \
	'an image counts as 64 KiB of a transaction'

campaign nadie | put new "$(key 7001)" 17001 17001 $D victor.acme remitente@dominio.com l@y.es
out=$(saca-import -w "$WEB" "$SPOOL" "postgresql://saca@$HOST/none" 2>&1)
is "$?:$(waiting)" 111:1 'saca-import exits 111 if the database does not exist'
like "$out" '^saca-import: fatal: unable to open the store: .*"none" does not exist' 'saca-import says that the database does not exist'

# A database in another encoding is refused at the start.
sql "create database latin template template0 encoding 'LATIN1' locale 'C'"
out=$(saca-import -w "$WEB" "$SPOOL" "postgresql://saca@$HOST/latin" 2>&1)
is "$?:$(waiting):$out" "111:1:saca-import: fatal: unable to open the store: its encoding is LATIN1, which does not \
have all characters: it must be UTF8" 'saca-import exits 111 if the database is not in UTF8'

# Two importers make the tables at the same time.
sql 'create database fresh' && FRESH="postgresql://saca@$HOST/fresh"
saca-import -w "$WEB" "$T/spool1" "$FRESH" 2>"$T/fresh1" & pid1=$!
saca-import -w "$WEB" "$T/spool2" "$FRESH" 2>"$T/fresh2" & pid2=$!
wait $pid1; first=$?
wait $pid2; second=$?
is "$first:$second:$(cat "$T/fresh1" "$T/fresh2")" 0:0: 'two importers that make the tables at once both succeed'

done_testing
