# shellcheck shell=sh
# The tests of saca-send that hold for each engine. Source this after t/lib/send.sh.

# last_mail PROGRAM: runs a Python program, in which m is the last mail that the server accepted
last_mail() {
	python3 - "$SERVER_FOLDER/last" <<-PROGRAM | tr -d "\r"
	import email, email.policy, sys
	m = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.default)
	$1
	PROGRAM
}

all_promises() {
	one_send
	who_is_not_mailed
	forgotten_contacts
	whose_reply
	deferred_mails
	refusals
	claims
	options_of_saca_send
	maildir
}

# A forgotten contact has a hash instead of its address.
forgotten_contacts() {
	add_send 1250 1 4
	hash=sha256:$(printf %064d 7)
	contact 12500000002 "$hash"
	sql "INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, at) VALUES (1, 50, 12500000002, 9, 0, '$A_DATE')"
	before=$(mails)
	send_mails 2>/dev/null
	is "$?:$(deliveries 1250)" '0:handed 3, unsubscribed 1' "saca-send notes a forgotten contact as unsubscribed, whatever the sender"
	is "$(($(mails) - before))" 3 "a forgotten contact gets no mail"
	figures_agree
	ok $? "the figures of sends with forgotten contacts are those of a recount"
	add_send 1251 1 100
	background send_mails -n 1 -m 20 2>/dev/null
	worker=$!
	await 20 begun 1251
	saca-list "$STORE" forget plan1 c12510000098@ejemplo.es >/dev/null
	is "$?:$(sql "SELECT count(*) FROM contact WHERE id = 12510000098")" 0:0 "a contact of a send under way can be forgotten"
	wait "$worker"
	is "$(deliveries 1251):$(state 1251):$(mails c12510000098)" 'handed 99:sent:0' \
		"a contact that is forgotten after saca-send read its batch gets no mail"
	is "$(sql "SELECT contacts_total FROM send WHERE id = 1251")" 99 "a send counts no contact that was forgotten meanwhile"
}

begun() { [ "$(sql "SELECT count(*) FROM delivery WHERE send_id = $1")" -gt 0 ]; }

one_send() {
	add_send 1166 1 3
	out=$(send_mails 2>&1)
	is "$?:$out" "0:saca-send: send 1166 of plan plan1: sent: 3 handed over, 0 deferred, 0 refused, 0 malformed, 0 unsubscribed" \
		"saca-send sends a new send and prints its counts in one line"
	is "$(deliveries 1166):$(state 1166)" "handed 3:sent" "saca-send stores a delivery for each contact, and the send is sent"
	is "$(sql "SELECT count(*) FROM send WHERE id = 1166 AND started_at IS NOT NULL AND finished_at >= started_at AND claimed_by IS NULL")" 1 \
		"the row of a send that is sent has its times and no claim"
	is "$(mails):$(ids)" 3:3 "the server takes one mail for each contact"
	is "$(mails 'tienda1@dominio.com')" 3 "the envelope sender is the sender's address"
	figures_agree
	ok $? "the figures of a send are those of a recount"
	is "$(sql "SELECT number, url FROM link WHERE send_id = 1166")" '1|https://a.es/?x=1&y=2' "the tracked links of a send are in the store"
	is "$(find "$T/published" -type f | sed "s|$T/||"):$(stat -c %a "$T/published/166/1166.cdb" "$T/published/166" | paste -sd:)" \
		published/166/1166.cdb:640:2750 "a published send is readable for the group of its folder"
	is "$(last_mail 'print(" ".join(m.keys()))')" \
		"Date Message-ID From To Subject List-Unsubscribe List-Unsubscribe-Post List-Id Feedback-ID Precedence MIME-Version Content-Type" \
		"the header fields are those that are promised, in their order"
	is "$(last_mail 'print(m["From"], "/", m["Subject"], "/", m["Feedback-ID"], "/", m["List-Id"])')" \
		"La tienda <tienda1@dominio.com> / Rebajas de mañana / 1166:plan1:smtp:apiexamplecom / La tienda <1.plan1.api.example.com>" \
		"the fields say who sends what"
	like "$(last_mail 'print(m["Message-ID"])')" '^<1166\.1166000000[123]\.00000000@api\.example\.com>$' \
		"the Message-ID has send, contact and the beginning of smtp_id"
	like "$(last_mail 'print(m.get_body(("plain",)).get_content())')" "^$URL/v/[a-z2-7]+\$" "the text of a mail has the URL of the view page"
	like "$(last_mail 'print(m.get_body(("html",)).get_content())')" "<a href=\"$URL/c/[a-z2-7]+\">mañana</a>" "a link in a mail leads to the URL of saca-hit"
	like "$(last_mail 'print(m.get_body(("html",)).get_content())')" "<img src=\"$URL/o/[a-z2-7]+\\.gif\"" "a mail has the open pixel"
	like "$(last_mail 'print(m["List-Unsubscribe"])')" "^<$URL/u/[a-z2-7]+>\$" "List-Unsubscribe has the URL alone without -r"
	out=$(send_mails 2>&1)
	is "$?:$out:$(mails)" 0::3 "a send that is sent is not sent again"
}

