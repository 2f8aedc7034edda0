#!/bin/sh
# saca-send when something fails: it is killed, the mail server fails in every way, or the store is
# locked or gone. Also while it sends: a send is paused, contacts unsubscribe, workers share a store.
# Each case counts the mails that the server accepted: every contact has one. A second one is
# allowed in some cases only, and has the same Message-ID.
. "$(dirname "$0")/../lib/tap.sh"

STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/lib/send.sh"

prepare
start_mta

# taken SEND: prints for how many of its contacts the server has accepted a mail
taken() { grep "^<$1\\." "$SERVER_FOLDER/mails" 2>/dev/null | cut -d' ' -f1 | sort -u | wc -l; }
# repeats SEND: prints how many more mails than that the server has accepted
repeats() { echo $(($(mails "^<$1\\.") - $(taken "$1"))); }

# in_background OPTION...: starts saca-send; its pid is in $worker, its output in $T/err
in_background() {
	saca-send -k "$T/link.key" -p "$T/published" -u "$URL" -h api.example.com "$@" "$STORE" "$MTA_URL" 2>"$T/err" &
	worker=$!
	PIDS="$PIDS $worker"
}

# let_claims_expire: sets all claims to expired
let_claims_expire() { sql "UPDATE send SET claimed_until = '$A_DATE' WHERE claimed_until IS NOT NULL"; }

mails_are() { [ "$(mails "$1")" -ge "$2" ]; }
err_has() { grep -q "$1" "$T/err"; }

# --- killed
add_send 1 1 50
kills=0
while [ "$(state 1)" != sent ] && [ $kills -lt 60 ]; do
	in_background -n 4
	sleep "0.0$((kills % 7 + 1))"
	kill -9 $worker 2>/dev/null && kills=$((kills + 1))
	wait $worker 2>/dev/null
	let_claims_expire
	[ $kills -lt 40 ] || send_mails -n 4 2>/dev/null
done
is "$(state 1):$(taken 1):$(deliveries 1)" "sent:50:handed 50" "a worker that is killed at random loses no mail ($kills kills)"
[ "$(repeats 1)" -le $((kills * 4)) ]
ok $? "a worker that is killed at random repeats at most the mails in flight" "$(repeats 1) repeats, $kills kills"
figures_agree
ok $? "after a worker was killed at random the figures are those of a recount"

# --- the server fails
n=100
for when in connect ehlo mail rcpt data end; do
	for action in close '421 4.3.2 shutting down'; do
		add_send $n 1 6
		rules "$when * $action"
		in_background -n 2 -t 60
		if [ "$when:$action" = "rcpt:421 4.3.2 shutting down" ] || [ "$when:$action" = "data:421 4.3.2 shutting down" ] ||
			[ "$when:$action" = "end:421 4.3.2 shutting down" ]; then
			wait $worker
			is "$(deliveries $n)" "deferred 6" "a server that answers with $action after $when defers the contact"
			rules
			sql "UPDATE delivery SET next_at = '$A_DATE' WHERE state = 'deferred'; UPDATE send SET next_at = '$A_DATE' WHERE id = $n"
			send_mails -n 2 2>/dev/null
		else
			await 10 err_has 'does not take mails'
			ok $? "a server that closes or replies 421 at $when ($action) is reported as down"
			is "$(sql "SELECT count(*) FROM delivery WHERE send_id = $n AND state <> 'begun' AND state <> 'deferred'")" 0 "a server that closes or replies 421 at $when ($action) gives no contact an outcome"
			rules
			wait $worker
			sql "UPDATE delivery SET next_at = '$A_DATE' WHERE state = 'deferred'; UPDATE send SET next_at = '$A_DATE' WHERE id = $n AND state = 'sending'"
			send_mails -n 2 2>/dev/null
		fi
		is "$(state $n):$(deliveries $n):$(repeats $n)" "sent:handed 6:0" "once the server works again, each contact gets one mail ($when $action)"
		n=$((n + 1))
	done
done

# the server reads the whole mail and does not answer
add_send $n 1 3
rules "end c${n}0000002@* take-and-close"
send_mails -n 1 2>/dev/null
is "$(deliveries $n)" "deferred 1, handed 2" "a mail whose end is not answered is in doubt, and tried again later"
rules
sql "UPDATE delivery SET next_at = '$A_DATE' WHERE state = 'deferred'; UPDATE send SET next_at = '$A_DATE' WHERE id = $n"
send_mails 2>/dev/null
is "$(deliveries $n):$(taken $n):$(repeats $n)" "handed 3:3:1" "a mail in doubt is sent again with the same Message-ID"
n=$((n + 1))

