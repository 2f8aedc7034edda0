# shellcheck shell=sh
# Requests per second of saca-hit under lighttpd, beside a CGI program that does nothing. Part of
# scripts/bench.

HIT_PORT=25088
T=$B/data/hit.$$ TOP=$PWD
mkdir -p "$T/s"
cp bin/saca-hit "$TOOLS/empty" "$T" # the web server runs both from this folder
. t/lib/hits.sh
. t/lib/service.sh
ROOMY=

t/whole/clients/fetch lighttpd >&2
if ! command -v lighttpd >/dev/null; then
	echo "hit: lighttpd cannot be had here"
else
	cat >"$T/lighttpd.conf" <<-END
		server.document-root = "$T/s"
		server.port = $HIT_PORT
		server.bind = "127.0.0.1"
		server.modules = ( "mod_accesslog" )
		accesslog.filename = "/dev/null"
		$(sed "s|/usr/local/bin/|$T/|; s|/usr/local/share/saca/s|$T/s|; s|/etc/saca/link.key|$SACA_LINK_KEYS|
			s|/var/lib/saca/published|$SACA_PUBLISHED|; s|/var/lib/saca/hits|$SACA_HITS|" scripts/service/lighttpd/saca-hit.conf)
		alias.url += ( "/empty" => "$T/empty" )
		\$HTTP["url"] =~ "^/empty" { cgi.assign = ( "/empty" => "" ) }
	END
	(run_lighttpd -D -f "$T/lighttpd.conf") & web=$!
	until listening $HIT_PORT; do sleep 0.05; done
	# requests PATH: prints the requests per second
	requests() { wrk -c 8 -t 1 -d "${seconds}s" -H "User-Agent: $BROWSER" "http://127.0.0.1:$HIT_PORT$1" | awk '/^Requests\/sec/ { print $2 }'; }
	printf '\nsaca-hit under lighttpd, requests/s, 8 connections; %s rounds\n' "$rounds"
	printf '  %10s %10s %10s %10s %8s\n' open click view empty 'open/empty'
	i=1
	while [ "$i" -le "$rounds" ]; do
		set -- "$(requests "/o/$(token o).gif")" "$(requests "/c/$(token c 1)")" "$(requests "/v/$(token v)")" "$(requests /empty)"
		awk -v o="$1" -v c="$2" -v v="$3" -v e="$4" 'BEGIN { printf "  %10.0f %10.0f %10.0f %10.0f %8.2f\n", o, c, v, e, o / e }'
		i=$((i + 1))
	done
	kill "$web"
	wait "$web" || :
fi
