#!/bin/sh
# saca-spool -S, the queue service, as its client sees it.
. "$(dirname "$0")/../lib/tap.sh"
PYTHONPATH=$TOP/t/spool:$TOP/t/whole/fault PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE
# shellcheck disable=SC2086 # a prefix of words
$ROOMY python3 "$TOP/t/spool/service_tests.py"
