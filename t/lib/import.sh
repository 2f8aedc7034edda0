# shellcheck shell=sh
# The tests of saca-import that hold for each engine. A test sets before it calls all_promises:
#   STORE              the store's address
#   sql STATEMENT      prints the rows, columns joined by |
#   WEB                the image folder
#   IMPORT_OPTIONS     of saca-import in all tests: words, or none
#   CREATED, SPOOLED   expressions for c.created_at and spooled_at in the format of the spool

. "$TOP/t/lib/message.sh"

SPOOL=$T/spool
ROWS='select (select count(*) from plan), (select count(*) from sender),
 (select count(*) from contact), (select count(*) from contact_group),
 (select count(*) from group_member), (select count(*) from piece),
 (select count(*) from send)'

waiting() { find "$SPOOL/new" "$SPOOL/cur" -type f | wc -l; }

# quiet STATUS OUTPUT NAME: tests that the status is 0 and the output empty
quiet() { is "$1:$2" "0:" "$3"; }

D=2013-09-12T11:59:19Z

# import OPTION...: imports what waits in $SPOOL
# shellcheck disable=SC2086 # words
import() { saca-import $IMPORT_OPTIONS "$@" "$SPOOL" "$STORE"; }

# import_under COMMAND...: imports what waits; COMMAND starts saca-import
# shellcheck disable=SC2086 # words
import_under() { "$@" saca-import $IMPORT_OPTIONS "$SPOOL" "$STORE"; }

# import_in_background OPTION...: starts saca-import, and sets $follower to its pid
import_in_background() {
	# shellcheck disable=SC2086 # words
	background saca-import $IMPORT_OPTIONS "$@" "$SPOOL" "$STORE"
	follower=$!
}

begin() {
	out=$(import 2>&1)
	status=$?
	[ "$(id -u)" = 0 ] && whose=", which belongs to root" || whose=
	is "$status:$out" "0:saca-import: warning: there was no spool $SPOOL: made one$whose" \
		'saca-import reports that it makes a spool'
	out=$(import 2>&1); quiet $? "$out" 'an empty spool: saca-import prints nothing and exits 0'
	is "$(ls "$SPOOL" | tr '\n' ' ')" 'clock count credit cur done failed import lock new quota seen tmp ' \
		'saca-import makes the folders of a missing spool'
	is "$(sql "$ROWS")" '0|0|0|0|0|0|0' 'a new store has empty tables'
	is "$(sql 'select version from schema')" 4 'a new store has schema version 4'
}

one_send() {
	{
		printf 'Message-ID: <5231AC96.9010208@dominio.com>\n'
		printf 'X-Teenvio-SocialLinks: yes\nX-Teenvio-Language: 4\n'
		printf 'X-Teenvio-TrackingClicks: NO\n'
		printf 'Subject: =?ISO-8859-1?Q?V=EDctor_y_su_ni=F1o?=\nMIME-Version: 1.0\n'
		printf 'Content-Type: multipart/alternative; boundary=b\n\n'
		printf -- '--b\nContent-Type: text/plain; charset=iso-8859-1\n\nma\361ana\n'
		printf -- '--b\nContent-Type: text/html; charset=ISO-8859-1\n\n'
		printf '<html><head><meta charset="iso-8859-1"></head><p>ma\361ana</p></html>\n--b--\n'
	} | put new "$(key 1)" 1166 1 $D victor.acme remitente@dominio.com \
		usuario@dominio.com otra@dominio.com
	out=$(import 2>&1); status=$?
	is $status 0 'saca-import of one send exits 0'
	like "$out" '^saca-import: imported=1 sends=1 contacts=2 new=2 failed=0 ms=[0-9]+$' \
		'saca-import prints one line with its counts'
	is "$(printf '%s\n' "$out" | wc -l)" 1 'saca-import of one send prints one line'
	is "$(waiting)" 0 'an imported file is removed from the spool'
	is "$(ls "$SPOOL/seen")" "$(key 1)" 'an imported send is remembered in seen'
	is "$(sql 'select name from plan')" acme 'the plan of a send has a row'
	is "$(sql 'select p.name, s.address from sender s join plan p on p.id = s.plan_id')" \
		'acme|remitente@dominio.com' 'the sender has a row'
	is "$(sql "select p.name, c.email, $CREATED from contact c
		join plan p on p.id = c.plan_id order by email")" \
		"acme|otra@dominio.com|$D
acme|usuario@dominio.com|$D" 'the contacts have rows'
	is "$(sql "select c.name, c.source, c.smtp_id, $CREATED from contact_group c")" \
		"[SMTP] Víctor y su niño|smtp|$(uuid 1)|$D" 'the group has a row'
	is "$(sql 'select email from group_member m join contact c on c.id = m.contact_id
		join contact_group g on g.id = m.group_id order by email')" 'otra@dominio.com
usuario@dominio.com' 'the contacts are members of the group'
	is "$(sql "select c.name, c.source, trim(c.text), $CREATED from piece c")" \
		"[SMTP] Víctor y su niño|smtp|mañana|$D" 'the piece has a row'
	like "$(sql 'select html from piece')" '<meta charset="utf-8"></head><p>mañana</p></html>' \
		'the HTML of the piece is UTF-8 and declares it'
	is "$(sql "select s.id, p.name, username, a.address, i.name, g.smtp_id, s.name, s.source,
		state, subject, s.smtp_id, message_id, show_header, social_links, language,
		track_opens, track_clicks, remote_ip, contacts_total, $SPOOLED
		from send s join plan p on p.id = s.plan_id join sender a on a.id = s.sender_id
		join piece i on i.id = s.piece_id join contact_group g on g.id = s.group_id")" \
		"1166|acme|victor.acme|remitente@dominio.com|[SMTP] Víctor y su niño|$(uuid 1)|\
[SMTP] Víctor y su niño|smtp|new|Víctor y su niño|$(uuid 1)|<5231AC96.9010208@dominio.com>|\
1|1|4|1|0|192.0.2.7|2|$D" 'the send has a row with all its columns'
	is "$(sql "select count(*) from send where imported_at >= spooled_at")" 1 \
		'the send has the time of its import'
}

