#!/bin/sh
# saca-api as a CGI program, on SQLite and on PostgreSQL. api.py has the tests.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/postgres.sh"

export PYTHONPATH="$TOP/t/lib:$TOP/t/whole/fault"
# try NAME STORE: its lines are renumbered
try() {
	$ROOMY python3 "$TOP/t/web/api.py" "$1" "$2" >"$T/lines"
	status=$?
	while read -r line; do
		case $line in
		ok\ * | not\ ok\ *)
			TESTS=$((TESTS + 1))
			case $line in not*) FAILED=$((FAILED + 1)) ;; esac
			printf '%s\n' "$line" | sed "s/ok [0-9]* /ok $TESTS /"
			;;
		1..*) ;;
		*) printf '%s\n' "$line" ;;
		esac
	done <"$T/lines"
	is $status 0 "$1: the tests ran to their end"
}

try SQLite "$T/saca.db"
if [ -z "$PG" ]; then
	skip 'saca-api on PostgreSQL' 'no PostgreSQL server here'
else
	start_server
	try PostgreSQL "postgresql://saca@$HOST/postgres"
fi
done_testing
