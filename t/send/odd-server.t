#!/bin/sh
# saca-send with a mail server that breaks its protocol: absurd codes, replies that are too long, too
# many, too early or cut short, extensions that are missing. No contact is lost, none is refused that the
# server did not refuse, and a mail is repeated only if its end was not answered.
. "$(dirname "$0")/../lib/tap.sh"

STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/lib/send.sh"

prepare
start_mta
n=0

# send_to RULE...: sends a new send of three contacts to a server with these rules; sets $out and $status
send_to() {
	n=$((n + 1))
	add_send $n 1 3
	rules "$@"
	out=$(send_mails -n 1 -t 1 2>&1)
	status=$?
	rules
}

# send_again: runs saca-send again, as if the mails of the send were due
send_again() {
	sql "UPDATE delivery SET next_at = '$A_DATE' WHERE state = 'deferred'; UPDATE send SET next_at = '$A_DATE' WHERE id = $n AND state = 'sending'"
	send_mails -n 1 -t 1 2>/dev/null
}

# outcome: prints state and deliveries of the send, and how many of its mails the server accepted
outcome() { echo "$(state $n):$(deliveries $n):$(mails "^<$n\\.")"; }

# --- codes
for when in connect ehlo mail rcpt data; do
	for reply in '199 x\r\n' 'hola\r\n' '250 no end'; do
		send_to "$when * say $reply"
		send_again
		is "$status:$?:$(outcome)" "111:0:sent:handed 3:3" "a server that says '$reply' at $when is down, and later each contact gets one mail"
	done
done
for when in connect ehlo mail rcpt end; do
	send_to "$when * say 299 x\\r\\n"
	is "$status:$(outcome)" "0:sent:handed 3:3" "a reply 299 at $when counts as success, as its first digit says"
done
for reply in '600 x\r\n' '250-x\r\n' '250'; do
	send_to "end * say $reply"
	send_again
	[ "$status:$?:$(state $n):$(deliveries $n)" = "111:0:sent:handed 3" ] && [ "$(mails "^<$n\\.")" -gt 3 ]
	ok $? "a mail that the server answers with '$reply' is in doubt, and is sent again" "$status $(outcome)"
	is "$(grep "^<$n\\." "$SERVER_FOLDER/mails" | cut -d' ' -f1 | sort -u | wc -l)" 3 "a mail that is sent again after '$reply' has the same Message-ID"
done

# --- lengths
for when in connect rcpt; do
	for reply in "250 $(printf %01000d 0)*10000" '250-x\r\n*100000'; do
		send_to "$when * say $reply"
		send_again
		is "$status:$?:$(outcome)" "111:0:sent:handed 3:3" "a server with a reply of $(printf %.6s "$reply")... without an end at $when is down"
	done
done
send_to "rcpt c${n}0000002@* say 550 $(printf %01000d 0)\\r\\n" "rcpt * say 550 5.1.1 $(printf %01000d 0)\\r\\n"
is "$(outcome):$(sql "SELECT DISTINCT code, length(reason) FROM delivery WHERE send_id = $n ORDER BY 1" | tr '\n' ' ')" \
	"sent:refused 3:0:5.1.1|399 " "a reply of 1000 octets is cut for the reason"
send_to 'rcpt * say 550-5.1.1 first\r\n550-second\r\n550 5.1.1 last\r\n'
is "$(outcome):$(sql "SELECT DISTINCT reason FROM delivery WHERE send_id = $n")" "sent:refused 3:0:550 5.1.1 last" \
	"the stored reason is the last line of a reply"
send_to 'rcpt * say 550 \xe1\x00\x07\xffx\r\n'
is "$(outcome):$(sql "SELECT DISTINCT reason FROM delivery WHERE send_id = $n")" "sent:refused 3:0:550 ????x" \
	"the stored reason has printable ASCII alone"

# --- replies that come twice, or too early
for when in mail rcpt; do
	send_to "$when * say 250 ok\\r\\n250 ok\\r\\n"
	send_again
	is "$status:$?:$(outcome)" "111:0:sent:handed 3:3" "a server that answers $when twice is down, and later each contact gets one mail"
done
send_to 'end * say 250 taken\r\n421 4.4.2 idle\r\n'
is "$status:$(outcome)" "0:sent:handed 3:3" "a 421 after the 250 does not change the outcome"
send_to 'end * say 250 taken\r\n550 5.7.1 no\r\n'
like "$(outcome)" '^(sent|paused):handed [123]:[123]$' "a 550 after the 250 does not change the outcome"
sql "UPDATE send SET state = 'new' WHERE id = $n AND state = 'paused'"
send_mails 2>/dev/null
is "$(outcome)" "sent:handed 3:3" "each contact gets one mail from a server that says 550 after the 250"
send_to 'data * say 354 go\r\n552 5.3.4 too big\r\n'
is "$status:$(outcome):$(sql "SELECT DISTINCT code FROM delivery WHERE send_id = $n")" "0:sent:refused 3:3:5.3.4" \
	"a 552 before the end of the mail is the reply to the mail"
