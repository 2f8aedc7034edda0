#!/bin/sh
# From a client's DATA to rows in the store, under tcpserver: each promise of the platform's
# public document.
. "$(dirname "$0")/../lib/tap.sh"
cd "$TOP" || exit 1

hash=$(openssl passwd -6 -salt sal secreto)
cat >"$T/accounts" <<END
plan   acme
user   victor.acme  $hash
sender acme         remitente@dominio.com
plan   chica        maxrcpt=2
user   ana.chica    $hash
sender chica        ana@chica.es
END
saca-accounts "$T" <"$T/accounts" || exit 1

background tcpserver -1DRHl0 -b 64 127.0.0.1 0 saca-smtpd -h api.example.com -b teenvio.com -d 0 -p \
	-a "$T/senders.cdb" saca-checkpassword "$T/passwords.cdb" -- saca-mime saca-spool "$T/spool" \
	>"$T/port" 2>"$T/log"
await 10 test -s "$T/port" || { echo "Bail out! no port"; exit 1; }
PORT=$(cat "$T/port")

sql() { sqlite3 "$T/db" "$1"; }
import() { saca-import -w "$T/web" -u https://img.example.com/ "$T/spool" "$T/db" 2>&1; }

# send MESSAGE RECIPIENTS [SWAKS OPTIONS]: prints the reply to the body
send() {
	_message=$1 _to=$2
	shift 2
	swaks --server "127.0.0.1:$PORT" --ehlo prueba --auth LOGIN --auth-user victor.acme --auth-password secreto \
		--from remitente@dominio.com --to "$_to" --suppress-data --data "@$_message" "$@" 2>&1 | tr -d '\r' |
		sed -n '/lines sent$/{n;s/^<[-*~ ]* *//p;}'
}

# message SUBJECT [HEADER...]: writes a whole message to $T/m
message() {
	{
		printf 'Subject: %s\n' "$1"
		shift
		[ $# -eq 0 ] || printf '%s\n' "$@"
		cat <<'END'
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=fuera

--fuera
Content-Type: multipart/alternative; boundary=dentro

--dentro
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Ma=F1ana
--dentro
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<p>Ma=F1ana <img src=3D"cid:punto"></p>
--dentro--
--fuera
Content-Type: image/gif
Content-Transfer-Encoding: base64
Content-ID: <punto>

R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7
--fuera
Content-Type: application/pdf; name=folleto.pdf
Content-Disposition: attachment; filename=folleto.pdf
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--fuera--
END
	} >"$T/m"
}

# --- 3.2.2: the conversation as printed, and 3.2.1: the bytes of the PHP example ------------

saca-smtpd -h api.teenvio.com -b teenvio.com -p -a "$T/senders.cdb" saca-checkpassword "$T/passwords.cdb" -- \
	saca-mime saca-spool "$T/first" <t/smtp/dialogue/conversation.smtp 2>"$T/log1" | tr -d '\r' >"$T/said"
like "$(tail -n 2 "$T/said")" '^250 OK id=1 [0-9a-f]{32}$' "the conversation of the document ends in a send's number"
like "$(cat "$T"/first/new/*)" '^Received: from MaquinaPrueba \(unknown\) by api\.teenvio\.com with ESMTPA id [0-9a-f]{32}; ' \
	"the spool file's Received field has the client's name and the protocol"
saca-import "$T/first" "$T/first.db" 2>"$T/out"
like "$(cat "$T/out")" '^saca-import: imported=1 sends=1 contacts=1 new=1 failed=0 ms=[0-9]+$' "saca-import imports the conversation's message"
is "$(sqlite3 "$T/first.db" "SELECT (SELECT count(*) FROM contact), (SELECT count(*) FROM contact_group), \
	(SELECT count(*) FROM piece), count(*), show_header, social_links, language FROM send")" "1|1|1|1|1|1|3" \
	"the message of the document becomes one contact, group, piece and send with its options"
like "$(sqlite3 "$T/first.db" "SELECT html FROM piece")" 'charset=utf-8">' "the stored HTML declares UTF-8"
is "$(sqlite3 "$T/first.db" "SELECT name, (SELECT name FROM piece), (SELECT name FROM contact_group) FROM send")" \
	"[SMTP] prueba correo simple|[SMTP] prueba correo simple|[SMTP] prueba correo simple" "send, piece and group have a name that begins with [SMTP]"
is "$(printf 'EHLO PruebaPHP\nQUIT\n' | saca-smtpd -A -p -h h true -- true | tr -d '\r' | sed -n '2p;$p')" \
	"250-h ESMTP API h. Hola PruebaPHP!
221 2.0.0 Closing connection." "the document's PHP example, whose lines end in LF, gets its replies"

like "$(cat "$T"/first/seen/* 2>/dev/null)" ' 1 [0-9a-f]{32} ' "the spool stores the reply for a repeat"

# --- A campaign by swaks ---------------------------------------------------------------------

message '=?UTF-8?Q?Oferta_de_oto=C3=B1o?=' 'X-Teenvio-ShowCab: no' 'X-Teenvio-Language: 4'
said=$(send "$T/m" ana@b.es,Luis@B.es,ANA@b.es)
like "$said" '^250 OK id=[0-9]+ [0-9a-f]{32}$' "swaks gets the number of its send"
id=$(expr "$said" : '250 OK id=\([0-9]*\)')
like "$(import)" 'imported=1 sends=1 contacts=2 new=2 failed=0' "a recipient given three times is imported once"
is "$(sql "SELECT subject, name, state, source, username, show_header, social_links, language, contacts_total FROM send WHERE id = $id")" \
	"Oferta de otoño|[SMTP] Oferta de otoño|new|smtp|victor.acme|0|0|4|2" "the send has the number of the reply, and its options"
is "$(sql "SELECT group_concat(email) FROM (SELECT email FROM contact ORDER BY email)")" "ana@b.es,luis@b.es" "contacts have addresses in lower case"
is "$(sql "SELECT count(*) FROM group_member m JOIN send s ON s.group_id = m.group_id WHERE s.id = $id")" 2 "the group of a send has both of its contacts"
is "$(sql "SELECT text FROM piece")" "Mañana" "the text of a send is stored in UTF-8"
like "$(sql "SELECT html FROM piece")" '<p>Mañana <img src="https://img.example.com/i/[0-9a-f]{64}\.gif"></p>' \
	"the stored HTML points at the hosted image"
is "$(ls "$T/web/i" | wc -l)" 1 "an attachment that the HTML does not use is ignored"
is "$(sql "SELECT (SELECT name FROM plan), address FROM sender")" "acme|remitente@dominio.com" "the plan and the sender of a send have rows"

# --- And by curl -----------------------------------------------------------------------------

message 'Segunda' 'X-Teenvio-SocialLinks: YES' 'x-teenvio-language: 99'
sed 's/$/\r/' "$T/m" >"$T/m2"
said=$(curl -sv "smtp://127.0.0.1:$PORT" --user victor.acme:secreto --mail-from remitente@dominio.com --mail-rcpt ana@b.es \
	--mail-rcpt eva@b.es --upload-file "$T/m2" 2>&1 | tr -d '\r' | sed -n 's/^< \(250 OK id=.*\)/\1/p')
like "$said" '^250 OK id=[0-9]+ [0-9a-f]{32}$' "curl gets the number of its send"
like "$(import)" 'imported=1 sends=1 contacts=2 new=1 failed=0' "a contact that the store has is not added again"
is "$(sql "SELECT social_links, language FROM send ORDER BY id DESC LIMIT 1")" "1|3" "an unknown value of an option means the default"
is "$(ls "$T/web/i" | wc -l)" 1 "an image that two pieces have is hosted once"

message 'Tercera'
sed 's/cid:punto/cid:falta%1b/' "$T/m" >"$T/m3"
send "$T/m3" ana@b.es >/dev/null
said=$(import)
like "$said" "^saca-import: send [0-9]+: its HTML points at what is not in the message: cid:falta\$" \
	"saca-import names an image that the message lacks"
like "$(sql "SELECT html FROM piece ORDER BY id DESC LIMIT 1")" 'src="cid:falta%1b"' "the URL of an image that the message lacks stays as it is"

# --- Refused messages, and their contacts -----------------------------------------

before=$(sql "SELECT count(*) FROM send")
printf 'Subject: x\nContent-Type: text/html\n\n<p>x\n' >"$T/html"
like "$(send "$T/html" solo1@b.es)" '^500 Internal error - .*text/plain' "a message without text is refused, and the reply names the missing part"
printf 'Subject: x\n\nx\n' >"$T/text"
like "$(send "$T/text" solo2@b.es)" '^500 Internal error - .*text/html' "a message without HTML is refused, and the reply names the missing part"
{ cat "$T/m"; head -c 600000 /dev/zero | tr '\0' x | fold -w 70; } >"$T/big"
is "$(send "$T/big" solo3@b.es)" "552 message size exceeds fixed maximum message size (512000) bytes" "a message over the size limit gets a 552"
printf 'EHLO x\r\nAUTH PLAIN AHZpY3Rvci5hY21lAHNlY3JldG8=\r\nMAIL FROM:<remitente@dominio.com>\r\nRCPT TO:<solo4@b.es>\r\nDATA\r\nSubject: a medias\r\n' |
	nc -q 1 127.0.0.1 "$PORT" >/dev/null
await 10 grep -q verdict=vanished "$T/log"
ok $? "a client that disconnects inside the body is logged as vanished"
said=$(printf 'AUTH PLAIN AHZpY3Rvci5hY21lAHNlY3JldG8=\r\nMAIL FROM:<remitente@dominio.com>\r\nRCPT TO:<solo5@b.es>\r\nDATA\r\n.\r\nQUIT\r\n' |
	nc -q 1 127.0.0.1 "$PORT" | tr -d '\r')
like "$said" '^250 OK contacts=1 [0-9a-f]{32}$' "an empty body gets contacts= without a send's number"
like "$(import)" 'imported=5 sends=0 contacts=5 new=5 failed=0' "the contacts of refused, vanished and empty messages are imported"
is "$(sql "SELECT count(*) FROM send")" "$before" "refused, vanished and empty messages make no send"
is "$(sql "SELECT count(*) FROM contact_group WHERE source = 'smtp' AND name LIKE '[SMTP] 20__-__-__%'")" 5 "contacts without a send are in groups named by the date"

# --- Plan limits, and a message sent twice ------------------------------------------------------

like "$(send "$T/m" a@b.es,c@b.es,d@b.es --auth-user ana.chica --from ana@chica.es)" \
	'^500 Internal error - exceso de contactos: 3 de 2 permitidos$' "a message over the plan's maxrcpt is refused with its recipients and the limit"
is "$(import)" "" "a message over maxrcpt imports nothing"
message 'Repetida' 'Message-ID: <repe@dominio.com>'
one=$(send "$T/m" ana@b.es)
two=$(send "$T/m" ana@b.es)
like "$one" '^250 OK id=' "a message with a Message-ID gets a number"
is "$two" "$one" "a repeated message gets the same reply"
like "$(import)" 'imported=1 sends=1' "a repeated message makes one send"
is "$(send "$T/m" ana@b.es)" "$one" "a repeat after the import gets the same reply"
is "$(import)" "" "a repeat after the import leaves nothing to import"
is "$(grep -c 'verdict=repeat' "$T/log")" 2 "the log has verdict=repeat for each repeat"

# --- Logins ---------------------------------------------------------------------------------------

said=$(printf 'MAIL FROM:<remitente@dominio.com>\r\nAUTH PLAIN AHZpY3Rvci5hY21lAG1hbGE=\r\nQUIT\r\n' | nc -q 1 127.0.0.1 "$PORT" | tr -d '\r')
like "$said" '^530 Authentication required$' "MAIL without a login gets a 530"
like "$said" '^535 Authentication credentials invalid$' "a wrong password gets a 535"
await 10 grep -Eq '^saca-smtpd: pid=[0-9]+ ip=127\.0\.0\.1 port=[0-9]+ user=victor\.acme sender=- rcpts=0 size=0 verdict=auth-failed id=- uuid=- tls=- ms=[0-9]+$' "$T/log"
ok $? "a failed login is one line of the log"

is "$(ls "$T/spool/new" "$T/spool/tmp" "$T/spool/failed" | grep -c '^[0-9a-f]')" 0 "the spool is empty after the last import"
done_testing
