# shellcheck shell=sh
# The lists of saca-panel, page by page. Source after panel-promises.sh.

# link REL: prints the address of a link of the page to another page of its list
link() { grep -o "<a class=\"button plain\" rel=\"$1\" href=\"[^\"]*\"" "$T/page" | sed 's/.*href="//; s/"$//; s/&amp;/\&/g'; }

# rows: prints the identifiers of the rows of the page's list
rows() { sed 's/.*<tbody>//; s/<\/tbody>.*//' "$T/page" | tr '>' '\n' | grep -oE '^[a-z]+[0-9]+@[a-z]+\.es|href="/(sends|groups|pieces|tests)/[0-9]+' | tr '\n' ' '; }

# walk REL: follows the links, and prints a line for each page
walk() {
	while :; do
		echo "$(rows)"
		_next=$(link "$1")
		[ -n "$_next" ] || return 0
		get "$_next"
	done
}

# Lists of 120 rows are walked to their end and back.
paging_promises() {
	sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
		INSERT INTO piece (id, plan_id, name, source, html, text, created_at) SELECT 2000 + i, 1, 'Boletín ' || i, 'smtp', '', '', '$A_DAY' FROM n"
	sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
		INSERT INTO contact_group (id, plan_id, name, source, smtp_id, created_at) SELECT 2000 + i, 1, 'Boletín ' || i, 'smtp', 'g' || i, '$A_DAY' FROM n"
	sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
		INSERT INTO contact (id, plan_id, email, created_at) SELECT 5000 + i, 1, 'x' || (i * 7919) || '@y.es', '$A_DAY' FROM n"
	sql "INSERT INTO group_member (group_id, contact_id, plan_id) SELECT 2001, id, 1 FROM contact WHERE plan_id = 1 AND id > 5000"
	for _i in '2000 sent' '4000 test'; do
		sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
			INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, smtp_id, message_id,
			show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at)
			SELECT ${_i% *} + i, 1, 'victor.acme', 1, 2000 + i, 2001, 'Boletín ' || i, 'smtp', '${_i#* }', 'Boletín ' || i, '${_i#* }' || i, '',
			1, 0, 3, 1, 1, '', 120, '$A_DAY', '$A_DAY' FROM n"
	done
	log_in victor.acme
	for path in / '/?q=bolet' /groups '/groups?q=bolet' /pieces '/pieces?q=bolet' /tests '/tests?q=bolet' /contacts '/contacts?q=@y.' \
		/groups/2001 '/sends/2001/people?section=all'; do
		get "$path"
		walk next >"$T/forth"
		walk prev >"$T/back"
		is "$(head -n 1 "$T/forth" | wc -w):$(wc -l <"$T/forth")" 50:3 "GET $path has pages of 50 rows"
		is "$(tr ' ' '\n' <"$T/forth" | sed '/^$/d' | sort | uniq -d)" '' "GET $path and its next pages have each row once"
		is "$(tac "$T/back")" "$(cat "$T/forth")" "the links to earlier pages of $path lead from the last page back to the first"
		[ -z "$(link prev)" ]
		ok $? "the first page of $path has no link to an earlier page"
	done
	get '/?q=bolet'; get "$(link next)"
	shows '<a class="button plain" href="/?q=bolet">Primera página</a>' 'a later page of a search has a link to its first page'
	send_row 2500 1 sent 'Nuevo'
	get '/?after=2118'
	is "$(rows | cut -d' ' -f1)" 'href="/sends/2500' 'a link to fewer than 50 newer sends shows the first page'
	get '/?before=1'
	is "$(rows | cut -d' ' -f1)" 'href="/sends/2500' 'a link to older sends that have gone shows the first page'
	get '/groups?before=2001'
	like "$(rows)" '^href="/groups/[0-9 a-z="/]*groups/101 $' 'the list of groups continues with the numbers below its key'
	for path in '/?before=x' '/?after=-1' '/contacts?after=%ff' '/contacts?before=%00x' "/contacts?after=$(printf %0600d 0)"; do
		get "$path"
		like "$STATUS" '^(200|400)$' "GET $(printf %s "$path" | cut -c 1-30) with a key of no row is answered"
	done
}
