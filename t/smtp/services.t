#!/bin/sh
# saca-smtpd -C and -Q. services.py plays both services.
. "$(dirname "$0")/../lib/tap.sh"

printf 'plan acme\nuser victor.acme %s\nsender acme r@d.es\n' "$(openssl passwd -6 -salt s secreto)" |
	saca-accounts "$T" || exit 1
WRAPPED=$WRAPPED python3 "$TOP/t/smtp/services.py"
exit $?
