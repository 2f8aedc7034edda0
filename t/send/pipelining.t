#!/bin/sh
# saca-send with a mail server that offers PIPELINING (RFC 2920): MAIL, RCPT and DATA come together. Whatever the
# server says to one of them, each reply counts for its own command, and no contact is lost or doubled.
. "$(dirname "$0")/../lib/tap.sh"

STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/lib/send.sh"

OFFER='ehlo * say 250-test\r\n250-Pipelining\r\n250 SIZE 99999999\r\n'
prepare
start_mta
n=0

# send_to RULE...: sends a new send of three contacts, one after another, to a server with PIPELINING and these
# rules; sets $status, and $commands to the verbs of each connection, + after those that came with more
send_to() {
	n=$((n + 1))
	add_send $n 1 3
	rules "$OFFER" "$@"
	: >"$SERVER_FOLDER/commands"
	send_mails -n 1 -t 1 2>"$T/err"
	status=$?
	await 10 all_closed
	commands=$(cat "$SERVER_FOLDER/commands")
	rules "$OFFER"
}

# all_closed: true if the server has noted the verbs of its connections: the last one ends with QUIT, or is closed
all_closed() { [ "$(grep -c . "$SERVER_FOLDER/commands")" -ge "$(grep -c EHLO "$SERVER_FOLDER/commands")" ] && [ -s "$SERVER_FOLDER/commands" ]; }

# send_again: runs saca-send again, as if the mails of the send were due
send_again() {
	sql "UPDATE delivery SET next_at = '$A_DATE' WHERE state = 'deferred'; UPDATE send SET next_at = '$A_DATE' WHERE id = $n AND state = 'sending'"
	send_mails -n 1 -t 1 2>/dev/null
}

# outcome: prints state and deliveries of the send, and how many of its mails the server accepted
outcome() { echo "$(state $n):$(deliveries $n):$(mails "^<$n\\.")"; }

MAIL='MAIL+ RCPT+ DATA'
send_to
is "$status:$(outcome):$commands" "0:sent:handed 3:3:EHLO $MAIL $MAIL $MAIL QUIT" "saca-send sends MAIL, RCPT and DATA of a mail in one burst, and all mails over one connection"

for code in 550 450; do
	state=$([ $code = 550 ] && echo refused || echo deferred)
	second=c$((n + 1))0000002@*
	send_to "rcpt $second $code 4.2.0 no" "data $second 554 5.5.1 no recipients"
	is "$(mails "^<$n\\."):$(sql "SELECT reason FROM delivery WHERE send_id = $n AND state = '$state'")" "2:$code 4.2.0 no" \
		"a $code to RCPT is its contact's outcome, whatever the reply to DATA"
	is "$commands" "EHLO $MAIL $MAIL RSET+ $MAIL QUIT" "after a $code to RCPT the next mail begins with RSET, over the same connection"
done

send_to "rcpt c$((n + 1))0000002@* 550 5.1.1 no"
is "$status:$(outcome)" "0:sent:handed 2, refused 1:2" "a server that asks for the mail of a refused contact does not get it"
is "$commands" "EHLO $MAIL $MAIL
EHLO $MAIL QUIT" "saca-send closes the connection if the server asks for the mail of a refused contact"

send_to "data c$((n + 1))0000002@* 451 4.3.0 later"
is "$(outcome):$commands" "sending:deferred 1, handed 2:2:EHLO $MAIL $MAIL RSET+ $MAIL QUIT" "a 451 to DATA defers the contact alone"

send_to 'mail * 550 5.7.1 no such sender'
is "$status:$(outcome):$(sql "SELECT reason FROM send WHERE id = $n")" "1:paused::0:the server refuses the sender: 550 5.7.1 no such sender" \
	"a 550 to MAIL pauses the send, whatever follows it"

send_to "rcpt c$((n + 1))0000002@* 421 4.3.2 shutting down"
send_again
is "$(outcome)" "sent:handed 3:3" "a 421 to RCPT defers the contact, and the connection is made anew"

for when in mail rcpt data; do
	for action in close '450 4.3.0 busy' 'say 199 x\r\n' 'say hola\r\n' 'say 250 ok\r\n250 ok\r\n' 'say 250 no end'; do
		send_to "$when * $action"
		send_again
		is "$?:$(outcome)" "0:sent:handed 3:3" "after '$action' to $when each contact gets one mail"
	done
done
send_to 'data * stall'
send_again
is "$?:$(outcome)" "0:sent:handed 3:3" "after a server stalled at DATA each contact gets one mail"

send_to 'end * say 250 taken\r\n550 5.7.1 no\r\n'
sql "UPDATE send SET state = 'new' WHERE id = $n AND state = 'paused'"
send_mails 2>/dev/null
is "$(outcome)" "sent:handed 3:3" "a 550 after the 250 changes neither the outcome nor that of the next mail"

send_to 'data * say 354 go\r\n552 5.3.4 too big\r\n'
is "$(outcome):$(sql "SELECT DISTINCT code FROM delivery WHERE send_id = $n")" "sent:refused 3:3:5.3.4" \
	"a 552 before the end of the mail is the reply to the mail, and the connection is closed"
figures_agree
ok $? "the figures after every pipelined send are those of a recount"
done_testing