contacts_alone() {
	put new "$(uuid 2)" 0 2 2014-01-01T00:00:00Z ana.acme remitente@dominio.com \
		otra@dominio.com '"a\b|\"{c},"@dominio.com' 'ñandú@dominio.com'
	like "$(import 2>&1)" 'imported=1 sends=0 contacts=3 new=2 failed=0' 'contacts without a send are imported'
	is "$(sql "select name, source from contact_group where smtp_id = '$(uuid 2)'")" \
		'[SMTP] 2014-01-01T00:00:00Z|smtp' 'the group of contacts without a send is named by the date'
	is "$(sql "$ROWS")" '1|1|4|2|5|1|1' 'contacts without a send make no sender, piece or send'
	is "$(sql "select $CREATED from contact c where email = 'otra@dominio.com'")" $D \
		'an existing contact is not overwritten'
	is "$(sql "select email from contact where email like '%{c}%'")" '"a\b|\"{c},"@dominio.com' \
		'an address with quotes, braces and backslashes is stored unchanged'
	is "$(ls "$SPOOL/seen")" "$(key 1)" 'contacts without a send are not remembered in seen'
}

no_subject_and_other_plan() {
	campaign '' | put new "$(key 3)" 1167 3 $D eva.otro remitente@dominio.com usuario@dominio.com
	like "$(import 2>&1)" 'contacts=1 new=1 failed=0' 'an address of another plan is a new contact'
	is "$(sql 'select name, subject, show_header, social_links, language, track_opens,
		track_clicks from send where id = 1167')" '[SMTP] (sin asunto)||1|0|3|1|1' \
		'a send without subject and options has the default name and values'
	is "$(sql "$ROWS")" '2|2|5|3|6|2|2' 'each plan has its own rows'
}

twice() {
	campaign dos | put new "$(key 4)" 1168 4 $D victor.acme remitente@dominio.com x@y.es
	cp "$SPOOL/new/$(key 4)" "$T/again"
	import 2>/dev/null
	rows=$(sql "$ROWS")
	cp "$T/again" "$SPOOL/new/$(key 4)"
	like "$(import 2>&1)" 'imported=0 sends=0 contacts=0 new=0 failed=0' 'a file that was imported and is in the spool again is not imported'
	is "$(sql "$ROWS"):$(waiting)" "$rows:0" 'a file that was imported and is in the spool again is removed, and changes no row'
	sql "delete from group_member where group_id = (select group_id from send where id = 1168)"
	sql "update send set state = 'sent' where id = 1168"
	cp "$T/again" "$SPOOL/cur/$(key 4):2,S"
	import 2>/dev/null
	is "$(sql "select state from send where id = 1168"):$(waiting)" sent:0 \
		'a file that comes back does not change the state of its send'
	put new "$(uuid 5)" 0 5 $D victor.acme remitente@dominio.com x@y.es z@y.es
	cp "$SPOOL/new/$(uuid 5)" "$T/again"
	import 2>/dev/null
	rows=$(sql "$ROWS")
	cp "$T/again" "$SPOOL/new/$(uuid 5)"
	import 2>/dev/null
	is "$(sql "$ROWS"):$(waiting)" "$rows:0" 'a file of contacts that was imported and is in the spool again changes no row'
	is "$rows" '2|2|7|5|8|3|3' 'each file that came into the spool twice was imported once'
}

