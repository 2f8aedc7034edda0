#!/bin/sh
# saca-hit under real web servers, with the files of scripts/service: lighttpd, nginx with
# fcgiwrap, and Apache. One request of each kind, one-click unsubscriptions as mail providers
# send them, large and slow bodies, and a look at the logs.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/hits.sh"

PATH=$PATH:/usr/sbin
chmod -R a+rX "$T"
chmod 711 "$T"
V=$(token v) O=$(token o) C=$(token c 1) U=$(token u)
mkdir "$T/s"
printf icon >"$T/s/x.png"
DOCUMENTS=$T/documents
mkdir "$DOCUMENTS"

# settings FILE: the shipped file with the paths of this test
settings() {
	sed "s|/usr/local/bin/|$BIN/|; s|/usr/local/share/saca/s|$T/s|; s|/etc/saca/link.key|$SACA_LINK_KEYS|
		s|/var/lib/saca/published|$SACA_PUBLISHED|; s|/var/lib/saca/hits|$SACA_HITS|; s|/run/saca/hit/|$T/|" "$TOP/scripts/service/$1"
}

start_lighttpd() {
	cat >"$T/lighttpd.conf" <<-END
	server.document-root = "$DOCUMENTS"
	server.port = $PORT
	server.bind = "127.0.0.1"
	server.errorlog = "$T/lighttpd.error"
	server.modules = ( "mod_accesslog" )
	accesslog.filename = "$T/lighttpd.access"
	$(settings lighttpd/saca-hit.conf)
	END
	background run_lighttpd -D -f "$T/lighttpd.conf"
}

start_nginx() {
	mkdir -p "$T/nginx"
	# of what the package's file has, what the program reads
	for name in request_method content_length content_type query_string remote_addr; do
		echo "fastcgi_param $(echo $name | tr a-z A-Z) \$$name;"
	done >"$T/nginx/fastcgi_params"
	cat >"$T/nginx.conf" <<-END
	daemon off;
	user root;
	pid $T/nginx.pid;
	error_log $T/nginx.error;
	events {}
	http {
	access_log $T/nginx.access;
	client_body_temp_path $T/nginx/body; proxy_temp_path $T/nginx/proxy; fastcgi_temp_path $T/nginx/fastcgi;
	uwsgi_temp_path $T/nginx/uwsgi; scgi_temp_path $T/nginx/scgi;
	server {
	listen 127.0.0.1:$PORT;
	root $DOCUMENTS;
	$(settings nginx/saca-hit.conf | sed "s|include fastcgi_params|include $T/nginx/fastcgi_params|")
	}
	}
	END
	background $ROOMY fcgiwrap -c 4 -s "unix:$T/fcgiwrap.socket"
	await 10 sh -c "pgrep -P $! && test -S '$T/fcgiwrap.socket'"
	PIDS="$PIDS $(pgrep -P $! | tr '\n' ' ')" # it does not end its children
	background $ROOMY nginx -e "$T/nginx.error" -c "$T/nginx.conf"
}

start_apache() {
	modules=$(for m in mpm_event authz_core alias env setenvif cgid log_config unixd; do
		f=/usr/lib/apache2/modules/mod_$m.so
		[ ! -f "$f" ] || echo "LoadModule ${m}_module $f"
	done)
	cat >"$T/apache.conf" <<-END
	ServerRoot $T
	ServerName localhost
	PidFile $T/apache.pid
	Listen 127.0.0.1:$PORT
	$modules
	ScriptSock $T/cgid.socket
	User nobody
	Group nogroup
	DocumentRoot $DOCUMENTS
	ErrorLog $T/apache.error
	LogFormat "%r" common
	CustomLog $T/apache.access common env=!saca_hit
	<Directory />
	Require all granted
	</Directory>
	$(settings apache/saca-hit.conf)
	END
	background $ROOMY apache2 -D FOREGROUND -f "$T/apache.conf"
}

# get PATH [CURL-OPTION...]: status and address of a redirection
get() {
	_path=$1
	shift
	$ROOMY curl -s --max-time 30 -o "$T/answer" -A "$BROWSER" -w '%{http_code} %{redirect_url}' "$@" "http://127.0.0.1:$PORT$_path"
}

# try SERVER: what every server must do
try() {
	is "$(get "/v/$V")" '200 ' "$1: a view page is answered"
	is "$(cat "$T/answer")" "<p><a href=\"/c/$C\">x</a> <a href=\"/u/$U\">out</a></p>" "$1: the view page is whole"
	is "$(get "/o/$O.gif"):$(stat -c %s "$T/answer")" '200 :43' "$1: the pixel is answered"
	is "$(get "/c/$C")" '302 https://example.com/?a=1&b=2' "$1: a click is led on"
	is "$(get "/u/$U")" '200 ' "$1: the page of the button is answered"
	is "$(recorded | cut -d' ' -f1 | sort | tr '\n' ' ')" 'click open view ' "$1: view, open and click are counted"
	is "$(get "/u/$U" -d List-Unsubscribe=One-Click)" '200 ' "$1: one click, urlencoded, is answered"
	is "$(get "/u/$U" -F List-Unsubscribe=One-Click)" '200 ' "$1: one click, as multipart/form-data, is answered"
	is "$(get "/u/$U" -d "")" '200 ' "$1: one click without a body is answered"
	is "$(recorded | cut -d' ' -f1-6 | sort | uniq -c | tr -s ' ')" ' 3 unsub 7 1166 42 - person' "$1: each one click is recorded"
	is "$(get "/u/$U" -I)" '200 ' "$1: HEAD is answered"
	is "$(get "/c/$C" -X POST -d a=b)" '405 ' "$1: POST for a click is 405"
	is "$(get /v/none)" '404 ' "$1: a wrong token is 404"
	is "$(get "/v/$(echo "$V" | tr a-z A-Z)")" '200 ' "$1: a token in capitals is answered"
	is "$(get /s/x.png):$(cat "$T/answer")" '200 :icon' "$1: the icons are served"
	recorded >/dev/null
	like "$(head -c 100000000 /dev/zero | get "/u/$U" -X POST --data-binary @-)" '^(200|413) |^000 ' "$1: a body of 100 MB is answered or refused"
	recorded >/dev/null
	# a body that never ends holds nobody else up
	background python3 - "$PORT" "/u/$U" <<-'END'
		import signal, socket, sys
		client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		client.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: text/plain\r\n\r\na" % sys.argv[2].encode())
		signal.pause()
	END
	is "$(get "/u/$U" -d "")" '200 ' "$1: a slow body holds up no other request"
	unlike "$(cat "$T/$1".access "$T/$1".error 2>/dev/null)" "$V|$O|$C|$U" "$1: the logs tell no token"
	recorded >/dev/null
}

for server in lighttpd nginx apache; do
	case $server in
	lighttpd) needed=lighttpd ;;
	nginx) needed='nginx fcgiwrap' ;;
	apache) needed=apache2 ;;
	esac
	# shellcheck disable=SC2086
	if [ "$(id -u)" != 0 ] || ! command -v $needed >/dev/null; then
		skip "saca-hit under $server" "it needs root and $needed"
		continue
	fi
	chown -R nobody "$SACA_HITS" "$SACA_LINK_KEYS" "$SACA_PUBLISHED"
	chmod 777 "$SACA_HITS"
	PORT=$(free_port)
	start_$server >"$T/$server.out" 2>&1
	if await 10 listening "$PORT"; then
		try "$server"
	else
		ok 1 "$server starts with the shipped file" "$(cat "$T/$server.out" "$T/$server.error" 2>/dev/null)"
	fi
done
done_testing
