#!/bin/sh
# Real clients send a campaign over every kind of port that they speak: text, HTML, an image,
# accents in the subject, two recipients. The rows of the store are compared.
#
# Each client is a program t/whole/clients/NAME. `NAME kinds` prints the kinds of port: clear
# (login in the clear), starttls, tls. It exits 77 if the client is not installed. `NAME send`
# sends. Its environment has KIND SERVER PORT CAFILE LOGIN PASSWORD SENDER, RECIPIENTS
# (separated by blanks), MESSAGE (a file) and, for clients that build messages themselves,
# SUBJECT TEXT HTML IMAGE (a file) CID.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

CLIENTS='swaks curl python perl phpmailer nodemailer go msmtp s-nail postfix exim'

if ! command -v tcpserver >/dev/null; then
	skip "real clients send campaigns" "tcpserver is not installed"
	done_testing
fi
chmod 711 "$T" # some clients have users of their own
accounts "$T/etc" && certificate "$T/etc" || exit 1

export SERVER=localhost LOGIN=victor.acme PASSWORD=secreto SENDER=remitente@example.com CAFILE="$T/etc/cert.pem" \
	RECIPIENTS='ana@example.org luis@example.org' TEXT='El otoño ha llegado.' HTML='<p>El <b>otoño</b> ha llegado.</p><img src="cid:punto@example.com">' \
	CID=punto@example.com IMAGE="$T/punto.gif" MESSAGE="$T/message"
printf 'GIF89a\001\0\001\0\200\0\0\0\0\0\377\377\377!\371\004\001\0\0\0\0,\0\0\0\0\001\0\001\0\0\002\001D\0;' >"$IMAGE"

# message ID: prints the message for clients that send a file
message() {
	cat <<-END
		From: Remitente <$SENDER>
		To: lista@example.com
		Subject: =?UTF-8?Q?Oto=C3=B1o_?= =?UTF-8?Q?en_la_sierra:_5_=E2=82=AC?= $1
		Message-ID: <$1@example.com>
		Date: Sat, 21 Nov 2026 20:00:00 +0100
		MIME-Version: 1.0
		Content-Type: multipart/related; boundary="fuera"

		--fuera
		Content-Type: multipart/alternative; boundary="dentro"

		--dentro
		Content-Type: text/plain; charset=utf-8
		Content-Transfer-Encoding: base64

		$(printf '%s' "$TEXT" | base64)
		--dentro
		Content-Type: text/html; charset=utf-8
		Content-Transfer-Encoding: base64

		$(printf '%s' "$HTML" | base64)
		--dentro--
		--fuera
		Content-Type: image/gif; name="punto.gif"
		Content-Transfer-Encoding: base64
		Content-ID: <$CID>
		Content-Disposition: inline

		$(base64 "$IMAGE")
		--fuera--
	END
}

# open_port VARIABLE WRAPPER OPTION: starts a line on a free port, and sets VARIABLE to the port
open_port() {
	p=$(free_port)
	eval "$1=\$p"
	# shellcheck disable=SC2086 # words, or none
	CERTFILE=$T/etc/cert.pem KEYFILE=$T/etc/key.pem background tcpserver -DRHl0 127.0.0.1 "$p" $2 \
		saca-smtpd -h api.example.com $3 -d 0 -a "$T/etc/senders.cdb" saca-checkpassword "$T/etc/passwords.cdb" -- \
		saca-mime saca-spool "$T/spool" 2>>"$T/log"
	await 10 listening "$p"
}
open_port clear '' -p
open_port starttls 'saca-tlsd -d' ''
open_port tls saca-tlsd ''

rows() {
	sqlite3 "$T/saca.db" "SELECT s.subject, s.username, f.address, s.contacts_total,
		(SELECT group_concat(email) FROM (SELECT email FROM group_member m JOIN contact c ON c.id = m.contact_id
			WHERE m.group_id = s.group_id ORDER BY email)),
		trim(p.text, char(13, 10, 32)), p.html LIKE '%<b>otoño</b>%', p.html LIKE '%/i/' || i.sha256 || '.gif%', i.type
		FROM send s JOIN sender f ON f.id = s.sender_id JOIN piece p ON p.id = s.piece_id
		LEFT JOIN piece_image j ON j.piece_id = p.id LEFT JOIN image i ON i.sha256 = j.sha256
		WHERE s.id = (SELECT max(id) FROM send)" 2>&1
}
row="victor.acme|$SENDER|2|ana@example.org,luis@example.org|$TEXT|1|1|gif"

# deliver CLIENT KIND: sends a campaign with the client, and tests the reply and the rows
deliver() {
	export KIND="$2" SUBJECT="Otoño en la sierra: 5 € $1-$2"
	eval "export PORT=\$$2"
	message "$1-$2" >"$MESSAGE"
	: >"$T/log"
	out=$("$TOP/t/whole/clients/$1" send 2>&1)
	status=$?
	[ $status -eq 0 ] && grep -q "verdict=ok .* tls=$([ "$KIND" = clear ] && echo - || echo TLS)" "$T/log"
	ok $? "$1 sends a campaign: $2" "exit $status
$out
$(tail -n 20 "$T/log")"
	saca-import "$T/spool" "$T/saca.db" >/dev/null 2>"$T/import"
	status=$?
	is "$status $(rows)" "0 $SUBJECT|$row" "the campaign of $1 is in the store: $2" ||
		{ cat "$T/import" && ls "$T/spool/new" "$T/spool/failed"; } | sed 's/^/# /'
}

# The other builds run one kind of each client: the clients differ, not the builds.
case $BIN$WRAPPED in
*/sanitize/* | */suite | *yes) few=yes ;;
*) few= ;;
esac

for client in $CLIENTS; do
	kinds=$("$TOP/t/whole/clients/$client" kinds 2>"$T/out")
	case $? in
	0) ;;
	77 | 127) skip "$client" "$client is not installed"; continue ;; # 127: its interpreter is missing
	*) ok 1 "t/whole/clients/$client prints its kinds" "$(cat "$T/out")"; continue ;;
	esac
	for kind in $kinds; do
		[ -z "$few" ] || [ "$kind" = starttls ] || continue
		deliver "$client" "$kind"
	done
done

done_testing
