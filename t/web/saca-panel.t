#!/bin/sh
# saca-panel from the shell, as a web server runs it, with SQLite: logins, sessions, forgery, other
# plans, each page and action, hostile content, broken requests.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/lib/panel.sh"
. "$TOP/t/lib/panel-promises.sh"
. "$TOP/t/lib/panel-lists.sh"
. "$TOP/t/lib/panel-attacks.sh"

fill_store
start_panel
login_promises
session_promises
forgery_promises
plan_promises
send_promises
contact_promises
piece_promises
test_promises
state_promises
request_promises
attack_promises
paging_promises
guessing_promises
done_testing
