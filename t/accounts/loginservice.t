#!/bin/sh
# The login service: saca-checkpassword -S. loginservice.py has the tests.
. "$(dirname "$0")/../lib/tap.sh"

if [ -n "$WRAPPED" ]; then
	skip "the login service" "the programs are wrapped in scripts, whose children are not those of the service"
	done_testing
fi
python3 "$TOP/t/accounts/loginservice.py"
exit $?