for when in connect ehlo mail rcpt data end; do
	add_send $n 1 2
	rules "$when * stall"
	in_background -n 1 -t 1
	await 20 err_has 'does not take mails'
	ok $? "a server that stalls at $when counts as down after -t seconds"
	rules
	wait $worker
	let_claims_expire
	sql "UPDATE delivery SET next_at = '$A_DATE' WHERE state = 'deferred'; UPDATE send SET next_at = '$A_DATE' WHERE id = $n"
	send_mails 2>/dev/null
	is "$(state $n):$(deliveries $n):$(taken $n)" "sent:handed 2:2" "no mail is lost to a server that stalls at $when"
	n=$((n + 1))
done

add_send $n 1 4
stop_mta
out=$(send_mails -t 2 2>&1)
is "$?:$(state $n):$(deliveries $n)" 111:sending: "saca-send without -f exits 111 if the server is down"
like "$out" "^saca-send: fatal: the mail server $MTA_URL takes no mails: " "saca-send without -f names the server that is down, and the reason"
is "$(sql "SELECT count(*) FROM send WHERE id = $n AND claimed_by IS NULL")" 1 "saca-send gives up its claim if the server is down"
in_background -f
await 10 err_has 'does not take mails'
start_mta
await 30 state_is $n sent
ok $? "saca-send -f waits until a server that is down is back"
await 10 err_has 'takes mails again'
ok $? "saca-send -f reports that the server is back"

# --- with -f: new sends, SIGTERM
n=$((n + 1))
add_send $n 1 2
await 10 state_is $n sent
ok $? "saca-send -f finds a new send"
kill -TERM $worker
wait $worker
is $? 0 "SIGTERM ends saca-send -f with exit code 0"
n=$((n + 1))
add_send $n 1 400
in_background -n 2 -m 100
await 10 mails_are "^<$n\\." 20
kill -TERM $worker
wait $worker
is "$?:$(state $n):$(sql "SELECT count(*) FROM delivery WHERE send_id = $n AND state = 'begun'"):$(sql "SELECT count(*) FROM send WHERE claimed_by IS NOT NULL")" \
	0:sending:0:0 "SIGTERM in the middle of a send leaves nothing in doubt, and no claim"
send_mails 2>/dev/null
is "$(deliveries $n):$(repeats $n)" "handed 400:0" "a send that SIGTERM interrupted is continued by the next saca-send"

# --- paused, cancelled, unsubscribed meanwhile
for s in paused cancelled; do
	n=$((n + 1))
	add_send $n 1 400
	in_background -n 2 -m 100
	await 10 mails_are "^<$n\\." 20
	sql "UPDATE send SET state = '$s' WHERE id = $n"
	wait $worker
	is "$?:$(state $n)" "0:$s" "a send that is $s meanwhile stays $s"
	[ "$(taken $n)" -le 220 ]
	ok $? "a send that is $s meanwhile stops within a batch" "$(taken $n) mails"
	like "$(cat "$T/err")" 'paused or cancelled by others' "the line of saca-send reports a send that was paused or cancelled"
	sql "UPDATE send SET state = 'new' WHERE id = $n"
	send_mails 2>/dev/null
	is "$(deliveries $n):$(repeats $n)" "handed 400:0" "a send that was paused meanwhile goes on, and repeats no mail"
done
n=$((n + 1))
add_send $n 1 200
in_background -n 2 -m 100
await 10 mails_are "^<$n\\." 10
sql "INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, at) SELECT 1, 100 + id - ${n}0000000, id, 1, 0, '$A_DATE' FROM contact WHERE id > ${n}0000100 AND id <= ${n}0000200"
wait $worker
is "$(deliveries $n)" "handed 100, unsubscribed 100" "an unsubscription stops every mail that has not begun"
sql "DELETE FROM unsubscription"

# --- two workers, a worker that sleeps
n=$((n + 1))
for i in 0 1 2 3 4 5 6 7 8 9; do add_send $((n + i)) $((i % 2 + 1)) 30; done
in_background -n 3
first=$worker
in_background -n 3
wait $first $worker
wrong=
for i in 0 1 2 3 4 5 6 7 8 9; do
	[ "$(state $((n + i))):$(deliveries $((n + i))):$(repeats $((n + i)))" = "sent:handed 30:0" ] || wrong="$wrong $((n + i))"
