#!/bin/sh
# saca-api as a CGI program, on SQLite. api.py has the tests.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/api.sh"

try SQLite "$T/saca.db"
done_testing
