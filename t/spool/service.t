#!/bin/sh
# saca-spool -S, the queue service, as its client sees it.
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck disable=SC2086 # a prefix of words
$ROOMY python3 "$TOP/t/spool/service_tests.py"
