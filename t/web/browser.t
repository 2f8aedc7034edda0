#!/bin/sh
# saca-panel in headless Chromium: every page, at widths of 1280 and 375 pixels, with scripts off.
# lighttpd runs it under TLS, with the shipped file. Hostile content must not reach a listener.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$CHROMIUM" ] || ! command -v lighttpd >/dev/null; then
	skip 'a browser uses the panel' 'chromium or lighttpd is not installed'
	done_testing
fi
for module in "$FETCHED/usr/lib/lighttpd/mod_openssl.so" /usr/lib/lighttpd/mod_openssl.so; do
	[ ! -f "$module" ] || found=yes
done
if [ -z "${found-}" ]; then
	skip 'a browser uses the panel' 'lighttpd has no mod_openssl'
	done_testing
fi

STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/lib/panel.sh"
fill_store
start_panel
certificate "$T/tls"
mkdir "$T/documents"
PORT=$(free_port)
PANEL=https://localhost:$PORT
cat >"$T/lighttpd.conf" <<-END
	server.document-root = "$T/documents"
	server.port = $PORT
	server.bind = "127.0.0.1"
	server.errorlog = "$T/lighttpd.error"
	server.breakagelog = "$T/lighttpd.error"
	server.modules = ( "mod_openssl" )
	ssl.engine = "enable"
	ssl.pemfile = "$T/tls/cert.pem"
	ssl.privkey = "$T/tls/key.pem"
	$(sed "s|/usr/local/bin/|$BIN/|; s|/var/lib/saca/store/saca.db|$STORE|; s|/run/saca/door/panel|$LOGIN_SOCKET|; s|/run/saca/door/queue|$T/queue|
		s|/etc/saca/senders.cdb|$T/etc/senders.cdb|; s|/etc/saca/panel.key|$KEY|; s|https://panel.example.com|$PANEL|" \
		"$TOP/scripts/service/lighttpd/saca-panel.conf")
END
background run_lighttpd -D -f "$T/lighttpd.conf"
await 10 listening "$PORT" || { ok 1 'lighttpd starts with the shipped file' "$(cat "$T/lighttpd.error")"; done_testing; }
# SHOTS: a folder that gets the pictures; there are none without it
$ROOMY python3 "$TOP/t/web/browser.py" "$CHROMIUM" "$PANEL" "$STORE" "${SHOTS-}" "$T/profile" \
	"$FETCHED/node_modules/axe-core/axe.min.js" \
	>"$T/results" || echo "not ok the browser's test ends: see stderr" >>"$T/results"
while IFS= read -r line; do
	case $line in
	'ok '*) ok 0 "${line#ok }" ;;
	'not ok '*) ok 1 "${line#not ok }" ;;
	'skip '*) skip "${line#skip }" 'axe-core is not there' ;;
	*) echo "# $line" ;;
	esac
done <"$T/results"
is "$(grep saca-panel "$T/lighttpd.error")" '' 'saca-panel logs nothing in a browser session'
done_testing
