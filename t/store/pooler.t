#!/bin/sh
# PostgreSQL through pgbouncer in transaction mode, with one connection to the server. Several
# programs share it between their transactions, and leave no setting on it.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"
. "$TOP/t/lib/import.sh"

POOLER=$(PATH=$PATH:/usr/sbin command -v pgbouncer)
if [ -z "$PG" ] || [ -z "$POOLER" ]; then
	echo '1..0 # SKIP no PostgreSQL server or no pgbouncer here'
	exit 0
fi
start_server -c log_statement=all -c log_line_prefix='%p '
mkdir "$T/pooler" && chmod 777 "$T/pooler"
cat >"$T/pooler/ini" <<END
[databases]
postgres = host=$T user=saca
[pgbouncer]
listen_addr =
unix_socket_dir = $T/pooler
auth_type = any
pool_mode = transaction
default_pool_size = 1
max_client_conn = 50
logfile = $T/pooler/log
pidfile = $T/pooler/pid
END
as_server "$POOLER" -q "$T/pooler/ini" >"$T/pooler/out" 2>&1 &
trap 'kill "$(cat "$T/pooler/pid")"; stop_server; cleanup' EXIT
await 20 test -S "$T/pooler/.s.PGSQL.6432"
await 20 test -s "$T/pooler/pid"
STORE="postgresql://saca@$(printf %s "$T/pooler" | sed 's|/|%2F|g'):6432/postgres"

settings() { sql 'show all' | grep -v '^transaction_' ; }
settings >"$T/before"
for s in 1 2; do
	SPOOL=$T/spool$s
	saca-import -w "$T/web" "$SPOOL" "$STORE" 2>/dev/null
	for i in $(seq 1 40); do
		n=$((s * 1000 + i))
		campaign "fondo $n" | put new "$(key $n)" $n $n $D "u.plan$((i % 3))" remitente@dominio.com \
			"comun@y.es" "m$((i % 7))@y.es" "n$n@y.es"
	done
done
timeout 300 saca-import -n 3 -w "$T/web" "$T/spool1" "$STORE" 2>"$T/out1" & one=$!
timeout 300 saca-import -n 5 -w "$T/web" "$T/spool2" "$STORE" 2>"$T/out2" & two=$!
listed=0
while kill -0 $one 2>/dev/null || kill -0 $two 2>/dev/null; do
	for verb in sends contacts groups; do
		saca-list -p plan1 "$STORE" $verb >/dev/null 2>>"$T/listing" || break 2
		listed=$((listed + 1))
	done
done
wait $one; first=$?
wait $two; second=$?
is "$first:$second" 0:0 'two importers behind a pooler both succeed' "$(cat "$T/out1" "$T/out2")"
is "$(cat "$T/out1" "$T/out2" | grep -c 'imported=40 sends=40 contacts=120 ')" 2 \
	'two importers behind a pooler import all of their files'
is "$(cat "$T/listing")" '' "saca-list through a pooler succeeds while importers write ($listed times)"
saca-list "$STORE" sends >"$T/list"
is "$(sed 1d "$T/list" | wc -l)" 80 'saca-list through a pooler reads the store'
is "$(sql 'select count(*), count(distinct contact_id) from group_member')" '240|104' \
	'every send has its group'

# --- sending and counting: two workers, then two hosts
. "$TOP/t/lib/send.sh"
saca-send -K "$T/link.key" && mkdir "$T/published" && chmod 2750 "$T/published"
start_mta
timeout 300 saca-send -n 2 -k "$T/link.key" -p "$T/published" -u "$URL" -h a.example "$STORE" "$MTA_URL" 2>"$T/sent1" & one=$!
timeout 300 saca-send -n 2 -k "$T/link.key" -p "$T/published" -u "$URL" -h b.example "$STORE" "$MTA_URL" 2>"$T/sent2" & two=$!
wait $one; first=$?
wait $two; second=$?
is "$first:$second" 0:0 'two workers of saca-send behind a pooler both succeed' "$(cat "$T/sent1" "$T/sent2")"
is "$(sql "select state, count(*) from send group by state"):$(mails):$(ids)" 'sent|80:240:240' \
	'saca-send behind a pooler sends each mail once'
is "$(sql "select state, count(*) from delivery group by state"):$(sql 'select sum(handed) from figures')" 'handed|240:240' \
	'saca-send behind a pooler writes what became of each mail'
for host in a b; do
	mkdir "$T/hits.$host"
	sql "select plan_id, send_id, contact_id from delivery" | while IFS='|' read -r plan send contact; do
		printf '\nopen %s %s %s - person %s - -\n' "$plan" "$send" "$contact" $(($(date +%s) - 20))
	done >"$T/hits.$host/$host.$(date -u -d '20 seconds ago' +%Y%m%d%H)"
done
timeout 300 saca-count "$T/hits.a" "$STORE" 2>"$T/counted1" & one=$!
timeout 300 saca-count "$T/hits.b" "$STORE" 2>"$T/counted2" & two=$!
wait $one; first=$?
wait $two; second=$?
is "$first:$second:$(sql 'select sum(opens), count(*) from delivery')" '0:0:480|240' \
	'two hosts that count behind a pooler count each line once' "$(cat "$T/counted1" "$T/counted2")"

# --- settings that are left on the connection
is "$(settings | diff "$T/before" -)" '' 'a pooled connection keeps no setting that a program has made'
is "$(sql 'select count(*) from pg_prepared_statements'):$(sql "select count(*) from pg_class
	where relpersistence = 't'")" 0:0 'the connection keeps no prepared statement and no temporary table'
is "$(grep 'statement: BEGIN' "$T/server" | grep -vc 'SET LOCAL')" 0 'each transaction through a pooler makes its own settings'
is "$(sed -n 's/^\([0-9]*\) LOG:  .*BEGIN.*/\1/p' "$T/server" | sort -u | wc -l)" 1 \
	'all of it went through one connection'
sql 'create table probe (x integer)' && sql 'drop table probe'
is $? 0 'a client can write on a pooled connection that saca-list has used'

done_testing
