# shellcheck shell=sh
# Contacts per second of saca-import, beside the database's own fastest way, as the store
# grows. Part of scripts/bench. CONTACTS is the size at the end.

CONTACTS=${CONTACTS:-1000000}
I=$B/data/import.$$
PG=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
mkdir -p "$I"
: >"$B/import.tsv"

seconds_of() {
	s=$(date +%s.%N)
	"$@" >"$B/out" 2>"$B/err" || { tail -n 3 "$B/err" >&2; return 1; }
	e=$(date +%s.%N)
	awk -v s="$s" -v e="$e" 'BEGIN { printf "%.6f\n", e - s }'
}

an_empty_spool() {
	rm -rf "$1"
	mkdir -p "$1/tmp" "$1/new" "$1/cur"
}

# per_second COUNT SECONDS: prints the rate
per_second() {
	awk -v n="$1" -v s="$2" 'BEGIN { printf "%.0f", n / s }'
}

# NAME STORE BARE-COMMAND: contacts/s for each doubling of the store, both ways
grow() {
	name=$1 store=$2
	have=0 chunk=1
	printf '\n%s: contacts/s while the store grows to %s contacts, in files of 50000\n' "$name" "$CONTACTS"
	printf '  %12s %12s %12s %8s\n' contacts saca-import bare ratio
	while [ $((have * 50000)) -lt "$CONTACTS" ]; do
		an_empty_spool "$I/spool"
		"$TOOLS/fill" spool "$I/spool" $have $chunk 50000
		own=$(seconds_of "$BIN/saca-import" -w "$I/web" "$I/spool" "$store") || return 0
		bare=$("bare_$name" $have $chunk) || return 0
		have=$((have + chunk))
		a=$(per_second $((chunk * 50000)) "$own") b=$(per_second $((chunk * 50000)) "$bare")
		printf '  %12d %12d %12d %8.2f\n' $((have * 50000)) "$a" "$b" "$(awk -v a="$a" -v b="$b" 'BEGIN { print a / b }')"
		printf '%s\t%s\t%s\t%s\n' "$name" $((have * 50000)) "$own" "$bare" >>"$B/import.tsv"
		chunk=$have
		[ $(((have + chunk) * 50000)) -le "$CONTACTS" ] || chunk=$(((CONTACTS - have * 50000) / 50000))
	done
}

bare_sqlite() {
	"$TOOLS/fill" sqlite "$I/bare.db" "$1" "$2" 50000
}

bare_postgres() {
	"$TOOLS/fill" copy "$1" "$2" 50000 >"$I/sql"
	seconds_of psql -qX -v ON_ERROR_STOP=1 -h "$I" -U saca -d bare -f "$I/sql"
}

# 2000 messages of one recipient each
small() {
	an_empty_spool "$I/spool"
	"$TOOLS/fill" spool "$I/spool" 2000000 2000 1
	s=$(seconds_of "$BIN/saca-import" -w "$I/web" "$I/spool" "$1") || return 0
	printf '\n%s: %d small messages/s, 2000 waiting\n' "$2" "$(per_second 2000 "$s")"
}

start_postgres() {
	[ -x "$PG/initdb" ] || return 1
	mkdir -p "$I/pg"
	chown postgres: "$I" "$I/pg"
	as_server="setpriv --reuid=postgres --regid=postgres --clear-groups"
	$as_server "$PG/initdb" -D "$I/pg" -U saca -A trust -E UTF8 --locale=C >"$I/initdb" 2>&1 || return 1
	$as_server "$PG/postgres" -D "$I/pg" -k "$I" -c listen_addresses= >"$I/log" 2>&1 &
	postgres=$!
	tries=0
	until "$PG/pg_isready" -q -h "$I" -U saca -d postgres; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || return 1
		sleep 0.1
	done
	createdb -h "$I" -U saca own && createdb -h "$I" -U saca bare
}

import_sqlite() {
	an_empty_spool "$I/spool"
	"$TOOLS/fill" spool "$I/spool" 3000000 1 1
	"$BIN/saca-import" -w "$I/web" "$I/spool" "$I/schema.db" 2>/dev/null
	sqlite3 "$I/schema.db" '.schema --nosys' | sqlite3 "$I/bare.db"
	grow sqlite "$I/own.db"
	small "$I/small.db" sqlite
}

import_postgres() {
	start_postgres || { printf '\npostgres could not be started: not measured\n'; return 0; }
	address="postgresql://saca@%2F$(printf %s "${I#/}" | sed 's,/,%2F,g')/own"
	an_empty_spool "$I/spool"
	"$TOOLS/fill" spool "$I/spool" 3000000 1 1
	"$BIN/saca-import" -w "$I/web" "$I/spool" "$address" 2>/dev/null
	pg_dump -s -h "$I" -U saca own | psql -qX -h "$I" -U saca -d bare >/dev/null
	psql -qX -h "$I" -U saca -d bare -c "INSERT INTO plan (id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'acme')" >/dev/null
	grow postgres "$address"
	small "$address" postgres
}

postgres=''
import_sqlite
import_postgres
[ -z "$postgres" ] || { kill -INT "$postgres"; wait "$postgres" || :; }
rm -rf "$I"
printf '\nPlot\n'
awk -F '\t' '{ print $1, $2, $3; print $1 "-bare", $2, $4 }' "$B/import.tsv" |
	svg import.svg "Import, a chunk that doubles the store" "contacts in the store" seconds