done
is "$wrong" "" "two workers on one store send each mail once"
n=$((n + 10))
add_send $n 1 300
in_background -n 2 -m 100 -l 2
asleep=$worker
await 10 mails_are "^<$n\\." 10
# stopped in a transaction it would keep the store locked
until kill -STOP $asleep && command sqlite3 "$STORE" 'BEGIN IMMEDIATE; ROLLBACK'; do kill -CONT $asleep; done
let_claims_expire
cp "$T/err" "$T/err.asleep"
send_mails 2>/dev/null
kill -CONT $asleep
wait $asleep
is "$(state $n):$(deliveries $n):$(taken $n)" "sent:handed 300:300" "a worker whose claim has expired is replaced"
[ "$(repeats $n)" -le 2 ]
ok $? "a worker that wakes up after its claim has expired stops" "$(repeats $n) repeats"

# --- a claim that is lost while the server does not answer
n=$((n + 1))
add_send $n 1 1
rules 'rcpt * stall'
: >"$SERVER_FOLDER/envelope"
in_background -n 1 -t 2
await 10 test -s "$SERVER_FOLDER/envelope"
sql "UPDATE send SET claimed_by = 'another', claimed_until = '2999-01-01T00:00:00Z' WHERE id = $n"
wait $worker
is "$(deliveries $n)" "begun 1" "a mail that failed is not taken back where another worker has the claim"
rules
let_claims_expire
send_mails 2>/dev/null
is "$(state $n):$(deliveries $n):$(repeats $n)" "sent:handed 1:0" "a mail that failed while its claim was lost is sent by the next worker"

# --- a session's process is killed
n=$((n + 1))
add_send $n 1 300
in_background -n 2 -m 100
await 10 mails_are "^<$n\\." 10
kill -9 "$(pgrep -P $worker | head -n 1)"
wait $worker
like "$(deliveries $n)" '^(deferred 1, )?handed (299|300)$' "a session that is killed has one mail in doubt, and is replaced"
sql "UPDATE delivery SET next_at = '$A_DATE' WHERE state = 'deferred'; UPDATE send SET next_at = '$A_DATE' WHERE id = $n"
send_mails 2>/dev/null
is "$(state $n):$(taken $n)" sent:300 "after a session was killed no mail is lost"

# --- the store
n=$((n + 1))
add_send $n 1 200
in_background -n 2 -m 100
await 10 mails_are "^<$n\\." 10
(printf 'BEGIN IMMEDIATE;\n' && sleep 3) | command sqlite3 "$STORE"
wait $worker
is "$(deliveries $n):$(repeats $n)" "handed 200:0" "a store that is locked for a while only delays the mails"
n=$((n + 1))
add_send $n 1 200
in_background -n 2 -m 100
await 10 mails_are "^<$n\\." 10
mkdir "$T/away" && mv "$STORE" "$T/away/"
await 10 err_has 'the store fails, trying again: its file was moved or removed'
ok $? "saca-send reports a store whose file is gone"
mv "$T/away/"* "$T/" && wait $worker
is "$?:$(deliveries $n):$(repeats $n)" "0:handed 200:0" "each contact gets one mail after the file of the store is back"
n=$((n + 1))
add_send $n 1 3
mv "$T/published" "$T/elsewhere" && : >"$T/published"
send_mails 2>"$T/err"
is "$?:$(taken $n)" 111:0 "saca-send without its folder for published sends sends no mail"
rm "$T/published" && mv "$T/elsewhere" "$T/published"
mkdir -p "$T/published/$((n % 1000))/$n.cdb/x"
send_mails 2>"$T/err"
is "$?:$(taken $n)" 111:0 "a send that cannot be published sends no mail"
like "$(cat "$T/err")" 'unable to publish sends: ' "saca-send says why it cannot publish a send"
rm -r "$T/published/$((n % 1000))/$n.cdb"
let_claims_expire
send_mails 2>/dev/null
is "$(deliveries $n):$(repeats $n)" "handed 3:0" "a send that could not be published is sent later"

# --- fairness
n=$((n + 1))
big=$n
add_send $big 1 1500
rules "rcpt c${big}0000??7@* 450 4.2.0 later"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do add_send $((n + i)) 2 1; done
: >"$SERVER_FOLDER/mails"
send_mails -n 4 2>/dev/null
last=$(grep -n "^<$((n + 20))\\." "$SERVER_FOLDER/mails" | cut -d: -f1)
[ "${last:-9999}" -le 200 ]
ok $? "a send to many does not hold up the sends of another plan" "the last of 20 is mail $last of $(mails)"
like "$(deliveries $big)" '^deferred [0-9]+, handed [0-9]+$' "deferred mails do not hold up the other mails of their send"
rules
sql "UPDATE send SET state = 'cancelled' WHERE id = $big"
n=$((n + 30))
for p in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do
	sql "INSERT INTO plan (id, name) VALUES ($p, 'plan$p'); INSERT INTO sender (id, plan_id, address) VALUES ($p, $p, 't@dominio.com');
		INSERT INTO piece (id, plan_id, name, source, html, text, created_at) VALUES ($p, $p, 'p', 'smtp', '<p>x', 'x', '$A_DATE')"
	add_send $((n + p)) $p 60
