#!/bin/sh
# The login service: saca-checkpassword -S. loginservice.py has the tests.
. "$(dirname "$0")/../lib/tap.sh"

if [ -n "$WRAPPED" ]; then
	skip "the login service" "a script starts the program: its children are not the service's"
	done_testing
fi
python3 "$TOP/t/accounts/loginservice.py"
exit $?
