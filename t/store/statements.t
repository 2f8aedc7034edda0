#!/bin/sh
# Each SQL statement of the programs finds its rows by an index, and works in the part of its plan where
# tables are spread by plan. The tables are empty, have grown since they were analyzed, or are analyzed.
# The statements are strings of the object files, so that a new one is checked too. Those that are assembled
# at run time come from the log of a server, after a tour of the pages.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/postgres.sh"

BUILD=${BUILD:-$TOP/build/plain}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
# objects BUILD: prints the object files of a build. A build also keeps those of sources that were removed.
objects() {
	for _source in "$TOP"/src/store/*.c "$TOP"/src/import/*.c "$TOP"/src/send/*.c "$TOP"/src/web/*.c "$TOP"/src/prog/*.c; do
		_object=$1${_source#"$TOP/src"}
		_object=${_object%c}o
		[ ! -f "$_object" ] || echo "$_object"
	done
}
objects=$(objects "$BUILD")
[ -n "$objects" ] || { echo "1..0 # SKIP no object files in $BUILD"; exit 0; }
[ -n "$PG" ] || { echo '1..0 # SKIP no PostgreSQL server here'; exit 0; }
statements() { $ROOMY python3 "$TOP/t/lib/statements.py" "$@"; }
mkdir -p "$T/none/tmp" "$T/none/new" "$T/none/cur"

# Tables with a row per contact, send, piece or group. The lists below have each statement that may read one
# of them as a whole, or all rows of a plan, with the reason.
GROWING='contact|contact_group|group_member|piece|piece_image|send|delivery|link|click|figures|unsubscription|sender'
# the counts of saca-list metrics
METRICS="SELECT 'handed', sum(handed) FROM figures UNION ALL SELECT 'boun
SELECT count(*) FROM contact
SELECT state, count(*) FROM send GROUP BY state ORDER BY state"
# A contact's page shows the senders of its plan. A CSV has all contacts of a plan. saca-api lists all groups
# and senders of a plan. saca-list forget reads the sends of a contact's groups.
WHOLE_PLAN='SELECT a.id, a.address, u.id, u.type, u.at FROM sender a LEFT JO
SELECT c.id, c.email, c.created_at, (SELECT count(*) FROM unsubs
SELECT g.id, g.name, (SELECT count(*) FROM group_member m WHERE
SELECT id, name, address FROM sender WHERE plan_id = $1 ORDER BY
UPDATE send SET contacts_total = contacts_total - 1 WHERE plan_i'
# the newest sends are at the end of an index
NEWEST='FROM send WHERE plan_id = \$1 ORDER BY id DESC LIMIT \$2'
# Statements of any plan: saca-import's check of a number and the highest number, saca-send's search for work,
# a number typed by an operator, and the age of the oldest new send for saca-list metrics.
ANY_PLAN='SELECT id FROM send WHERE id < 1099511627776 ORDER BY id DESC NU
SELECT min(imported_at) FROM send WHERE state = '\''new'\''
SELECT plan_id FROM send WHERE id = $1
SELECT plan_id, id, turn FROM (SELECT plan_id, id, next_at, row_
SELECT s.id, s.sender_id, s.piece_id, s.subject, s.name, s.start
SELECT smtp_id FROM send WHERE id = $1'
# starts: prints the beginnings of the statements, sorted
starts() { cut -f1 | cut -c1-64 | sed 's/ *$//' | LC_ALL=C sort -u; }
sorted() { printf '%s\n' "$@" | LC_ALL=C sort -u; }

# --- the statements ---
mkdir -p "$T/old/store"
touch "$T/old/store/store.o" "$T/old/store/gone.o"
is "$(objects "$T/old")" "$T/old/store/store.o" "an object file whose source was removed is not read"
start_server -c autovacuum=off -c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c log_line_prefix='%m '
for name in tour whole parts; do database postgres "create database $name"; done
STORE="postgresql://saca@$HOST/tour" WHOLE="postgresql://saca@$HOST/whole" SPREAD="postgresql://saca@$HOST/parts"
sql() { psql -qAtX -v ON_ERROR_STOP=1 "$STORE" -c "$1"; }
. "$TOP/t/lib/panel.sh"
. "$TOP/t/lib/panel-promises.sh"

fill_store
start_panel
log_in victor.acme
log_plans
get '/sends/101/people?section=all'
sections=$(grep -o '<option value="[a-z_]*"' "$T/page" | sed 's/.*="/section=/; s/"//')
lists="/? /?q=x& /groups? /groups?q=x& /groups/101? /contacts? /contacts?q=x& /pieces? /pieces?q=x& /tests?"
for section in $sections; do lists="$lists /sends/101/people?$section&"; done
for list in $lists; do get "$list"; get "${list}after=1"; get "${list}before=1000000"; done
for page in $PAGES /contacts.csv; do get "$page"; done
saca-list -g 101 -p acme "$STORE" contacts >/dev/null && saca-list -p acme "$STORE" groups >/dev/null &&
	saca-list -p acme "$STORE" pieces >/dev/null && saca-list "$STORE" stats 101 >/dev/null
read_plans | cut -f1 | grep '\$' | LC_ALL=C sort -u >"$T/seen"
for engine in postgres sqlite; do
	# shellcheck disable=SC2086
	statements list "$engine" $objects | LC_ALL=C sort -u >"$T/$engine.strings"
done
# Statements that the programs assemble at run time are in the log, and not among the strings. A string with
# which a logged statement begins is only a part. The statements of saca-list are tested in store/partitions.t
# and store/plans.t.
# assembled: prints the logged statements that are no string of a program
assembled() {
	LC_ALL=C sort -u "$T/postgres.strings" "$T/sqlite.strings" | LC_ALL=C comm -13 - "$T/seen" | grep -v '^SELECT t\.'
}
begins_seen() { # begins_seen ENGINE: prints the strings with which a logged statement begins
	awk 'NR == FNR { seen[$0]; next } !($0 in seen) { for (s in seen) if (index(s, $0) == 1) { print; break } }' "$T/seen" "$T/$1.strings"
}
is_part() { # prints the lines of standard input that are in no logged statement
	awk 'NR == FNR { seen[$0]; next } { for (s in seen) if (index(s, $0)) next; print }' "$T/seen" -
}
for engine in postgres sqlite; do
	begins_seen $engine >"$T/begin"
	{ grep -vxF -f "$T/begin" "$T/$engine.strings"; assembled; } >"$T/$engine"
done
[ "$(wc -l <"$T/postgres")" -gt 120 ] && [ "$(assembled | wc -l)" -gt 30 ]
ok $? "the statements were found: $(wc -l <"$T/postgres"), $(assembled | wc -l) of them assembled"
failed() { # failed: prints the statements of $T/plans that cannot be prepared, without parts of others
	grep "$(printf '\terror: ')" "$T/plans" | cut -f1 | is_part | starts | grep -v '^SELECT raise('
}

# --- SQLite ---
saca-import -w "$T/web" "$T/none" "$T/saca.db"
statements sqlite "$T/saca.db" <"$T/sqlite" >"$T/plans"
is "$(failed)" '' 'SQLite: each statement can be prepared'
# (plan_id=?) alone: the rows of a plan.
is "$(grep -v "$(printf '\terror: ')" "$T/plans" | grep -E "SCAN ($GROWING)( |\$)|SEARCH [a-z_]+ [A-Z ]*(INDEX [a-z0-9_]+ |KEY )\(plan_id=\?\)( |\$)" |
	grep -vE "max\(id\)|$NEWEST" | starts)" "$(sorted "$METRICS" "$WHOLE_PLAN")" \
	'SQLite: each statement finds its rows by an index, but for those that need the whole'
is "$(sqlite3 "$T/saca.db" "select name from sqlite_master where type = 'index' and name not in
	(select idx from sqlite_stat1) union select name from sqlite_master where type = 'table'
	and sql like '%WITHOUT ROWID%' and name not in (select idx from sqlite_stat1)")" '' \
	'SQLite: each index has the statistics by which it is chosen'

# --- PostgreSQL ---
saca-import -w "$T/web" "$T/none" "$WHOLE"
partition_schema whole | psql -qX -v ON_ERROR_STOP=1 "$SPREAD" >/dev/null || exit 1

fill() { # fill URL: 20 plans; those after the first are small
	psql -qX -v ON_ERROR_STOP=1 "$1" <<-'END'
		CREATE TEMP TABLE n AS SELECT CASE WHEN i <= 10000 THEN 1 ELSE 2 + i % 19 END AS plan, i FROM generate_series(1, 12000) i;
		CREATE TEMP TABLE m AS SELECT plan, i, (i * 7 + j * 11) % 10000 + 1 AS j FROM n, generate_series(1, 10) j WHERE plan = 1;
		INSERT INTO plan (name) SELECT 'p' || i FROM generate_series(1, 20) i;
		INSERT INTO sender (plan_id, address) SELECT 1 + i % 20, 'r' || i || '@y.es' FROM generate_series(0, 9999) i;
		INSERT INTO contact (plan_id, email, created_at) SELECT plan, 'c' || i || '@y.es', now() FROM n;
		INSERT INTO contact_group (plan_id, name, source, smtp_id, created_at) SELECT plan, 'g', 'smtp', 'g' || i, now() FROM n;
		INSERT INTO piece (plan_id, name, source, html, text, created_at) SELECT plan, 'p', 'smtp', 'h', 't', now() FROM n;
		INSERT INTO image (sha256, type, bytes, path) SELECT 's' || i, 'png', 1, 'p' FROM generate_series(1, 3000) i;
		INSERT INTO piece_image (plan_id, piece_id, content_id, sha256) SELECT plan, i, 'c', 's' || 1 + i % 3000 FROM n;
		INSERT INTO group_member (plan_id, group_id, contact_id) SELECT plan, i, j FROM m;
		INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, message_id, show_header,
			social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at)
			SELECT i, plan, 'u', plan, i, i, 's', 'smtp', CASE WHEN i % 100 = 0 THEN 'new' ELSE 'sent' END, 's', '', 1, 0, 3, 1, 1, '', 10, now(), now() FROM n;
		INSERT INTO delivery (plan_id, send_id, contact_id, state, first_at, next_at, at)
			SELECT plan, i, j, CASE WHEN j % 100 = 0 THEN 'deferred' ELSE 'handed' END, now(), now(), now() FROM m;
		INSERT INTO link (plan_id, send_id, number, url) SELECT plan, i, 1, 'u' FROM n;
		INSERT INTO click (plan_id, send_id, contact_id, number, first_at) SELECT plan, i, j, 1, now() FROM m WHERE j % 5 = 0;
		INSERT INTO figures (plan_id, send_id, source) SELECT plan, i, 'saca-send' FROM n;
		INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, send_id, at, ended_at)
			SELECT plan, i, i, 1, 0, i, now(), CASE WHEN i % 4 = 0 THEN now() END FROM n;
	END
}

plans() { # plans URL: explains the statements on that store; writes the plans to $T/plans
	statements postgres "$1" <"$T/postgres" >"$T/plans"
}
whole_tables() { grep -E "Seq Scan on ($GROWING)(_part[0-7])?( |\$)" "$T/plans" | starts; }
whole_plans() { # prints statements that read a whole table or all rows of a plan, but for searches in a text
	grep -E "Seq Scan on ($GROWING)(_part[0-7])?( |\$)|(Index|Recheck) Cond: \\(plan_id = [^)]*\\)( /|\$)|using send_id on send[^/]*/ Index Cond: \\(id [<>]" "$T/plans" |
		grep -vE "$NEWEST|LIKE lower|^SELECT id FROM send WHERE id < 1099511627776" | starts
}
several() { # prints the statements that read more than one part
	awk -F'\t' '{ n = 0; split("", seen); plan = $2
		while (match(plan, /_part[0-7]/)) {
			part = substr(plan, RSTART, RLENGTH)
			if (!(part in seen)) { seen[part]; n++ }
			plan = substr(plan, RSTART + RLENGTH)
		}
		if (n > 1) print $1 }' "$T/plans" | starts
}