send_to 'data * say 354 go\r\n354 go\r\n'
send_again
like "$status:$?:$(outcome)" '^111:0:sent:handed 3:[4-9]$' "a second 354 is no reply to the mail, so that the mail is in doubt"

# --- what follows the verdict
send_to 'rcpt * 450 4.2.0 later' 'quit * 500 what'
is "$(outcome):$(sql "SELECT DISTINCT reason FROM delivery WHERE send_id = $n")" "sending:deferred 3:0:450 4.2.0 later" \
	"the reply to QUIT does not refuse a deferred contact"
send_to 'rcpt * 550 5.1.1 no' 'quit * 421 bye'
is "$(outcome):$(sql "SELECT DISTINCT reason FROM delivery WHERE send_id = $n")" "sent:refused 3:0:550 5.1.1 no" \
	"the reply to QUIT does not defer a refused contact"

add_send $((n += 1)) 1 3
rules 'quit * stall'
timeout 60 "$BIN/saca-send" -n 1 -k "$T/link.key" -p "$T/published" -u "$URL" -h api.example.com "$STORE" "$MTA_URL" 2>/dev/null
is "$?:$(outcome)" "0:sent:handed 3:3" "a server that does not answer QUIT delays the end by seconds, not by -t"
rules

# --- extensions
send_to 'ehlo * say 250 test\r\n'
is "$status:$(outcome):$(cat "$SERVER_FOLDER/envelope")" "0:sent:handed 3:3:MAIL FROM:<tienda1@dominio.com>" \
	"a server without extensions gets a MAIL without parameters"
tr -d "\r" <"$SERVER_FOLDER/last" >"$T/last"
is "$(LC_ALL=C grep -c '[^ -~	]' "$T/last")" 0 "a mail has no octets above 127, so that the server needs no 8BITMIME"
send_to
size=$(sed -n 's/.* SIZE=\([0-9]*\).*/\1/p' "$SERVER_FOLDER/envelope")
is "$status:$size" "0:$(tail -n 1 "$SERVER_FOLDER/mails" | cut -d' ' -f4)" "MAIL has the size of the mail in SIZE="
send_to 'mail * 552 5.3.4 message too big'
is "$status:$(outcome):$(sql "SELECT reason FROM send WHERE id = $n")" "1:paused::0:the server refuses the sender: 552 5.3.4 message too big" \
	"a server whose SIZE is smaller than the mail pauses the send"
sql "UPDATE contact SET email = 'josé@ejemplo.es' WHERE id = ${n}0000001; UPDATE contact SET email = 'pepe@peña.es' WHERE id = ${n}0000002;
	UPDATE send SET state = 'new' WHERE id = $n"
send_mails -n 1 2>/dev/null
is "$(outcome):$(grep "^<$n\\." "$SERVER_FOLDER/mails" | cut -d' ' -f2 | tr '\n' ' ')" \
	"sent:handed 3:3:josé@ejemplo.es pepe@xn--pea-8ma.es c${n}0000003@ejemplo.es " "a mail to an address beyond ASCII has the domain in its ASCII form"

# --- dots and lengths of lines
sql "UPDATE piece SET html = replace(hex(zeroblob(400)), '00', '.' || char(10) || '..<b>x</b>' || char(10) || '.' || char(10)),
	text = replace(hex(zeroblob(3000)), '00', '.' || char(10) || '.x ')"
send_to
is "$(outcome)" "sent:handed 3:3" "a mail of lines with leading dots is sent whole"
python3 - "$SERVER_FOLDER/last" <<'PROGRAM'
import email, email.policy, sys
octets = open(sys.argv[1], "rb").read()
m = email.message_from_bytes(octets, policy=email.policy.default)
text = m.get_body(("plain",)).get_content().replace("\r", "")
html = m.get_body(("html",)).get_content().replace("\r", "")
fine = ".\n.x " * 3000 in text and ".\n..<b>x</b>\n.\n" * 400 in html
sys.exit(not fine or max(map(len, octets.split(b"\r\n"))) > 998)
PROGRAM
ok $? "a mail of lines with leading dots arrives with each dot, in lines of at most 998 octets"

# --- a server that takes the mails and never answers
add_send $((n += 1)) 1 60
rules 'end * take-and-close'
send_mails -n 4 -t 1 2>/dev/null
is "$?:$(state $n)" 111:sending "a server that closes after each mail without a reply counts as down"
[ "$(mails "^<$n\\.")" -le 9 ]
ok $? "a server that closes after each mail gets one mail a session, then one at a time" "$(mails "^<$n\\.") of 60"
before=$(mails "^<$n\\.")
rules
send_again
is "$(outcome)" "sent:handed 60:$((60 + before))" "mails in doubt are sent once more, and the others once, after the server works again"
figures_agree
ok $? "the figures after every odd server are those of a recount"
done_testing