who_is_not_mailed() {
	add_send 1200 1 7
	contact 12000000001 'sin arroba'
	contact 12000000002 ''
	sql "INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, at) VALUES (1, 1, 12000000003, 1, 0, '$A_DATE'),
		(1, 2, 12000000004, 1, 30, '$A_DATE'), (1, 3, 12000000005, 9, 20, '$A_DATE'), (1, 4, 12000000006, 9, 10, '$A_DATE')"
	sql "INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, at, ended_at) VALUES (1, 5, 12000000007, 1, 10, '$A_DATE', '$A_DATE')"
	out=$(send_mails 2>&1)
	is "$?:$(deliveries 1200)" "0:handed 2, malformed 2, suppressed 2, unsubscribed 1" \
		"saca-send skips malformed addresses, unsubscribed and suppressed contacts"
	is "$(sql "SELECT contact_id - 12000000000, state FROM delivery WHERE send_id = 1200 ORDER BY 1" | tr '\n' ' ')" \
		"1|malformed 2|malformed 3|unsubscribed 4|suppressed 5|suppressed 6|handed 7|handed " \
		"an unsubscription after a bounce holds for all senders of the plan, another for one sender, an ended one for none"
	figures_agree
	ok $? "the figures count the contacts that get no mail"
}

# Replies to RCPT, to DATA and to the end of the mail concern the contact; a 5xx to MAIL concerns
# the sender.
whose_reply() {
	add_send 1300 1 6
	rules 'rcpt c13000000001@* 550 5.1.1 no such user' 'rcpt c13000000002@* 450 4.2.0 greylisted' \
		'data c13000000003@* 554 5.7.1 no' 'end c13000000004@* 552 5.2.2 over quota' 'end c13000000005@* 451 4.3.0 later'
	out=$(send_mails 2>&1)
	is "$?:$(deliveries 1300):$(state 1300)" "0:deferred 2, handed 1, refused 3:sending" \
		"after a refused or deferred mail the other contacts get theirs"
	is "$(sql "SELECT contact_id - 13000000000, code, reason FROM delivery WHERE send_id = 1300 AND code IS NOT NULL ORDER BY 1")" \
		"1|5.1.1|550 5.1.1 no such user
2|4.2.0|450 4.2.0 greylisted
3|5.7.1|554 5.7.1 no
4|5.2.2|552 5.2.2 over quota
5|4.3.0|451 4.3.0 later" "a refused mail is stored with the server's reply and its enhanced code"
	is "$(sql "SELECT contact_id - 13000000000, type, send_id FROM unsubscription WHERE send_id = 1300")" "1|20|1300" \
		"of the refused addresses only one that does not exist is unsubscribed"
	like "$out" 'tried again later: 1 handed over, 2 deferred, 3 refused' "the line of saca-send has the number of deferred mails"
	is "$(sql "SELECT count(*) FROM send WHERE id = 1300 AND claimed_by IS NULL AND next_at IS NOT NULL")" 1 \
		"a send with deferred mails alone gives up its claim until the first is due"
	rules 'mail * 550 5.7.0 not you'
	add_send 1301 1 3
	add_send 1302 2 1
	before=$(mails)
	out=$(send_mails -n 1 2>&1)
	is "$?:$(state 1301):$(deliveries 1301)" 1:paused: "a sender that the server refuses pauses the send"
	is "$(sql "SELECT reason FROM send WHERE id = 1301")" "the server refuses the sender: 550 5.7.0 not you" "a send that was paused for a refused sender has the reply as its reason"
	rules
	sql "UPDATE send SET state = 'new' WHERE id IN (1301, 1302)"
	out=$(send_mails 2>&1)
	is "$?:$(deliveries 1301):$(deliveries 1302):$(($(mails) - before))" "0:handed 3:handed 1:4" "a paused send that is set to new goes on"
}

