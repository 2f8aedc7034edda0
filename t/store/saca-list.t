#!/bin/sh
# saca-list: tables, JSON, CSV, pieces and metrics; no control characters on a terminal.
. "$(dirname "$0")/../lib/tap.sh"

STORE=$T/saca.db
SPOOL=$T/spool
sql() { sqlite3 "$STORE" "$1"; }
json() { python3 -c 'import json, sys; print(eval(sys.argv[1], {"d": json.load(sys.stdin)}))' "$1"; }
. "$TOP/t/lib/import.sh"

saca-import "$SPOOL" "$STORE" 2>/dev/null
out=$(saca-list "$STORE" sends); quiet $? "$out" 'saca-list prints nothing for an empty table'
is "$(saca-list -j "$STORE" sends)" '[]' 'saca-list -j prints an empty array for an empty table'
is "$(saca-list -c "$STORE" contacts)" 'id,plan,email,created_at' 'saca-list -c prints the names for an empty table'

campaign uno | put new "$(key 1)" 1166 1 $D victor.acme remitente@dominio.com b@y.es a@y.es
campaign 'dos, "tres"' | put new "$(key 2)" 1167 2 $D eva.otro ella@otro.es a@y.es
put new "$(uuid 3)" 0 3 $D eva.otro ella@otro.es z@y.es
saca-import "$SPOOL" "$STORE" 2>/dev/null

is "$(saca-list "$STORE" contacts)" "id  plan  email   created_at
 1  otro  z@y.es  $D
 2  acme  a@y.es  $D
 3  acme  b@y.es  $D
 4  otro  a@y.es  $D" 'saca-list contacts prints a table'
is "$(saca-list "$STORE" groups -p otro | sed 1d)" \
	" 1  otro  [SMTP] $D  smtp           1  $(uuid 3)  $D
 3  otro  [SMTP] dos, \"tres\"           smtp           1  $(uuid 2)  $D" 'saca-list groups -p prints the groups of a plan'
is "$(saca-list "$STORE" sends)" \
	"  id  plan  user         sender                 state  subject      smtp_id                           contacts  spooled_at
1166  acme  victor.acme  remitente@dominio.com  new    uno          $(uuid 1)         2  $D
1167  otro  eva.otro     ella@otro.es           new    dos, \"tres\"  $(uuid 2)         1  $D" 'saca-list sends prints a table'
is "$(saca-list "$STORE" pieces -c)" "id,plan,name,source,html,text,images,created_at
1,acme,[SMTP] uno,smtp,11,4,0,$D
2,otro,\"[SMTP] dos, \"\"tres\"\"\",smtp,11,4,0,$D" 'saca-list pieces -c prints CSV'
is "$(saca-list "$STORE" sends -j | json '[(s["id"], s["subject"], s["language"], s["contacts"]) for s in d]')" \
	"[(1166, 'uno', 3, 2), (1167, 'dos, \"tres\"', 3, 1)]" 'saca-list sends -j prints JSON'
is "$(saca-list "$STORE" sends -j | json 'len(d[0])')" 26 'saca-list sends -j prints all columns'
is "$(saca-list "$STORE" contacts -g 2 -c | sed 1d | cut -d, -f3 | tr '\n' ' ')" 'a@y.es b@y.es ' \
	'saca-list contacts -g prints the contacts of a group'
is "$(saca-list "$STORE" groups -g 3 -j | json 'd[0]["id"]')" 3 'saca-list groups -g prints one group'
is "$(saca-list "$STORE" sends -g 3 -j | json '[s["id"] for s in d]')" '[1167]' 'saca-list sends -g prints the sends to a group'
is "$(saca-list -n1 "$STORE" sends -j | json '[s["id"] for s in d]')" '[1167]' 'saca-list -n 1 prints the newest row'
sql "update send set state = 'sent' where id = 1166"
is "$(saca-list "$STORE" sends -s new -p otro -j | json '[s["id"] for s in d]')" '[1167]' 'saca-list -s and -p select sends'
is "$(saca-list "$STORE" sends -s sent -p otro -j)" '[]' 'saca-list -s -p prints only sends that match both'
is "$(saca-list "$STORE" sends -p "x' or '1'='1" -j)" '[]' 'saca-list -p is never run as SQL'
is "$(saca-list "$STORE" html 1)" '<p>hola</p>' 'saca-list html prints the HTML of a piece'
is "$(saca-list "$STORE" text 1)" 'hola' 'saca-list text prints the text of a piece'
out=$(saca-list "$STORE" html 99 2>&1); is "$?" 1 'saca-list html exits 1 if there is no such piece'

# One send, by its number or UUID.
is "$(saca-list "$STORE" send 1166 | sed -n 's/  */ /p' | head -n 3)" "id 1166
plan acme
user victor.acme" 'saca-list send prints one column a line'
is "$(saca-list "$STORE" send "$(uuid 2)" -j | json '[s["id"] for s in d]')" '[1167]' 'saca-list send finds a send by its UUID'
out=$(saca-list "$STORE" send 1 2>&1); is "$?:$out" '1:saca-list: fatal: there is no send 1' \
	'saca-list send exits 1 if there is no such send'
is "$(saca-list "$STORE" sends -u eva.otro -j | json '[s["id"] for s in d]')" '[1167]' 'saca-list -u selects by login'
is "$(saca-list "$STORE" sends -d 2013-09-12 -j | json 'len(d)')" 2 'saca-list -d selects by day'
is "$(saca-list "$STORE" sends -d 2013-09-13 -j)" '[]' 'saca-list -d does not select other days'
is "$(saca-list "$STORE" senders -c)" 'id,plan,address,name
1,acme,remitente@dominio.com,
2,otro,ella@otro.es,' 'saca-list senders lists the senders'

