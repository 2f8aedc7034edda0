#!/bin/sh
# Runs saca-api and saca-panel under lighttpd, nginx with fcgiwrap, and Apache, with the files of
# scripts/service. The clients are curl and a PHP client like the published ones. Some bodies are
# large. The logs must show no password.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/webserver.sh"

chmod 711 "$T"
accounts "$T/etc"
chmod 755 "$T/etc"
chmod 644 "$T/etc/senders.cdb"
mkdir "$T/store" "$T/documents"
STORE=$T/store/saca.db DOCUMENTS=$T/documents CONF=saca-api.conf
head -c 32 /dev/urandom | tee "$T/panel.key" >"$T/key"
chmod 644 "$T/panel.key"
datagram_service "$T/login" saca-checkpassword -S -f 10 -k "$T/key" "$T/etc/passwords.cdb"
datagram_service "$T/queue" saca-spool -S -n 2 -k "$T/key" -a "$T/etc/senders.cdb" "$T/spool"
await 10 saca-spool -t "$T/queue"
printf 'Fremitente@example.com\0Tana@example.org\0Tluis@example.org\0\0' >"$T/envelope"
campaign 'Primera €' | SACA_PLAN=acme SACA_USER=victor.acme saca-spool "$T/spool" 1<"$T/envelope" 2>/dev/null
saca-import -w "$T/web" "$T/spool" "$STORE" 2>/dev/null
[ "$(id -u)" != 0 ] || chown -R nobody "$T/store"

# Apache closes the connection when a program ends before it has read its input.
for program in saca-api saca-panel saca-hit; do
	{ head -c 1000000 /dev/zero; echo $? >"$T/writer"; } |
		REQUEST_METHOD=POST PATH_INFO=/ CONTENT_LENGTH=1000000 HTTP_ORIGIN=https://evil.example "$program" >"$T/answer" 2>/dev/null
	is "$(sed -n 's/^Status: \(...\).*/\1/p' "$T/answer"):$(cat "$T/writer")" 503:0 "$program without settings reads its input to the end"
done

# settings FILE: prints the shipped file with the paths of this test, and the panel's after it, as INSTALL has it
settings() {
	cat "$TOP/scripts/service/$1" "$TOP/scripts/service/${1%/*}/saca-panel.conf" | sed "s|/usr/local/bin/|$BIN/|; s|/var/lib/saca/store/saca.db|$STORE|; s|/run/saca/door/panel|$T/login|; s|/run/saca/door/queue|$T/queue|
		s|/etc/saca/senders.cdb|$T/etc/senders.cdb|; s|/run/saca/panel/|$T/|; s|https://panel.example.com/api|http://127.0.0.1:$PORT/api|
		s|https://panel.example.com|https://127.0.0.1:$PORT|; s|/etc/saca/panel.key|$T/panel.key|"
}

# ask [CURL-OPTION...]: the status; the body is in $T/answer
ask() {
	$ROOMY curl -s --max-time 60 -o "$T/answer" -w '%{http_code}' "$@" "http://127.0.0.1:$PORT/api$QUERY"
}
body() { cat "$T/answer"; }

# wanted URL: prints the output that the PHP client must have
wanted() {
	cat <<-END
		version saca $VERSION
		url $1
		campaigns 1
		stats 2 new Primera €
		xml 1 2
		section ana@example.org luis@example.org
		groups id name contacts
		account acme
		deactivate 1
		unsubscribers ana@example.org
		activate 1
		sent yes same
		get_stats KO: 404
		send_campaign KO: 501
	END
}