set_aside() {
	campaign otro | put new "$(key 6)" 1166 6 $D victor.acme remitente@dominio.com n@y.es
	echo nonsense >"$SPOOL/new/$(key 7)"
	printf 'Subject: x\n\nsolo texto\n' |
		put new "$(key 8)" 1169 8 $D victor.acme remitente@dominio.com n@y.es
	campaign bien | put new "$(key 9)" 1170 9 $D victor.acme remitente@dominio.com n@y.es
	{ campaign nul; printf 'a\0b\n'; } |
		put new "$(key 10)" 1171 10 $D victor.acme remitente@dominio.com n@y.es
	out=$(import 2>&1); status=$?
	is $status 1 'saca-import exits 1 if it set a file aside'
	like "$out" 'imported=1 sends=1 contacts=1 new=1 failed=4' 'good files are imported beside faulty ones'
	is "$(waiting)" 0 'no file waits after faulty ones are set aside'
	is "$(ls "$SPOOL/failed" | wc -l)" 8 'each faulty file is in failed/ with its reason'
	like "$(cat "$SPOOL/failed/$(key 6).reason")" \
		"^20[0-9-]+T[0-9:]+Z send 1166 is in the store under another id: $(uuid 1) \\(saca-queue renumber gives it another number\\)\$" \
		'the reason names the number that another send has'
	like "$(cat "$SPOOL/failed/$(key 7).reason")" 'Z no Return-Path' 'the reason of a file without Return-Path names the field'
	like "$(cat "$SPOOL/failed/$(key 8).reason")" 'Z .*text/html' 'the reason of a message without HTML names the missing part'
	like "$(cat "$SPOOL/failed/$(key 10).reason")" 'Z .*NUL' 'the reason of a message with a NUL names the NUL'
	like "$out" "^saca-import: set aside: $(key 6): send 1166 " 'saca-import reports a file that it sets aside'
	out=$(import 2>&1); quiet $? "$out" 'a file that was set aside is reported once'
	mv "$SPOOL/failed/$(key 8)" "$SPOOL/new/"
	out=$(import 2>&1); is $? 1 'a faulty file that was put back is set aside again'
	is "$(cat "$SPOOL/failed/$(key 8)"* | grep -c 'solo texto')" 1 'a file that is set aside again keeps its content'
}

in_order() {
	for i in 3 1 5 2 4; do
		campaign "orden $i" | put new "$(key $((90 - i)))" $((1200 + i)) $((100 + i)) \
			$D victor.acme remitente@dominio.com "o$i@y.es"
	done
	put new "$(uuid 199)" 0 199 2013-09-12T11:59:18Z victor.acme remitente@dominio.com o9@y.es
	import 2>/dev/null
	is "$(sql "select smtp_id from contact_group where name like '[SMTP] orden%'
		or smtp_id = '$(uuid 199)' order by id")" "$(uuid 199)
$(uuid 101)
$(uuid 102)
$(uuid 103)
$(uuid 104)
$(uuid 105)" 'files are imported in the order of dates and numbers, not of names'
}

batches() {
	for i in $(seq 1 40); do
		campaign "lote $i" | put new "$(key $((1000 + i)))" $((2000 + i)) $((1000 + i)) \
			$D victor.acme remitente@dominio.com "lote$((i % 7))@y.es" "igual@y.es"
	done
	echo nonsense >"$SPOOL/new/$(key 1999)"
	out=$(import -n 7 2>&1)
	like "$out" 'imported=40 sends=40 contacts=80 new=8 failed=1' 'saca-import -n 7 imports many files in transactions of 7'
	is "$(sql "select count(*), min(contacts_total), max(contacts_total) from send
		where name like '[SMTP] lote%'")" '40|2|2' 'each send of a batch has its own group'
	for i in $(seq 41 60); do
		campaign "lote $i" | put new "$(key $((1000 + i)))" $((2000 + i)) $((1000 + i)) \
			$D victor.acme remitente@dominio.com "lote$i@y.es"
	done
	like "$(import -b 1 2>&1)" 'imported=20 ' 'saca-import -b 1 imports each file in its own transaction'
}

