# shellcheck shell=sh
# Real web servers for the tests. Source after service.sh. A test sets PORT, DOCUMENTS (a folder) and
# CONF, the name of a file in scripts/service/SERVER. It defines settings FILE, which prints that
# file with the paths of the test.

start_lighttpd() {
	cat >"$T/lighttpd.conf" <<-END
	server.document-root = "$DOCUMENTS"
	server.port = $PORT
	server.bind = "127.0.0.1"
	server.errorlog = "$T/lighttpd.error"
	server.breakagelog = "$T/lighttpd.error"
	server.modules = ( "mod_accesslog" )
	accesslog.filename = "$T/lighttpd.access"
	$(settings "lighttpd/$CONF")
	END
	background run_lighttpd -D -f "$T/lighttpd.conf"
}

start_nginx() {
	mkdir -p "$T/nginx"
	# the settings in the package's file that the programs read
	for _name in request_method content_length content_type query_string remote_addr server_name; do
		echo "fastcgi_param $(echo $_name | tr a-z A-Z) \$$_name;"
	done >"$T/nginx/fastcgi_params"
	# shellcheck disable=SC2016 # nginx's variable
	echo 'fastcgi_param SCRIPT_NAME $fastcgi_script_name;' >>"$T/nginx/fastcgi_params"
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
	$(settings "nginx/$CONF" | sed "s|include fastcgi_params|include $T/nginx/fastcgi_params|")
	}
	}
	END
	background $ROOMY fcgiwrap -c 4 -s "unix:$T/fcgiwrap.socket"
	await 10 sh -c "pgrep -P $! && test -S '$T/fcgiwrap.socket'"
	CGI_PIDS="$! $(pgrep -P $! | tr '\n' ' ')"
	PIDS="$PIDS $CGI_PIDS" # it does not end its children
	background $ROOMY nginx -e "$T/nginx.error" -c "$T/nginx.conf"
}

start_apache() {
	_modules=$(for m in mpm_event authz_core alias env setenvif cgid log_config unixd; do
		f=/usr/lib/apache2/modules/mod_$m.so
		[ ! -f "$f" ] || echo "LoadModule ${m}_module $f"
	done)
	cat >"$T/apache.conf" <<-END
	ServerRoot $T
	ServerName localhost
	PidFile $T/apache.pid
	Listen 127.0.0.1:$PORT
	$_modules
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
	$(settings "apache/$CONF")
	END
	background $ROOMY apache2 -D FOREGROUND -f "$T/apache.conf"
}

# try_servers: starts each web server that is here, and runs `try SERVER`
try_servers() {
	for _server in lighttpd nginx apache; do
		case $_server in
		lighttpd) _needed=lighttpd ;;
		nginx) _needed='nginx fcgiwrap' ;;
		apache) _needed=apache2 ;;
		esac
		# shellcheck disable=SC2086
		if [ "$(id -u)" != 0 ] || ! command -v $_needed >/dev/null; then
			skip "${CONF%.conf} under $_server" "it needs root and $_needed"
			continue
		fi
		PORT=$(free_port)
		start_$_server >"$T/$_server.out" 2>&1
		if await 10 listening "$PORT"; then
			try "$_server"
		else
			ok 1 "$_server starts with the shipped file" "$(cat "$T/$_server.out" "$T/$_server.error" 2>/dev/null)"
		fi
	done
}
