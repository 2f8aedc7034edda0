#!/bin/sh
# A page of saca-panel reads little of a large SQLite store. strace counts the reads: a statement that
# goes through a whole table makes hundreds.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

if [ -n "$WRAPPED" ] || ! command -v strace >/dev/null; then
	skip 'a page of a large store reads little' 'strace cannot be had, or cannot reach the program'
	done_testing
fi
STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/lib/panel.sh"
. "$TOP/t/lib/panel-promises.sh"
MOST=150

fill_store
ROWS=40000
SELECT="WITH RECURSIVE n (i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 1000 + $ROWS) "
sql "BEGIN;
	$SELECT INSERT INTO contact (id, plan_id, email, created_at) SELECT 9000 + i, 1, 'm' || i || '@y.es', '$A_DAY' FROM n;
	$SELECT INSERT INTO piece (id, plan_id, name, source, html, text, created_at) SELECT i, 1, 'p' || i, 'smtp', '<p>', 'x', '$A_DAY' FROM n;
	$SELECT INSERT INTO contact_group (id, plan_id, name, source, smtp_id, created_at) SELECT i, 1, 'g' || i, 'smtp', 'g' || i, '$A_DAY' FROM n;
	$SELECT INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, smtp_id, message_id,
		show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at)
		SELECT i, 1, 'victor.acme', 1, i, i, 's' || i, 'smtp', 'sent', 's', 's' || i, '', 1, 0, 3, 1, 1, '', 1, '$A_DAY', '$A_DAY' FROM n;
	$SELECT INSERT INTO group_member (group_id, contact_id, plan_id) SELECT i, 9000 + i, 1 FROM n;
	$SELECT INSERT INTO group_member (group_id, contact_id, plan_id) SELECT 1001, 9000 + i, 1 FROM n WHERE i > 1001;
	$SELECT INSERT INTO delivery (plan_id, send_id, contact_id, state, first_at, at, opened_at)
		SELECT 1, 1001, 9000 + i, 'handed', '$A_DAY', '$A_DAY', '$A_DAY' FROM n;
	$SELECT INSERT INTO click (plan_id, send_id, contact_id, number, count, first_at) SELECT 1, 1001, 9000 + i, 1, 1, '$A_DAY' FROM n;
	$SELECT INSERT INTO figures (plan_id, send_id, source, handed) SELECT 1, i, 'saca-send', 1 FROM n;
	$SELECT INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, at, ended_at) SELECT 1, i, 9000 + i, 1, 0, '$A_DAY', '$A_DAY' FROM n;
	COMMIT"
start_panel
log_in victor.acme

# reads COMMAND...: prints how often the command reads a page of the store (pread64)
reads() { strace -f -qq -e trace=pread64 -o "$T/trace" "$@" >"$T/out"; grep -c pread64 "$T/trace"; }

for path in / '/?before=20000' '/?after=20000' /groups '/groups?after=20000' /pieces '/pieces?before=20000' /tests /contacts '/contacts?after=m2' \
	'/contacts?q=m20000@y.es' /groups/1001 '/groups/1001?before=40000' /groups/20000 /sends/1001 /sends/1001/chart.svg \
	'/sends/1001/people?section=all' '/sends/1001/people?section=send&after=30000' /sends/20000 '/sends/20000/people?section=all' /pieces/20000 \
	/contacts/29000; do
	_query=
	case $path in *\?*) _query=${path#*\?} ;; esac
	n=$(reads env REQUEST_METHOD=GET PATH_INFO="${path%%\?*}" QUERY_STRING="$_query" REMOTE_ADDR=192.0.2.9 HTTPS=on HTTP_COOKIE="$COOKIE" saca-panel)
	[ "$n" -le "$MOST" ] && grep -q '^Status: 200' "$T/out"
	ok $? "GET $path reads at most $MOST pages of a store of $ROWS rows a table" "$n reads; $(head -n 1 "$T/out")"
done
[ "$(reads sqlite3 "$STORE" 'SELECT count(*) FROM delivery WHERE opened_at IS NOT NULL')" -gt $((2 * MOST)) ]
ok $? "a scan of one table reads more than twice $MOST pages"
done_testing