done
: >"$SERVER_FOLDER/mails"
send_mails -n 2 -m 100 2>/dev/null
first=$(grep -n "^<$((n + 22))\\." "$SERVER_FOLDER/mails" | head -n 1 | cut -d: -f1)
[ "${first:-9999}" -le 700 ]
ok $? "each of more plans than claims with large sends has its turn" "the last plan's first mail is mail $first of $(mails)"
is "$(mails):$(ids)" 1200:1200 "with sends of several plans each mail is sent once"

# --- TLS and login
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
	-addext subjectAltName=IP:127.0.0.1,IP:0.0.0.0 -keyout "$T/key.pem" -out "$T/cert.pem" 2>/dev/null
n=$((n + 100))
add_send $n 1 2
send_mails -T -t 1 2>"$T/err"
is "$?:$(taken $n)" 111:0 "saca-send -T sends nothing to a server without STARTTLS"
stop_mta
start_mta "$T/cert.pem" "$T/key.pem"
send_mails -T -t 1 2>"$T/err"
is "$?:$(taken $n)" 111:0 "saca-send -T sends nothing to a server whose certificate is not trusted"
SSL_CERT_FILE=$T/cert.pem send_mails -T 2>"$T/err"
is "$?:$(mails "^<$n\\..* TLS\$")" 0:2 "saca-send -T sends with STARTTLS"
n=$((n + 1))
add_send $n 1 1
send_mails 2>"$T/err"
is "$?:$(mails "^<$n\\..* -\$")" 0:1 "saca-send without -T uses no TLS with a server on this host"
# 0.0.0.0 reaches this host, and is not one of the names of this host that need no TLS
n=$((n + 1))
add_send $n 1 1
local_url=$MTA_URL
MTA_URL=smtp://0.0.0.0:${MTA_URL##*:}
send_mails -t 1 2>"$T/err"
is "$?:$(taken $n)" 111:0 "saca-send sends nothing in the clear to a server elsewhere that offers STARTTLS with a bad certificate"
SSL_CERT_FILE=$T/cert.pem send_mails 2>"$T/err"
is "$?:$(mails "^<$n\\..* TLS\$")" 0:1 "saca-send uses STARTTLS if a server elsewhere offers it"
stop_mta
start_mta
n=$((n + 1))
add_send $n 1 6
: >"$SERVER_FOLDER/commands"
send_mails -n 1 2>"$T/err"
is "$?:$(mails "^<$n\\..* -\$")" 0:6 "saca-send without -T sends in the clear to a server elsewhere that does not offer STARTTLS"
one_connection() { [ "$(grep -c 'EHLO.*QUIT' "$SERVER_FOLDER/commands")" = 1 ]; }
await 10 one_connection
ok $? "a session uses its connection again, and ends it with QUIT" "$(cat "$SERVER_FOLDER/commands")"
is "$(grep -c EHLO "$SERVER_FOLDER/commands"):$(tr ' ' '\n' <"$SERVER_FOLDER/commands" | grep -c MAIL)" 1:6 "all mails of a session are sent over one connection"
MTA_URL=$local_url
stop_mta
rm "$SERVER_FOLDER/port"
start_mta "$T/cert.pem" "$T/key.pem" smtps
MTA_URL=smtps${MTA_URL#smtp}
n=$((n + 1))
add_send $n 1 1
send_mails -t 1 2>"$T/err"
is "$?:$(taken $n)" 111:0 "saca-send with smtps:// sends nothing to a server whose certificate is not trusted"
SSL_CERT_FILE=$T/cert.pem send_mails 2>"$T/err"
is "$?:$(mails "^<$n\\..* TLS\$")" 0:1 "saca-send with smtps:// sends with TLS"
echo 'tienda secreto' >"$SERVER_FOLDER/login"
echo 'machine 127.0.0.1 login tienda password secreto' >"$T/netrc"
n=$((n + 1))
add_send $n 1 1
SSL_CERT_FILE=$T/cert.pem send_mails 2>"$T/err"
is "$?:$(state $n):$(taken $n)" 1:paused:0 "saca-send without a login pauses a send if the server wants one"
sql "UPDATE send SET state = 'new' WHERE id = $n"
NETRC=$T/netrc SSL_CERT_FILE=$T/cert.pem send_mails 2>"$T/err"
is "$?:$(taken $n)" 0:1 "saca-send takes the login of the mail server from a netrc file"
figures_agree
ok $? "the figures after every failing server and store are those of a recount"
done_testing
