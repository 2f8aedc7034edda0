# shellcheck shell=sh
# A PostgreSQL server of the test's own, in $T/pg. Sourced after t/lib/tap.sh. Without PostgreSQL the
# variable PG is empty; else it is the folder of its programs, and start_server SETTING... starts
# the server: -c NAME=VALUE.

PG=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$PG" ] || PG=$(dirname "$(command -v initdb 2>/dev/null || echo /)")
[ -x "$PG/initdb" ] || PG=

# The server refuses to run as root.
if [ "$(id -u)" = 0 ]; then
	chown nobody "$T" && chmod 711 "$T"
	as_server() { $ROOMY setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
else
	as_server() { $ROOMY "$@"; }
fi

stop_server() {
	[ ! -s "$T/pg/postmaster.pid" ] || kill -INT "$(head -n 1 "$T/pg/postmaster.pid")"
	wait "$SERVER"
}

# Its log is $T/server. PGHOST in a URL is $HOST, the user is saca.
start_server() {
	as_server mkdir "$T/pg"
	as_server "$PG/initdb" -D "$T/pg" -U saca -A trust -E UTF8 --locale=C -N >"$T/initdb" 2>&1 ||
		{ cat "$T/initdb"; exit 1; }
	as_server "$PG/postgres" -D "$T/pg" -k "$T" -c listen_addresses= -c fsync=off \
		-c log_min_messages=warning "$@" 2>"$T/server" &
	SERVER=$!
	trap 'stop_server; cleanup' EXIT
	await 60 "$PG/pg_isready" -q -h "$T" -U saca -d postgres || { cat "$T/server"; exit 1; }
	HOST=$(printf %s "$T" | sed 's|/|%2F|g')
}

# database NAME SQL: prints rows, columns joined by |
database() { psql -qAtX -v ON_ERROR_STOP=1 "postgresql://saca@$HOST/$1" -c "$2"; }
