#!/bin/sh
# A campaign from its SMTP client to its figures. swaks submits it, saca-send sends it to
# Postfix's smtp-sink. The addresses in the mails are followed through lighttpd: a click, an
# unsubscription. A bounce comes back. The figures must have all of it.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

for needed in swaks tcpserver smtp-sink lighttpd; do
	if ! command -v $needed >/dev/null; then
		echo "1..0 # SKIP $needed is not installed"
		exit 0
	fi
done
STORE=$T/saca.db
mkdir "$T/hits" "$T/published" "$T/mails" "$T/web"
chmod 777 "$T/mails" "$T/hits"
chmod 755 "$T"
accounts "$T/etc"
saca-send -K "$T/link.key"

# The door.
DOOR=$(free_port)
background $ROOMY tcpserver -DRHl0 127.0.0.1 "$DOOR" saca-smtpd -p -h api.example.com -a "$T/etc/senders.cdb" \
	saca-checkpassword "$T/etc/passwords.cdb" -- saca-mime saca-spool "$T/spool" 2>"$T/door.log"
await 10 listening "$DOOR"
cat >"$T/message" <<'END'
Subject: Rebajas de invierno
X-Teenvio-Language: 4
Message-ID: <rebajas@example.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

Todo a mitad de precio
--b
Content-Type: text/html

<html><body><p>Todo a <a href="https://tienda.example.com/rebajas?a=1&amp;b=2">mitad de precio</a></p></body></html>
--b--
END
out=$(swaks --server "127.0.0.1:$DOOR" --auth-user victor.acme --auth-password secreto --from remitente@example.com \
	--to ana@example.org,luis@example.org,eva@example.org --data "@$T/message" 2>&1)
SEND=$(printf '%s\n' "$out" | sed -n 's/^<- *250 OK id=\([0-9]*\) .*/\1/p')
like "$SEND" '^[1-9][0-9]*$' 'the reply to DATA has the number of the send'
saca-import -w "$T/web" "$T/spool" "$STORE" 2>/dev/null
like "$(saca-list "$STORE" stats "$SEND")" '^ *contactos_no_enviados_por_fallidos_pendientes +3$' 'a send has all three contacts pending before saca-send runs'

# The mail server.
SINK=$(free_port)
(cd "$T/mails" && run_smtp_sink -u nobody -d '%s.' "127.0.0.1:$SINK" 10) 2>"$T/sink.log" &
PIDS="$PIDS $!"
await 10 listening "$SINK"
WEB=$(free_port)
saca-send -a "$T/etc/senders.cdb" -h api.example.com -r bounce+@example.com -k "$T/link.key" -p "$T/published" \
	-u "http://127.0.0.1:$WEB" "$STORE" "smtp://127.0.0.1:$SINK" 2>"$T/send.log"