deferred_mails() {
	is "$(sql "SELECT count(*) FROM delivery WHERE send_id = 1300 AND state = 'deferred' AND tries = 1")" 2 "a deferred mail waits for its time"
	# as if five minutes had gone by
	sql "UPDATE delivery SET next_at = '$A_DATE' WHERE send_id = 1300 AND state = 'deferred'; UPDATE send SET next_at = '$A_DATE' WHERE id = 1300"
	rules 'rcpt c13000000002@* 450 4.2.0 greylisted'
	send_mails 2>/dev/null
	is "$?:$(deliveries 1300)" "0:deferred 1, handed 2, refused 3" "a deferred mail is tried again when it is due"
	is "$(sql "SELECT tries FROM delivery WHERE send_id = 1300 AND state = 'deferred'")" 2 "each try of a deferred mail is counted"
	sql "UPDATE delivery SET next_at = '$A_DATE', first_at = '$A_DATE' WHERE send_id = 1300 AND state = 'deferred'; UPDATE send SET next_at = '$A_DATE' WHERE id = 1300"
	send_mails 2>/dev/null
	is "$(deliveries 1300):$(state 1300)" "handed 2, refused 4:sent" "a mail that is deferred for 24 hours is refused"
	figures_agree
	ok $? "the figures count deferred mails once they have an outcome"
	rules
}

refusals() {
	add_send 1400 1 200
	add_send 1401 2 3
	rules 'rcpt c14000000*@* 550 5.7.1 spam'
	out=$(send_mails -n 2 2>&1)
	is "$?:$(state 1400):$(state 1401):$(deliveries 1401)" "1:paused:sent:handed 3" \
		"a send is paused when its first 50 mails are refused, and the others go on"
	is "$(sql "SELECT reason FROM send WHERE id = 1400")" "too many refusals: 550 5.7.1 spam" "a send that was paused for refusals has the last reply as its reason"
	refused=$(sql "SELECT count(*) FROM delivery WHERE send_id = 1400")
	[ "$refused" -ge 50 ] && [ "$refused" -le 52 ]
	ok $? "after 50 refusals no more than the mails in flight are sent" "$refused"
	rules
}

claims() {
	add_send 1500 1 2
	sql "UPDATE send SET state = 'sending', claimed_by = 'another', claimed_until = '2999-01-01T00:00:00Z' WHERE id = 1500"
	out=$(send_mails 2>&1)
	is "$?:$out:$(deliveries 1500)" 0:: "a send that another worker has claimed is not sent"
	sql "UPDATE send SET claimed_until = '$A_DATE' WHERE id = 1500;
		INSERT INTO delivery (plan_id, send_id, contact_id, state, tries, first_at, at) VALUES (1, 1500, 15000000001, 'begun', 1, '$A_DATE', '$A_DATE')"
	out=$(send_mails 2>&1)
	is "$?:$(deliveries 1500)" "0:handed 2" "a worker continues a send whose claim has expired, and sends the mail in doubt again"
	is "$(sql "SELECT tries FROM delivery WHERE contact_id = 15000000001")" 2 "a mail in doubt that is sent again has two tries in the store"
	for s in test paused cancelled sent; do
		add_send 1501 1 1
		sql "UPDATE send SET state = '$s' WHERE id = 1501"
		out=$(send_mails 2>&1)
		is "$?:$out:$(state 1501):$(deliveries 1501)" "0::$s:" "a send in state $s is not sent"
		sql "DELETE FROM send WHERE id = 1501; DELETE FROM group_member WHERE group_id = 1501; DELETE FROM contact_group WHERE id = 1501;
			DELETE FROM contact WHERE id = 15010000001"
	done
	add_send 1502 1 0
	send_mails 2>/dev/null
	is "$?:$(state 1502)" 0:sent "a send to an empty group becomes sent"
}