# 1200 addresses, half of them known
large_group() {
	put new "$(uuid 300)" 0 300 $D victor.acme remitente@dominio.com \
		$(seq -f 'g%05.0f@y.es' 1 2 2399)
	import 2>/dev/null
	put new "$(uuid 301)" 0 301 $D victor.acme remitente@dominio.com \
		$(seq -f 'g%05.0f@y.es' 1 1200)
	put new "$(uuid 302)" 0 302 $D victor.acme remitente@dominio.com \
		$(seq -f 'g%05.0f@y.es' 700 1900)
	like "$(import 2>&1)" 'imported=2 sends=0 contacts=2401 new=950 failed=0' 'groups of 1200 contacts, half of them known, are imported'
	is "$(sql "select count(*), min(email), max(email) from group_member m
		join contact c on c.id = m.contact_id join contact_group g on g.id = m.group_id
		where smtp_id = '$(uuid 301)'")" '1200|g00001@y.es|g01200@y.es' 'every recipient of 1200 is a member of the group'
	is "$(sql "select count(*) from contact where email like 'g0%@y.es'")" 2150 \
		'a recipient of several groups is one contact'
}

images() {
	png='iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
	sum=$(printf %s "$png" | base64 -d | sha256sum | cut -d' ' -f1)
	for i in 1 2; do
		put new "$(key $((400 + i)))" $((1400 + i)) $((400 + i)) $D victor.acme \
			remitente@dominio.com i@y.es <<-MESSAGE
		Subject: foto $i
		MIME-Version: 1.0
		Content-Type: multipart/related; boundary=r

		--r
		Content-Type: multipart/alternative; boundary=b

		--b
		Content-Type: text/plain

		hola
		--b
		Content-Type: text/html

		<img src="cid:foto@x"><img src="cid:nada@x"><img src="cid:dibujo@x">
		--b--
		--r
		Content-Type: image/svg+xml
		Content-ID: <dibujo@x>

		<svg xmlns="http://www.w3.org/2000/svg"></svg>
		--r
		Content-Type: image/gif
		Content-ID: <foto@x>
		Content-Transfer-Encoding: base64

		$png
		--r--
		MESSAGE
	done
	out=$(import -u https://img.example.com 2>&1)
	like "$out" "^saca-import: send 1401: its HTML points at what is not in the message: cid:nada@x; \
its HTML points at what is no image of a kind that is hosted: cid:dibujo@x\$" 'saca-import names the cids without a hosted image, with the reason'
	is "$(sql 'select sha256, type, bytes, path from image')" "$sum|png|70|i/$sum.png" \
		'an image of two pieces has one row'
	is "$(sql 'select count(*), count(distinct piece_id), min(content_id), min(sha256)
		from piece_image')" "2|2|foto@x|$sum" 'both pieces have the image'
	is "$(sha256sum <"$WEB/i/$sum.png" | cut -d' ' -f1)" "$sum" 'an image that the HTML uses is in the web folder'
	like "$(sql "select html from piece where name = '[SMTP] foto 1'")" \
		"<img src=\"https://img.example.com/i/$sum.png\"><img src=\"cid:nada@x\"><img src=\"cid:dibujo@x\">" \
		'the HTML points at the hosted image'
}

# Content-IDs longer than an index can hold.
long_id() {
	long=$(for i in $(seq 1 25); do
		echo "$i" | sha512sum | cut -c1-120; done | tr -d '\n')
	put new "$(key 410)" 1410 410 $D victor.acme remitente@dominio.com i@y.es <<-MESSAGE
	Subject: largo
	MIME-Version: 1.0
	Content-Type: multipart/related; boundary=r

	--r

	hola
	--r
	Content-Type: text/html

	<img src="cid:$long.a"><img src="cid:$long.b">
	--r
	Content-ID: <$long.a>

	GIF89a-and-more-octets-a
	--r
	Content-ID: <$long.b>

	GIF89a-and-more-octets-b
	--r--
	MESSAGE
	like "$(import 2>&1)" 'imported=1 ' "a message with Content-IDs of ${#long} octets is imported"
	is "$(sql "select count(*), max(length(content_id)) from piece_image
		where piece_id = (select piece_id from send where id = 1410)")" '2|999' \
		'long Content-IDs are cut at 998 octets and stay different'
	like "$(sql "select html from piece where name = '[SMTP] largo'")" \
		'^<img src="/i/[0-9a-f]{64}.gif"><img src="/i/[0-9a-f]{64}.gif">' 'the HTML points at all images with long Content-IDs'
}

# A kill between COMMIT and the removal of the files.
crash() {
	if [ -n "$WRAPPED" ] || ! command -v strace >/dev/null; then
		skip 'an importer killed after its commit imports nothing twice' 'strace is not installed, or cannot reach the program'
		return
	fi
	for i in 1 2 3; do
		campaign "caída $i" | put new "$(key $((500 + i)))" $((1500 + i)) $((500 + i)) \
			$D victor.acme remitente@dominio.com "c$i@y.es"
	done
	(ASAN_OPTIONS=detect_leaks=0 import_under strace -qq -o /dev/null -e trace=unlinkat,unlink,renameat2,renameat \
		-e inject=unlinkat,unlink,renameat,renameat2:signal=KILL:when=1) >/dev/null 2>&1
	is "$(sql "select count(*) from send where id between 1501 and 1503")" 3 \
		'an importer killed after its commit has written its rows'
	unlike "$(waiting)" '^0$' 'an importer killed after its commit leaves its files'
	rows=$(sql "$ROWS")
	import 2>/dev/null
	is "$(sql "$ROWS"):$(waiting)" "$rows:0" 'saca-import after a kill removes the imported files and changes no row'
}

keeping() {
	campaign guardar | put new "$(key 600)" 1600 600 $D victor.acme remitente@dominio.com k@y.es
	put new "$(uuid 601)" 0 601 $D victor.acme remitente@dominio.com k@y.es
	import -k 0 2>/dev/null
	is "$(ls "$SPOOL/done" | LC_ALL=C sort | tr '\n' ' '):$(waiting)" "$(key 600) $(uuid 601) :0" \
		'-k keeps imported files in done'
	touch -d '8 days ago' "$SPOOL/done/$(key 600)"
	touch -d '6 days ago' "$SPOOL/done/$(uuid 601)"
	import -k 0 2>/dev/null
	is "$(ls "$SPOOL/done" | wc -l)" 2 'saca-import -k 0 keeps imported files for ever'
	import -k 7 2>/dev/null
	is "$(ls "$SPOOL/done")" "$(uuid 601)" 'saca-import -k 7 removes files that were spooled more than 7 days ago'
}

paused() {
	campaign pausa | put new "$(key 660)" 1660 660 $D victor.acme remitente@dominio.com s@y.es
	import -p 2>/dev/null
	is "$(sql 'select state, reason from send where id = 1660')" 'paused|imported with saca-import -p' \
		'-p imports sends as paused'
	is "$(sql 'select count(*) from send where reason is not null')" 1 'a send that saca-import imports without -p has no reason'
}

# Rows that a platform inserts take no number that a spool gives.
foreign_numbers() {
	columns='plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, message_id,
		show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total,
		spooled_at, imported_at'
	for i in 1 2; do
		sql "insert into send ($columns) select $(echo "$columns" | sed "s/source/'web'/; s/name,/'propio',/2") from send
			where id = 1166"
	done
	is "$(sql "select id from send where source = 'web' order by id" | tr '\n' ' ')" '1099511627776 1099511627777 ' \
		'a send that is inserted without a number gets no number of a spool'
	sql "insert into send (id, $columns) select 1999, $(echo "$columns" | sed "s/source/'web'/") from send
		where id = 1166" >/dev/null 2>&1
	is "$(sql 'select count(*) from send where id = 1999')" 0 'a send of another program cannot have a number of a spool'
	import 2>/dev/null
	[ "$(sed -n 's/^limit 0*//p' "$SPOOL/count")" -lt 1099511627776 ]
	ok $? 'the number of a send of another program does not raise the counter of the spool' "$(cat "$SPOOL/count")"
	sql "delete from send where source = 'web'"
}

# A file at which the importer dies delays the others three times at most.
deadly() {
	if [ -n "$WRAPPED" ] || ! command -v strace >/dev/null; then
		skip 'a file at which the importer dies is set aside' 'strace is not installed, or cannot reach the program'
		return
	fi
	for i in 1 2 3; do
		campaign "mortal $i" | put new "$(key $((670 + i)))" $((1670 + i)) $((670 + i)) $D victor.acme \
			remitente@dominio.com "mortal$i@y.es"
	done
	for death in 1 2 3; do
		(ASAN_OPTIONS=detect_leaks=0 import_under strace -qq -o /dev/null -P "$SPOOL/new/$(key 672)" \
			-e inject=read:signal=KILL:when=2) >/dev/null 2>&1
		eval "rows$death=\$(sql 'select count(*) from send where id between 1671 and 1673')"
	done
	is "$rows1:$rows2:$rows3" 0:0:1 'a file at which the importer died twice is a transaction of its own'
	out=$(import 2>&1)
	is "$?:$(waiting)" 1:0 'a file at which the importer died three times is set aside'
	like "$out" 'imported=1 .* failed=1' 'saca-import imports the files beside one at which it died three times'
	like "$(cat "$SPOOL/failed/$(key 672).reason")" 'Z the importer died at it three times' 'the reason of a file at which the importer died names the three deaths'
	mv "$SPOOL/failed/$(key 672)" "$SPOOL/new/" && rm "$SPOOL/failed/$(key 672).reason"
	like "$(import 2>&1)" 'imported=1 ' 'a file that was put back after three deaths is tried again'
}

sandbox() {
	campaign prueba | put new "$(key 650)" 1650 650 $D victor.acme remitente@dominio.com s@y.es
	sed -i 's/^X-Saca-Date: .*/&\nX-Saca-Sandbox: yes/' "$SPOOL/new/$(key 650)"
	import 2>/dev/null
	is "$(sql 'select state from send where id = 1650')" test 'a send of a sandbox plan has the state test'
}

prefix() {
	campaign prefijo | sed 's/^MIME/X-Otro-Language: 9\nX-Otro-ShowCab: no\n&/' |
		put new "$(key 700)" 1700 700 $D victor.acme remitente@dominio.com p@y.es
	import -x X-Otro- 2>/dev/null
	is "$(sql 'select show_header, language from send where id = 1700')" '0|3' \
		'-x sets the prefix of the option fields; an unknown value is the default'
}

staying() {
	import_in_background -f 2>"$T/follow"
	campaign antes | put tmp "$(key 800)" 1800 800 $D victor.acme remitente@dominio.com f@y.es
	mv "$SPOOL/tmp/$(key 800)" "$SPOOL/new/"
	await 20 grep -q imported=1 "$T/follow"
	is "$(sql 'select state from send where id = 1800')" new 'saca-import -f imports a file when it appears'
	out=$(import 2>&1); quiet $? "$out" 'a second importer exits at once and prints nothing'
	campaign luego | put tmp "$(key 801)" 1801 801 $D victor.acme remitente@dominio.com f@y.es
	ln "$SPOOL/tmp/$(key 801)" "$SPOOL/new/" && rm "$SPOOL/tmp/$(key 801)"
	await 20 sh -c "[ \$(grep -c imported=1 '$T/follow') = 2 ]"
	is "$(sql 'select state from send where id = 1801')" new 'saca-import -f imports file after file'
	kill -TERM "$follower"
	wait "$follower"
	is $? 0 'SIGTERM ends saca-import -f with exit code 0'
}

terminal() {
	campaign barra | put new "$(key 900)" 1900 900 $D victor.acme remitente@dominio.com t@y.es
	if ! command -v script >/dev/null; then
		skip 'saca-import shows a progress bar on a terminal' 'no script(1) here'
		return
	fi
	out=$(script -qec "saca-import $IMPORT_OPTIONS '$SPOOL' '$STORE'" /dev/null </dev/null |
		tr '\r' '\n')
	like "$out" '^\[#{40}\] 100% 1/1' 'saca-import shows a progress bar on a terminal'
	like "$out" 'imported=1 ' 'saca-import on a terminal prints its counts at the end'
}

newer() {
	campaign nuevo | put new "$(key 950)" 1950 950 $D victor.acme remitente@dominio.com w@y.es
	sql 'update schema set version = 5' >/dev/null
	out=$(import 2>&1); is "$?:$(waiting)" 100:1 "saca-import exits 100 for a later schema, and imports nothing"
	like "$out" 'later saca' 'saca-import says that a later saca made the schema'
	sql 'update schema set version = 4' >/dev/null
	import 2>/dev/null
	is "$(waiting)" 0 'saca-import imports again when the schema has its own version'
}

all_promises() {
	begin
	one_send
	contacts_alone
	no_subject_and_other_plan
	twice
	set_aside
	in_order
	batches
	large_group
	images
	long_id
	crash
	keeping
	paused
	sandbox
	foreign_numbers
	deadly
	prefix
	staying
	terminal
	newer
}
