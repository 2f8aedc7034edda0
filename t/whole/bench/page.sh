# shellcheck shell=sh
# Processor time of a request to saca-panel and to saca-api, the programs run as CGI, with a small store in
# SQLite. Part of scripts/bench.

T=$B/data/page.$$ STORE=$B/data/page.$$/saca.db
PATH=$BIN:$PATH
mkdir -p "$T"
services=
sql() { sqlite3 "$STORE" "$1"; }
background() {
	"$@" &
	services="$services $!"
}
await() {
	limit=$1
	shift
	timeout "$limit" sh -c 'until "$@" >/dev/null 2>&1; do sleep 0.02; done' - "$@"
}
. t/lib/panel.sh

# request_time PROGRAM NAME=VALUE...: prints the milliseconds of processor time, from fork to exit
request_time() {
	program=$1
	shift
	env REQUEST_METHOD=GET HTTPS=on REMOTE_ADDR=192.0.2.9 "$@" python3 -c '
import os, resource, subprocess, sys
for i in range(500):
    done = subprocess.run(sys.argv[1], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    if not done.stdout.startswith(b"Status: 200"):
        sys.exit(done.stdout)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("%.2f" % ((used.ru_utime + used.ru_stime) * 1000 / 500))' "$program"
}

fill_store
start_panel
log_in victor.acme
basic=$(printf victor.acme:secreto | base64)
printf '\nsaca-panel and saca-api as CGI: processor time of a request, ms; %s rounds\n' "$rounds"
printf '  %10s %10s %10s\n' 'list' 'one send' 'api'
i=1
while [ "$i" -le "$rounds" ]; do
	list=$(request_time saca-panel PATH_INFO=/ HTTP_COOKIE="$COOKIE")
	page=$(request_time saca-panel PATH_INFO=/sends/101 HTTP_COOKIE="$COOKIE")
	api=$(request_time saca-api QUERY_STRING='action=get_stats&eid=101' HTTP_AUTHORIZATION="Basic $basic")
	printf '  %10s %10s %10s\n' "$list" "$page" "$api"
	i=$((i + 1))
done
# shellcheck disable=SC2086 # pids
kill $services
wait
