#!/bin/sh
# saca-hit under real web servers, with the files of scripts/service: lighttpd, nginx with
# fcgiwrap, and Apache. One request of each kind, one-click unsubscriptions as mail providers
# send them, large and slow bodies, and a look at the logs.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/hits.sh"
. "$TOP/t/lib/webserver.sh"

PATH=$PATH:/usr/sbin
chmod -R a+rX "$T"
chmod 711 "$T"
V=$(token v) O=$(token o) C=$(token c 1) U=$(token u)
mkdir "$T/s"
printf icon >"$T/s/x.png"
DOCUMENTS=$T/documents CONF=saca-hit.conf
mkdir "$DOCUMENTS"

# settings FILE: prints the shipped file with the paths of this test
settings() {
	sed "s|/usr/local/bin/|$BIN/|; s|/usr/local/share/saca/s|$T/s|; s|/etc/saca/link.key|$SACA_LINK_KEYS|
		s|/var/lib/saca/published|$SACA_PUBLISHED|; s|/var/lib/saca/hits|$SACA_HITS|; s|/run/saca/hit/|$T/|" "$TOP/scripts/service/$1"
}

# get PATH [CURL-OPTION...]: prints the status, and the address of a redirection
get() {
	_path=$1
	shift
	$ROOMY curl -s --max-time 30 -o "$T/answer" -A "$BROWSER" -w '%{http_code} %{redirect_url}' "$@" "http://127.0.0.1:$PORT$_path"
}

# try SERVER: the tests of one server
try() {
	is "$(get "/v/$V")" '200 ' "$1: a view page is answered"
	is "$(cat "$T/answer")" "<p><a href=\"/c/$C\">x</a> <a href=\"/u/$U\">out</a></p>" "$1: the view page arrives whole"
	is "$(get "/o/$O.gif"):$(stat -c %s "$T/answer")" '200 :43' "$1: the pixel is answered"
	is "$(get "/c/$C")" '302 https://example.com/?a=1&b=2' "$1: a click is redirected to its link"
	is "$(get "/u/$U")" '200 ' "$1: the page with the button to unsubscribe is answered"
	is "$(recorded | cut -d' ' -f1 | sort | tr '\n' ' ')" 'click open view ' "$1: view, open and click are counted"
	is "$(get "/u/$U" -d List-Unsubscribe=One-Click)" '200 ' "$1: an urlencoded unsubscription by one click is answered"
	is "$(get "/u/$U" -F List-Unsubscribe=One-Click)" '200 ' "$1: a multipart/form-data unsubscription by one click is answered"
	is "$(get "/u/$U" -d "")" '200 ' "$1: an unsubscription by one click without a body is answered"
	is "$(recorded | cut -d' ' -f1-6 | sort | uniq -c | tr -s ' ')" ' 3 unsub 7 1166 42 - person' "$1: each unsubscription by one click is recorded"
	is "$(get "/u/$U" -I)" '200 ' "$1: HEAD of the page to unsubscribe is answered"
	is "$(get "/c/$C" -X POST -d a=b)" '405 ' "$1: POST to a click's URL gets 405"
	is "$(get /v/none)" '404 ' "$1: a wrong token gets 404"
	is "$(get "/v/$(echo "$V" | tr a-z A-Z)")" '200 ' "$1: a token in capitals is answered"
	is "$(get /s/x.png):$(cat "$T/answer")" '200 :icon' "$1: the icons are served"
	recorded >/dev/null
	case $1 in
	nginx) verdict=200 ;; # it drops the body
	*) verdict='(413|000)' ;; # 000: curl had not sent all of it
	esac
	like "$(head -c 100000000 /dev/zero | get "/u/$U" -X POST --data-binary @-)" "^$verdict " "$1: a POST of 100 MB is dropped or refused"
	recorded >/dev/null
	# a body that never ends delays no other request
	background python3 - "$PORT" "/u/$U" <<-'END'
		import signal, socket, sys
		client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		client.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: text/plain\r\n\r\na" % sys.argv[2].encode())
		signal.pause()
	END
	is "$(get "/u/$U" -d "")" '200 ' "$1: a POST that arrives slowly holds up no other request"
	mv "$SACA_HITS" "$T/away"
	is "$(get "/u/$U" -d List-Unsubscribe=One-Click)" '503 ' "$1: an unsubscription that cannot be written gets 503"
	is "$(get "/v/$V")$(get "/o/$O.gif")$(get "/c/$C")" '200 200 302 https://example.com/?a=1&b=2' \
		"$1: view, open and click are answered though they cannot be written"
	mv "$T/away" "$SACA_HITS"
	like "$(cat "$T/$1.error" "$T/$1.out")" 'saca-hit: warning: unable to write to ' "$1: a log has the reason why an unsubscription cannot be written"
	if [ "$1" = nginx ]; then
		# shellcheck disable=SC2086 # pids
		kill $CGI_PIDS
		is "$(get "/u/$U")" '502 ' 'nginx: a request without fcgiwrap gets 502'
	fi
	unlike "$(cat "$T/$1".access "$T/$1".error "$T/$1".out 2>/dev/null)" "$V|$O|$C|$U" "$1: the logs have no token of a link"
	recorded >/dev/null
}

if [ "$(id -u)" = 0 ]; then
	chown -R nobody "$SACA_HITS" "$SACA_LINK_KEYS" "$SACA_PUBLISHED"
	chmod 777 "$SACA_HITS"
fi
try_servers
done_testing