try() {
	QUERY=
	is "$(ask -u victor.acme:secreto -d action=get_campaigns -d mode=plain):$(body)" 200:1 "$1: a POST with a Basic login is answered"
	is "$(ask -d action=get_campaigns -d mode=plain -d user=victor -d plan=acme -d pass=secreto):$(body)" 200:1 "$1: a POST with a login in its fields is answered"
	is "$(ask -F action=get_campaigns -F mode=plain -F user=victor -F plan=acme -F pass=secreto):$(body)" 200:1 "$1: a multipart/form-data POST is answered"
	QUERY='?action=get_campaigns&mode=plain'
	is "$(ask -u victor.acme:secreto):$(body)" 200:1 "$1: a GET with a Basic login is answered"
	is "$(ask)" 400 "$1: a GET without a login gets status 400"
	like "$(body)" '^KO: 401 ' "$1: a GET without a login gets code 401"
	QUERY=
	is "$(ask -u victor.acme:secreto -d action=get_campaigns -H 'Origin: https://evil.example')" 400 "$1: a POST with a foreign Origin gets 400"
	is "$(ask -u victor.acme:secreto -d action=get_version -H "Origin: http://127.0.0.1:$PORT")" 200 "$1: a POST with the API's own Origin is answered"
	head -c 400000 /dev/zero | tr '\0' a >"$T/html"
	like "$(ask -u victor.acme:secreto -d action=send_bulk_campaign -d rid=1 -d recipients=a@b.es -d subject=s -d plain_body=t \
		--data-urlencode "html_body@$T/html"):$(body)" '^200:OK: [0-9]+$' "$1: a campaign of 400 KB is accepted"
	like "$(head -c 20000000 /dev/zero | ask -u victor.acme:secreto -H Expect: --data-binary @-)" '^(4..|000)' "$1: a POST of 20 MB is refused"
	is "$(ask -u victor.acme:secreto -d action=get_version)" 200 "$1: a request after a POST of 20 MB is answered"
	unlike "$(cat "$T/$1".access "$T/$1".error 2>/dev/null)" secreto "$1: the logs have no password of the API"
	try_panel "$1"
	if command -v php >/dev/null; then
		for encoding in '' multipart; do
			is "$($ROOMY php -d allow_url_fopen=1 "$TOP/t/web/client.php" "http://127.0.0.1:$PORT/api" victor acme secreto $encoding 2>&1)" \
				"$(wanted "http://127.0.0.1:$PORT/api")" "$1: a PHP client like the published ones works${encoding:+, multipart}"
		done
	else
		skip "$1: a PHP client like the published ones works" 'php is not installed'
	fi
}

# browse PATH [CURL-OPTION...]: prints the status of a page of the panel; $T/answer has its body, $T/head its header
browse() {
	_path=$1
	shift
	$ROOMY curl -s --max-time 60 -D "$T/head" -o "$T/answer" -w '%{http_code}' -H "Cookie: $COOKIE" "$@" "http://127.0.0.1:$PORT$_path"
}
# field NAME: prints the value of a field in the last header
field() { tr -d '\r' <"$T/head" | sed -n "s/^$1: //Ip"; }

# try_panel SERVER: the tests of the panel. There is no TLS here, so the test sends the cookie itself
try_panel() {
	COOKIE=
	is "$(browse /sends/1):$(field Location)" 303:/login "$1: a page of the panel leads to the login"
	is "$(browse /login -d user=victor.acme -d password=wrong):$(field Set-Cookie)" 403: "$1: a wrong password at the panel gets no cookie"
	is "$(browse /login -d user=victor.acme -d password=secreto):$(field Location)" 303:/ "$1: a login at the panel leads to the list of sends"
	COOKIE=$(field Set-Cookie)
	COOKIE=${COOKIE%%;*}
	is "$(browse /)" 200 "$1: the list of sends is answered"
	like "$(body)" 'href="/sends/1"' "$1: the list of sends has a send of the plan"
	like "$(field Content-Security-Policy)" "^default-src 'none'" "$1: a page of the panel has its Content-Security-Policy"
	is "$(browse '/?q=Segunda'):$(grep -c 'href="/sends/1"' "$T/answer")" 200:0 "$1: the query of a search reaches saca-panel"
	is "$(browse '/sends/1/people.csv?section=all'):$(tr -d '\r' <"$T/answer" | sed -n '2,$p' | cut -d, -f2 | sort | tr '\n' ' ')" \
		'200:ana@example.org luis@example.org ' "$1: the contacts of a figure are downloaded as CSV"
	browse /sends/1 >/dev/null
	token=$(sed -n 's/.*name="token" value="\([a-z2-7]*\)".*/\1/p' "$T/answer" | head -n 1)
	is "$(browse /contacts/1/unsubscribe -d sender=1)" 403 "$1: a form of the panel without its token is refused"
	is "$(browse /contacts/1/unsubscribe -d sender=1 -d "token=$token")" 303 "$1: a form of the panel with its token is accepted"
	is "$(head -c 100000 /dev/zero | tr '\0' a | browse /login -H Expect: --data-binary @-)" 413 "$1: a form of 100 KB at the panel is refused"
	is "$(browse /no/such/page)" 404 "$1: saca-panel answers for paths that are not those of files"
	is "$(browse /logout -d "token=$token"):$(browse /)" 303:303 "$1: the logout ends the session of the panel"
	unlike "$(cat "$T/$1".access "$T/$1".error 2>/dev/null)" "secreto|${COOKIE#*=}" "$1: the logs have neither password nor cookie of the panel"
}
VERSION=$(saca-api -V | cut -d' ' -f2)
try_servers
done_testing
