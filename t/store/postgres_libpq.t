#!/bin/sh
# libpq is loaded for a postgresql:// store, and for nothing else.
. "$(dirname "$0")/../lib/tap.sh"

if [ -n "$WRAPPED" ]; then
	echo '1..0 # SKIP the loader reports on the programs, which run under another program'
	exit 0
fi
SPOOL=$T/spool
STORE=$T/saca.db
NOWHERE="postgresql://saca@$(printf %s "$T" | sed 's|/|%2F|g')/saca" # no server has its socket there
mkdir "$T/lib" "$T/hits"
. "$TOP/t/lib/import.sh"

# libraries COMMAND...: prints those that the dynamic loader runs the code of, saca's program first
libraries() {
	LD_DEBUG=libs LD_DEBUG_OUTPUT="$T/loader" "$@" >"$T/out" 2>&1
	cat "$T"/loader.* | sed -n 's|.*calling init: .*/||p' | sort -u
	rm -f "$T"/loader.*
}

for program in saca-import saca-list saca-count saca-send saca-panel saca-api; do
	loaded=$(libraries $program -V)
	like "$loaded" '^libsqlite3' "$program starts with the library of SQLite"
	unlike "$loaded" '^libpq' "$program starts without libpq"
done
unlike "$(libraries saca-import "$SPOOL" "$STORE")" '^libpq' 'saca-import into SQLite does not load libpq'
test -s "$STORE"
ok $? 'saca-import makes a SQLite store without libpq'
unlike "$(libraries saca-list "$STORE" contacts)" '^libpq' 'saca-list of SQLite does not load libpq'
unlike "$(libraries saca-count "$T/hits" "$STORE")" '^libpq' 'saca-count into SQLite does not load libpq'
like "$(libraries saca-list "$NOWHERE" contacts)" '^libpq' 'saca-list of PostgreSQL loads libpq'

# --- a host without the library, or with another one of its name
: >"$T/lib/libpq.so.5"
out=$(LD_LIBRARY_PATH=$T/lib saca-list "$NOWHERE" contacts 2>&1)
is $? 111 'saca-list of PostgreSQL without libpq exits 111'
like "$out" "^saca-list: fatal: .*unable to load PostgreSQL's client library: .*libpq.so.5: .*: install libpq5$" \
	'saca-list of PostgreSQL without libpq names the package to install'
out=$(LD_LIBRARY_PATH=$T/lib saca-list "$STORE" contacts 2>&1); quiet $? "$out" 'saca-list of SQLite works without libpq'

cp "$(ldd "$BIN/saca-list" | sed -n 's|.* => \(.*libskarnet[^ ]*\).*|\1|p')" "$T/lib/libpq.so.5"
out=$(LD_LIBRARY_PATH=$T/lib saca-list "$NOWHERE" contacts 2>&1)
is $? 111 'saca-list with a libpq that lacks functions exits 111'
like "$out" "client library: .*libpq.so.5: undefined symbol: PQ[a-zA-Z]*: install libpq5$" \
	'saca-list with a libpq that lacks functions names one of them'
done_testing
