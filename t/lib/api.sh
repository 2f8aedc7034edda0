# shellcheck shell=sh
# The tests of saca-api on one store: t/web/api.py, run from a shell test. Source after tap.sh.

# try NAME STORE: runs api.py, and renumbers its lines
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