is "$?:$(grep -v '^saca-send: send ' "$T/send.log")" 0: 'saca-send without -f sends what waits and ends'
is "$(saca-list -c "$STORE" sends | sed -n 's/.*,smtp,\([a-z]*\),.*/\1/p')" sent 'a send whose mails were sent is in state sent'
is "$(cat "$T"/mails/* | grep -c '^Subject: Rebajas de invierno')" 3 'the mail server gets one mail for each of three contacts'
# mail ADDRESS: prints the file that the sink wrote
mail() { grep -l "^To: <$1@example.org>" "$T"/mails/*; }
# address KIND NAME: prints the address of that kind in the mail of NAME, decoded
address() {
	python3 - "$(mail "$2")" "$1" <<-'END'
		import email, re, sys
		message = email.message_from_binary_file(open(sys.argv[1], "rb"))
		html = [p for p in message.walk() if p.get_content_type() == "text/html"][0].get_payload(decode=True).decode()
		print(re.search(r'http://127\.0\.0\.1:\d+/%s/[a-z2-7]+(\.gif)?' % sys.argv[2], html).group())
	END
}
like "$(tr -d '\r' <"$(mail ana)")" '^List-Unsubscribe-Post: List-Unsubscribe=One-Click$' 'a mail can be unsubscribed from with one click'

# The public web side.
cat >"$T/lighttpd.conf" <<END
server.document-root = "$T/web"
server.port = $WEB
server.bind = "127.0.0.1"
server.modules = ( "mod_accesslog" )
$(sed "s|/usr/local/bin/|$BIN/|; s|/etc/saca/link.key|$T/link.key|; s|/var/lib/saca/published|$T/published|
	s|/var/lib/saca/hits|$T/hits|" "$TOP/scripts/service/lighttpd/saca-hit.conf")
END
background run_lighttpd -D -f "$T/lighttpd.conf"
await 10 listening "$WEB"
BROWSER='Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0'
# visit CURL-ARGUMENT...: prints status and redirection; the page is in $T/page
visit() { curl -s --max-time 20 -o "$T/page" -A "$BROWSER" -w '%{http_code} %{redirect_url}' "$@"; }
is "$(visit "$(address c ana)")" '302 https://tienda.example.com/rebajas?a=1&b=2' 'a click leads to the address of the link in the piece'
is "$(visit "$(address o luis)")" '200 ' 'lighttpd answers the pixel of a mail'
is "$(visit "$(address v luis)")" '200 ' 'the link to the view page shows the mail'
like "$(cat "$T/page")" 'Todo a <a href="http://127\.0\.0\.1:[0-9]+/c/' 'the view page has the links of the mail'
is "$(visit -d List-Unsubscribe=One-Click "$(address u luis)")" '200 ' 'one click in a mail unsubscribes its contact'
like "$(cat "$T/page")" 'You will not receive any more messages from remitente@example\.com' "the answer to an unsubscription is in the send's language"

# A bounce.
sender=$(sed -n 's/^X-Mail-Args: <\(bounce+[a-z2-7]*@example.com\)>.*/\1/p' "$(mail eva)")
like "$sender" '^bounce\+[a-z2-7]{20,}@example\.com$' 'the envelope sender of a mail has a token'
saca-bounce -k "$T/link.key" "$T/hits" "$sender" <"$TOP/t/send/bounces/postfix.eml"
is $? 0 'saca-bounce accepts a bounce'

# stats_settled: true when everything above is counted, ten seconds after it was written
stats_settled() {
	saca-count "$T/hits" "$STORE" 2>/dev/null
	[ "$(saca-list -c "$STORE" stats "$SEND" | tail -n 1 | cut -d, -f1-20)" = "$FIGURES" ]
}
FIGURES=3,3,2,1,1,1,1,0,0,0,0,0,0,0,0,0,2,0,1,1
await 20 stats_settled
is "$(saca-list -c "$STORE" stats "$SEND" | tail -n 1 | cut -d, -f1-20)" "$FIGURES" 'the figures have the opens, clicks, bounces and unsubscriptions of the campaign'
is "$(sqlite3 "$STORE" "select c.email, u.type from unsubscription u join contact c on c.id = u.contact_id order by 1")" \
	'eva@example.org|20
luis@example.org|0' 'the contact that unsubscribed and the address that does not exist are unsubscribed'

# The next send of the same sender skips the unsubscribed contacts.
sed 's/rebajas@/dos@/; s/^Subject: .*/Subject: Segunda parte/' "$T/message" >"$T/second"
swaks --server "127.0.0.1:$DOOR" --auth-user victor.acme --auth-password secreto --from remitente@example.com \
	--to ana@example.org,luis@example.org,eva@example.org --data "@$T/second" >/dev/null 2>&1
saca-import -w "$T/web" "$T/spool" "$STORE" 2>/dev/null
saca-send -h api.example.com -r bounce+@example.com -k "$T/link.key" -p "$T/published" \
	-u "http://127.0.0.1:$WEB" "$STORE" "smtp://127.0.0.1:$SINK" 2>>"$T/send.log"
is "$(cat "$T"/mails/* | grep -c '^Subject: Segunda parte')" 1 'a second send mails only the contact that is still subscribed'
like "$(saca-list "$STORE" stats $((SEND + 1)))" '^ *contactos_no_enviados_por_inactivos_baja_manual +1$' 'a second send counts the unsubscribed contact as baja_manual'
like "$(saca-list "$STORE" stats $((SEND + 1)))" '^ *contactos_no_enviados_por_inactivos_baja_automatica +1$' 'a second send counts the bounced contact as baja_automatica'
done_testing