# Metrics.
sql "insert into figures (plan_id, send_id, source, handed) select plan_id, id, 'saca-send', 5 from send;
	insert into figures (plan_id, send_id, source, handed, bounced) select plan_id, id, 'saca-count', -1, 1 from send;
	update send set imported_at = '2000-03-01T00:00:01Z' where state = 'new'"
is "$(saca-list "$STORE" metrics | grep -v '^#')" 'saca_store_sends{state="new"} 1
saca_store_sends{state="sent"} 1
saca_store_contacts 4
saca_store_plans 2
saca_store_oldest_new_timestamp_seconds 951868801
saca_store_deliveries{state="handed"} 8
saca_store_deliveries{state="bounced"} 2
saca_store_deliveries{state="refused"} 0
saca_store_deliveries{state="malformed"} 0
saca_store_deliveries{state="unsubscribed"} 0
saca_store_deliveries{state="suppressed"} 0' 'saca-list metrics prints the counts'
out=$(saca-list "$STORE" metrics >/dev/full 2>&1); is "$?" 111 'saca-list metrics exits 111 on a full disk'

# Hostile text does not control a terminal.
esc=$(printf '\033')
sql "update send set subject = 'a' || char(27) || '[31mb' || char(10) || 'c' || char(155) || char(127) || 'd\\' where id = 1166"
sql "update piece set html = 'x' || char(27) || '[2Jy' || char(10) where id = 1"
unlike "$(saca-list "$STORE" sends; saca-list "$STORE" sends -c; saca-list "$STORE" sends -j)" \
	"$esc" 'saca-list prints no escape octet in a table, CSV or JSON'
is "$(saca-list "$STORE" sends | wc -l)" 3 'saca-list prints a line end in a subject on the same line'
is "$(saca-list "$STORE" sends -j | json 'd[0]["subject"]')" "a$esc[31mb
c$(printf '\302\233\177')d\\" 'saca-list -j keeps control characters as JSON escapes'
is "$(saca-list "$STORE" html 1 | od -An -c | tr -d ' ')" 'x033[2Jy\n' 'saca-list html writes control characters to a file unchanged'
if command -v script >/dev/null; then
	like "$(script -qec "saca-list '$STORE' html 1" /dev/null </dev/null)" '^x\\u001b\[2Jy' \
		'saca-list html escapes what goes to a terminal'
else
	skip 'a piece on a terminal' 'no script(1) here'
fi
sql "update send set subject = '$(printf '%0100d' 0)é' where id = 1166"
like "$(saca-list "$STORE" sends)" ' 0{39}… ' 'saca-list cuts long text in a table'
for i in $(seq 1 300); do
	echo "insert into contact (plan_id, email, created_at) values (1, 'n$i@y.es', '$D');"
done | sqlite3 "$STORE"
is "$(saca-list "$STORE" contacts | wc -l)" 305 'saca-list prints more than 200 rows'
is "$(saca-list "$STORE" contacts -j | json 'len(d)')" 304 'saca-list -j prints more than 200 rows'

is "$(saca-list "$STORE" sends >/dev/full 2>"$T/full"; echo $?)" 111 'saca-list exits 111 on a full disk'
for octets in 10 4096 100000; do # output that fits into the buffer, and output that exceeds it
	sql "update piece set html = printf('%.*c', $octets, 'x'), text = html where id = 1"
	for column in html text; do
		is "$(saca-list "$STORE" $column 1 >/dev/full 2>"$T/full"; echo $?)" 111 \
			"saca-list $column exits 111 on a full disk after $octets octets"
		like "$(cat "$T/full")" '^saca-list: fatal: unable to write to standard output: No space left' \
			"saca-list $column reports a full disk after $octets octets"
	done
done
for format in -j -c; do
	is "$(saca-list "$STORE" contacts $format >/dev/full 2>"$T/full"; echo $?)" 111 "saca-list contacts $format exits 111 on a full disk"
done
out=$(saca-list "$T/none.db" forget acme a@y.es 2>&1); is "$?" 111 'saca-list forget exits 111 if there is no store'
out=$(saca-list "$T/none.db" sends 2>&1); is "$?" 111 'saca-list exits 111 if there is no store'
[ ! -e "$T/none.db" ]; ok $? 'saca-list makes no store where there is none'
sqlite3 "$T/other.db" 'create table x (y)'
out=$(saca-list "$T/other.db" sends 2>&1); is "$?" 111 'saca-list exits 111 if the tables are not of saca'
like "$out" 'has no tables of saca' 'saca-list says that the tables are not of saca'
sql 'update schema set version = 9'
out=$(saca-list "$STORE" sends 2>&1); is "$?" 100 'saca-list exits 100 if the schema is of a later version'

misuse() {
	out=$(saca-list "$@" 2>&1)
	status=$?
	shift
	is $status 100 "saca-list exits 100: ${*:-no verb}"
}
misuse "$STORE"
misuse "$STORE" everything
misuse "$STORE" sends more
misuse "$STORE" sends -j -c
misuse "$STORE" sends -n 0
misuse "$STORE" sends -n x
misuse "$STORE" contacts -s new
misuse "$STORE" pieces -g 1
misuse "$STORE" html 1 -j
misuse "$STORE" piece 1
misuse "$STORE" html x
misuse "$STORE" html
misuse "$STORE" sends -p
misuse "$STORE" sends -d 2013-9-1
misuse "$STORE" contacts -u eva.otro
misuse "$STORE" send
misuse "$STORE" send 1 -p acme
misuse "$STORE" metrics -j
misuse "$STORE" forget
misuse "$STORE" forget acme
misuse "$STORE" forget acme 'no address'
misuse "$STORE" forget acme a@y.es -j
misuse "$STORE" send 1 2

done_testing