plans "$WHOLE"
is "$(failed)" '' 'PostgreSQL: each statement can be prepared'
is "$(whole_tables)" "$METRICS" 'PostgreSQL, empty tables: each statement finds its rows by an index'
plans "$SPREAD"
is "$(several)" "$(sorted "$METRICS" "$ANY_PLAN")" 'PostgreSQL, tables spread by plan: each statement but those of any plan works in one part'
for url in "$WHOLE" "$SPREAD"; do psql -qX "$url" -c analyze; fill "$url" || exit 1; done
plans "$WHOLE"
is "$(whole_plans)" "$(sorted "$METRICS" "$WHOLE_PLAN")" 'PostgreSQL, tables that have grown since they were analyzed: each statement but the listed ones finds its rows by an index'
for url in "$WHOLE" "$SPREAD"; do psql -qX "$url" -c analyze; done
plans "$WHOLE"
is "$(whole_plans)" "$(sorted "$METRICS" "$WHOLE_PLAN")" 'PostgreSQL, analyzed tables: each statement but the listed ones finds its rows by an index'
plans "$SPREAD"
is "$(several)" "$(sorted "$METRICS" "$ANY_PLAN")" 'PostgreSQL, analyzed tables spread by plan: each statement but those of any plan works in one part'

done_testing