options_of_saca_send() {
	add_send 1600 1 1
	send_mails -r bounce+@b.example -b teenvio.com 2>/dev/null
	like "$(last_mail 'print(m["List-Unsubscribe"])')" "^<$URL/u/[a-z2-7]+>, <mailto:bounce\\+[a-z2-7]+@b.example>\$" \
		"saca-send -r puts an address into List-Unsubscribe"
	like "$(tail -n 1 "$SERVER_FOLDER/mails")" ' bounce\+[a-z2-7]+@b\.example ' "saca-send -r makes the envelope sender"
	is "$(last_mail 'print(m["Feedback-ID"])')" 1600:plan1:smtp:teenviocom "saca-send -b sets the brand in Feedback-ID"
	printf 'plan plan1 facebook=https://facebook.com/tienda x=https://x.com/tienda\nsender plan1 tienda1@dominio.com Tienda de Acme\n' >"$T/accounts"
	mkdir "$T/compiled" && saca-accounts "$T/compiled" <"$T/accounts" || ok 1 "saca-accounts compiles the accounts of the sending tests"
	add_send 1601 1 1
	sql "UPDATE send SET social_links = 1 WHERE id = 1601"
	send_mails -a "$T/compiled/senders.cdb" 2>/dev/null
	is "$(last_mail 'print(m["From"])'):$(sql "SELECT name FROM sender WHERE id = 1")" "Tienda de Acme <tienda1@dominio.com>:Tienda de Acme" \
		"saca-send -a puts the sender's name into From and into the store"
	like "$(last_mail 'print(m.get_body(("html",)).get_content())')" "<a href=\"https://x.com/tienda\"><img src=\"$URL/s/x.png\"" \
		"saca-send -a puts the plan's profiles into the foot"
	add_send 1602 1 5
	start=$(date +%s%N)
	send_mails -m 5 2>/dev/null
	took=$((($(date +%s%N) - start) / 1000000))
	[ "$took" -ge 750 ]
	ok $? "saca-send -m limits the mails a second" "5 mails took $took ms"
	add_send 1604 1 100
	out=$(script -qec "saca-send -m 100 -k '$T/link.key' -p '$T/published' -u '$URL' -h api.example.com '$STORE' '$MTA_URL'" /dev/null </dev/null | tr '\r' '\n')
	like "$out" '^\[#+\.*\] [0-9]+ of 100' "saca-send shows a progress bar on a terminal"
	rules 'ehlo * 421 4.3.2 not now'
	add_send 1603 1 1
	for bad in "-u http://l.example" "-u https://l.example/" "-u ftp://x" "-u https://l.example/?x" "-b a.b" "-n 0" "-r bounce" "-r a-very-long-prefix-@b.es" \
		"-h bad_host" "-m x"; do
		# shellcheck disable=SC2086
		send_mails $bad >"$T/out" 2>&1
		is $? 100 "saca-send $bad exits 100"
	done
	for url in ftp://x smtp:// smtp://h:0 smtp://h:99999 smtp://h/x smtp://u@h 127.0.0.1; do
		MTA_URL=$url send_mails >"$T/out" 2>&1
		is $? 100 "saca-send exits 100 for $url in place of the URL of a server"
	done
	saca-send -k "$T/absent" -p "$T/published" -u "$URL" -h api.example.com "$STORE" "$MTA_URL" 2>/dev/null
	is $? 111 "saca-send exits 111 if the file of keys is missing"
	saca-send -k "$T/accounts" -p "$T/published" -u "$URL" -h api.example.com "$STORE" "$MTA_URL" 2>"$T/out"
	is "$?:$(cat "$T/out")" "100:saca-send: fatal: $T/accounts is no file of keys: saca-send -K makes one" "saca-send exits 100 if the file of keys has no key"
	rules
	send_mails 2>/dev/null
	is "$(state 1603)" sent "a saca-send that exits 100 has changed nothing"
}

maildir() {
	add_send 1700 1 3
	contact 17000000002 'x'
	before=$(mails)
	out=$(saca-send -o "$T/maildir" -k "$T/link.key" -p "$T/published" -u "$URL" -h api.example.com "$STORE" 1700 2>&1)
	is "$?:$out" "0:saca-send: send 1700: 2 mails written, 1 malformed, 0 unsubscribed" "saca-send -o writes the mails of a send to a Maildir"
	is "$(ls "$T/maildir/new" | tr '\n' ' '):$(ls "$T/maildir/tmp")" "1700.17000000001 1700.17000000003 :" "saca-send -o writes each mail to its own file"
	is "$(state 1700):$(deliveries 1700):$(mails)" "new::$before" "saca-send -o does not change the store, and sends nothing"
	[ -s "$T/published/700/1700.cdb" ]
	ok $? "saca-send -o publishes the send"
	send_mails 2>/dev/null
	sed 's/\r$//; /^Date: /d' "$SERVER_FOLDER/last" >"$T/sent"
	id=$(sed -n 's/^Message-ID: <1700\.\([0-9]*\)\..*/\1/p' "$T/sent")
	sed '/^Date: /d' "$T/maildir/new/1700.$id" >"$T/written"
	cmp "$T/sent" "$T/written" >"$T/out" 2>&1
	ok $? "a mail in the Maildir is the mail that is sent" "$(cat "$T/out"; diff "$T/sent" "$T/written")"
	saca-send -o "$T/maildir" -k "$T/link.key" -p "$T/published" -u "$URL" -h api.example.com "$STORE" 99 2>"$T/out"
	is "$?:$(cat "$T/out")" "1:saca-send: fatal: there is no send 99" "saca-send -o with an unknown number exits 1 with a message"
}
