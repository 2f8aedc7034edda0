#!/bin/sh
# The pages and actions of saca-panel with PostgreSQL, on a store whose tables are spread by plan: each
# statement works in the part of its plan.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/postgres.sh"

needs_server
start_spread
. "$TOP/t/lib/panel.sh"
. "$TOP/t/lib/panel-promises.sh"
. "$TOP/t/lib/panel-lists.sh"

fill_store
sql "ALTER TABLE plan ALTER COLUMN id RESTART WITH 1000"
start_panel
session_promises
plan_promises
send_promises
contact_promises
piece_promises
test_promises
state_promises
paging_promises

log_in victor.acme
log_plans
for path in $LISTS $PAGES '/?q=rebajas' '/contacts?q=c1@ejemplo.es' '/sends/101/people?section=send_opened_active'; do get "$path"; done
# shellcheck disable=SC2086
for path in ${ACTIONS% /logout} /logout; do post "$path" 'sender=1&unsubscription=1'; done
is "$(several_parts)" '' 'partitions: each statement of saca-panel works in one part'
[ "$(read_plans | wc -l)" -gt 80 ]
ok $? 'the plans of all statements were looked at' "$(read_plans | wc -l)"
done_testing
