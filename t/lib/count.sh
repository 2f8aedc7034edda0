# shellcheck shell=sh
# The tests of saca-count that hold for each engine. Source this after setting STORE and after
# defining `sql STATEMENT`, which prints the rows, columns joined by |, and HOUR_OF: an expression of
# the engine, the hour of the column `at`.
. "$TOP/t/lib/message.sh"

HITS=$T/hits
SPOOL=$T/spool
mkdir "$HITS" "$SPOOL"
HOST_NAME=$(hostname)
NOW=$(date +%s)

# hour [SECONDS]: the name of the file of hits of that time
hour() { echo "$HOST_NAME.$(date -u -d "@${1:-$NOW}" +%Y%m%d%H)"; }

# hit LINE...: appends lines; @N is N seconds ago
hit() {
	for _line; do
		_ago=$(printf '%s' "$_line" | sed -n 's/.*@\([0-9]*\).*/\1/p')
		printf '\n%s\n' "$(printf '%s' "$_line" | sed "s/@[0-9]*/$((NOW - ${_ago:-0}))/")" >>"$HITS/$(hour $((NOW - ${_ago:-0})))"
	done
}

count() { saca-count "$@" "$HITS" "$STORE"; }

# spool_send NUMBER ADDRESS... < message: makes a file of the spool
spool_send() {
	_send=$1
	shift
	put new "$(key "$_send")" "$_send" "$_send" 2013-09-12T11:59:19Z ana.acme ana@example.com "$@"
}

# A send of the plan 1 with ten contacts, 1 to 10, all handed over; with other options: TRACK.
# The numbers of plan, sender and contacts are those of a store that has nothing else.
prepare() {
	saca-import -w "$T/web" "$SPOOL" "$STORE" 2>/dev/null
	for send in 101 102; do
		# shellcheck disable=SC2046 # addresses without blanks
		{ [ $send = 101 ] || echo 'X-Teenvio-TrackingOpening: no'; campaign; } | spool_send $send $(seq -f 'c%02.0f@example.org' 10)
	done
	saca-import -w "$T/web" "$SPOOL" "$STORE" 2>/dev/null
	sql "insert into delivery (plan_id, send_id, contact_id, state, first_at, at)
		select s.plan_id, s.id, m.contact_id, 'handed', '2013-09-12T12:00:00Z', '2013-09-12T12:00:00Z'
		from send s join group_member m on m.plan_id = s.plan_id and m.group_id = s.group_id"
	sql "insert into link (plan_id, send_id, number, url) values (1, 101, 1, 'https://x.es/1'), (1, 101, 2, 'https://x.es/2'),
		(1, 101, 3, 'https://x.es/3'), (1, 102, 1, 'https://x.es/1')"
	sql "insert into figures (plan_id, send_id, source, handed) values (1, 101, 'saca-send', 10), (1, 102, 'saca-send', 10)"
}

# add_copy SEND: inserts a copy of the send 101
add_copy() {
	sql "insert into send select $1, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject,
		'$1', message_id, show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total,
		spooled_at, imported_at, started_at, finished_at, next_at, claimed_by, claimed_until, reason from send where id = 101"
}

# hand_over SEND CONTACT: inserts a delivery that was handed over
hand_over() {
	sql "insert into delivery (plan_id, send_id, contact_id, state, first_at, at)
		values (1, $1, $2, 'handed', '2013-09-12T12:00:00Z', '2013-09-12T12:00:00Z')"
	sql "insert into figures (plan_id, send_id, source, handed) values (1, $1, 'saca-send', 1)
		on conflict (plan_id, send_id, source) do update set handed = figures.handed + 1"
}

# delivery CONTACT [SEND]: opens|machine_opens|clicks|state
delivery() {
	sql "select opens, machine_opens, clicks, state from delivery where send_id = ${2:-101} and contact_id = $1"
}

# The figures, added up over their writers, are equal to a recount of the rows.
figures_match() {
	_sums=$(sql "select send_id, sum(handed), sum(bounced), sum(opened), sum(opened_bounced), sum(opened_unsubscribed),
		sum(opens), sum(machine_opens), sum(clicked), sum(clicks), sum(unsubscriptions) from figures group by send_id order by send_id")
	_left="exists (select 1 from unsubscription u where u.plan_id = d.plan_id and u.send_id = d.send_id
		and u.contact_id = d.contact_id and u.type in (0, 30))"
	_rows=$(sql "select d.send_id, sum(case when state = 'handed' then 1 else 0 end), sum(case when state = 'bounced' then 1 else 0 end),
		sum(case when opens > 0 then 1 else 0 end), sum(case when opens > 0 and state = 'bounced' then 1 else 0 end),
		sum(case when opens > 0 and $_left then 1 else 0 end), sum(opens), sum(machine_opens),
		sum(case when clicks > 0 then 1 else 0 end), sum(clicks),
		(select count(*) from unsubscription u where u.send_id = d.send_id and u.type in (0, 30))
		from delivery d group by d.send_id order by d.send_id")
	is "$_sums" "$_rows" "$1: the figures are those of a recount"
	is "$(sql "select send_id, hour, opened, clicked from send_hour where opened <> 0 or clicked <> 0 order by send_id, hour")" \
		"$(sql "select send_id, $HOUR_OF, sum(opened), sum(clicked) from (select send_id, opened_at as at, 1 as opened, 0 as clicked
		from delivery where opened_at is not null union all select send_id, clicked_at, 0, 1 from delivery
		where clicked_at is not null) as d group by 1, 2 order by 1, 2")" "$1: the hours are those of a recount"
	is "$(sql "select send_id, number, people, clicks from link order by send_id, number")" \
		"$(sql "select l.send_id, l.number, (select count(*) from click c where c.send_id = l.send_id and c.number = l.number),
		(select coalesce(sum(count), 0) from click c where c.send_id = l.send_id and c.number = l.number)
		from link l order by l.send_id, l.number")" "$1: the counts of the links are those of a recount"
	is "$(sql "select coalesce(sum(clicks), 0) from delivery")" "$(sql "select coalesce(sum(count), 0) from click")" \
		"$1: the clicks of the links add up to those of the contacts"
}

all_counts() {
	prepare
	out=$(count 2>&1)
	is "$?:$out" 0: 'saca-count prints nothing for an empty folder'

	# --- opens, views, clicks
	hit 'open 1 101 1 - person @30 - -' 'open 1 101 1 - proxy @29 - -' 'open 1 101 2 - machine @28 - -'
	out=$(count 2>&1)
	like "$out" '^saca-count: lines=3 views=0 opens=3 clicks=0 unsubscriptions=0 bounces=0 complaints=0 broken=0$' 'saca-count prints one line with the number of each kind of hit'
	is "$(delivery 1)" '2|0|0|handed' 'opens by a person and by a proxy count as opens of persons'
	is "$(delivery 2)" '0|1|0|handed' "an open by a machine counts as a machine open"
	out=$(count 2>&1)
	is "$out:$(delivery 1)" ':2|0|0|handed' 'a hit that was counted does not count again'
	hit 'view 1 101 3 - person @25 - -' 'click 1 101 4 2 person @25 - -' 'click 1 101 4 2 person @20 - -' 'click 1 101 4 1 person @15 - -'
	count 2>/dev/null
	is "$(delivery 3)" '1|0|0|handed' "a view by a person makes the mail count as opened"
	is "$(delivery 4)" '1|0|3|handed' "a click by a person makes the mail count as opened"
	is "$(sql "select number, count from click where contact_id = 4 order by number")" '1|1
2|2' 'clicks are counted for each link'
	hit 'click 1 101 2 1 person @4000 - -' 'open 1 101 2 - person @4000 - -'
	count 2>/dev/null
	is "$(sql "select count(*) from send_hour where send_id = 101"):$(sql "select opened, clicked from send_hour where send_id = 101 order by hour limit 1")" \
		'2:1|1' 'first opens and clicks are counted by their hour'
	hit 'view 1 101 3 - person @14 - -'
	count 2>/dev/null
	is "$(delivery 3)" '1|0|0|handed' 'a second view of a mail adds no open'
	hit 'view 1 102 1 - person @25 - -' 'click 1 102 1 1 person @25 - -'
	count 2>/dev/null
	is "$(delivery 1 102)" '0|0|1|handed' 'a send without tracking of opens gets no opens from views and clicks'
	figures_match 'opens, views and clicks'

	# --- bursts
	hit 'click 1 101 5 1 person @20 - -' 'click 1 101 5 2 person @19 - -' 'click 1 101 5 3 person @18 - -' 'click 1 101 5 3 person @12 - -'
	hit 'click 1 101 6 1 person @20 - -' 'click 1 101 6 1 person @20 - -' 'click 1 101 6 2 person @20 - -'
	count 2>/dev/null
	is "$(delivery 5)" '1|3|1|handed' "clicks on three links within two seconds count as those of a machine"
	is "$(delivery 6)" '1|0|3|handed' "clicks on two links within two seconds count as those of a person"
	hit 'click 1 101 7 1 person @12 - -'
	count 2>/dev/null
	hit 'click 1 101 7 2 person @11 - -'
	count 2>/dev/null
	hit 'click 1 101 7 3 person @11 - -'
	count 2>/dev/null
	is "$(delivery 7)" '1|1|2|handed' 'clicks that were counted before make a later click part of a burst'
	NOW=$(date +%s)
	hit 'click 1 101 8 1 person @11 - -' 'click 1 101 8 2 person @9 - -' 'click 1 101 8 3 person @9 - -'
	count 2>/dev/null
	# one or all three are counted: on a slow machine the young ones may have become old enough
	like "$(delivery 8)" '^0\|[13]\|0\|handed$' 'clicks that are too young to count still make an older click part of a burst'
	hit 'open 1 101 9 - person @2 - -'
	count 2>/dev/null
	is "$(delivery 9)" '0|0|0|handed' 'a hit of the last ten seconds is not counted yet'
	sed -i "s/^open 1 101 9 - person .*/open 1 101 9 - person $((NOW - 60)) - -/" "$HITS/$(hour)"
	figures_match 'bursts'

	# --- unsubscriptions
	hit 'unsub 1 101 1 - person @30 - -' 'unsub 1 101 1 - person @29 - -' 'unsub 1 102 2 - person @30 - -'
	rm -f "$HITS"/* # the lines before are counted; a new file begins
	NOW=$(date +%s)
	hit 'unsub 1 101 1 - person @30 - -' 'unsub 1 101 1 - person @29 - -' 'unsub 1 102 2 - person @30 - -'
	count 2>/dev/null
	is "$(sql "select id, contact_id, sender_id, type, send_id from unsubscription order by id")" '1|1|1|0|101
2|2|1|0|102' 'an unsubscription gets the next number of its plan'
	hit 'unsub 1 102 1 - person @28 - -' 'complaint 1 101 2 - - @28 - abuse' 'complaint 1 101 3 - - @28 - abuse'
	count 2>/dev/null
	is "$(sql "select id, contact_id, type, send_id from unsubscription where id > 2 order by id")" '3|3|30|101' \
		'a second unsubscription adds no row; a complaint adds one of type 30'
	hit 'open 1 102 2 - person @27 - -' 'open 1 101 3 - person @26 - -'
	count 2>/dev/null
	figures_match 'unsubscriptions'

	# --- bounces
	hit 'bounce 1 101 6 - - @25 5.1.1 550 5.1.1 no such user' 'bounce 1 101 7 - - @25 5.7.1 550 5.7.1 blacklisted' \
		'bounce 1 101 9 - - @25 5.2.2 552 5.2.2 over quota' 'bounce 1 101 10 - - @25 5.2.1 450 5.2.1 mail at a rate that'
	count 2>/dev/null
	is "$(sql "select contact_id, state, code, reason from delivery where state = 'bounced' order by contact_id")" \
		'6|bounced|5.1.1|550 5.1.1 no such user
7|bounced|5.7.1|550 5.7.1 blacklisted
9|bounced|5.2.2|552 5.2.2 over quota
10|bounced|5.2.1|450 5.2.1 mail at a rate that' 'a bounce is stored with its code and reason'
	is "$(sql "select contact_id, type, send_id from unsubscription where type = 20")" '6|20|101' \
		'after one bounce only an address that does not exist is unsubscribed'
	hit 'bounce 1 101 6 - - @24 5.1.1 again' 'bounce 1 101 1 - - @24 - '
	count 2>/dev/null
	is "$(sql "select reason from delivery where send_id = 101 and contact_id = 6")" '550 5.1.1 no such user' 'a second bounce of a mail changes no row'
	for send in 201 202 203; do
		add_copy $send
		hand_over $send 9
	done
	hit 'bounce 1 201 9 - - @23 5.2.2 552 5.2.2 over quota'
	count 2>/dev/null
	is "$(sql "select count(*) from unsubscription where contact_id = 9")" 0 'two bounces do not unsubscribe a contact'
	hit 'bounce 1 202 9 - - @23 5.2.2 552 5.2.2 over quota'
	count 2>/dev/null
	is "$(sql "select count(*) from unsubscription where contact_id = 9")" 0 'three bounces on one day do not unsubscribe a contact'
	sql "update delivery set at = '2013-09-13T12:00:00Z' where send_id = 201 and contact_id = 9"
	sql "update delivery set at = '2013-09-14T12:00:00Z' where send_id = 202 and contact_id = 9"
	hit 'bounce 1 203 9 - - @22 5.2.2 552 5.2.2 over quota'
	count 2>/dev/null
	is "$(sql "select type, send_id from unsubscription where contact_id = 9")" '20|203' 'three bounces on three days unsubscribe a contact'
	for send in 204 205 206; do add_copy $send; done
	for row in '201 7' '202 7' '203 7' '201 10' '202 10' '203 10' '204 10' '205 10' '206 10'; do
		# shellcheck disable=SC2086 # two words
		hand_over $row
	done
	sql "update delivery set at = '2013-09-13T12:00:00Z' where send_id = 101 and contact_id = 10"
	for send in 201 202 203; do
		hit "bounce 1 $send 7 - - @22 5.7.1 550 5.7.1 blacklisted"
		[ $send != 201 ] || hit "bounce 1 $send 10 - - @22 5.2.2 552 5.2.2 over quota"
		count 2>/dev/null
		sql "update delivery set at = '2013-09-$((send - 187))T12:00:00Z' where send_id = $send and contact_id in (7, 10)"
	done
	is "$(sql "select count(*) from delivery where contact_id = 7 and state = 'bounced'"):$(sql "select count(*) from unsubscription where contact_id = 7")" \
		'4:0' 'bounces by policy on different days do not unsubscribe a contact'
	hit 'bounce 1 206 10 - - @21 5.2.2 552 5.2.2 over quota'
	count 2>/dev/null
	is "$(sql "select count(*) from delivery where contact_id = 10 and state = 'bounced'"):$(sql "select count(*) from unsubscription where contact_id = 10")" \
		'3:0' 'three bounces on different days do not unsubscribe a contact if one is not among its last five sends'
	figures_match 'bounces'

	# --- broken lines
	printf '\nopen 1 101\n\nopen 1 101 4 - person %s - -\nopen 1 1' $((NOW - 22)) >>"$HITS/$(hour)"
	before=$(sql "select opens from delivery where send_id = 101 and contact_id = 4")
	out=$(count 2>&1)
	like "$out" "^saca-count: warning: $(hour): the line at octet [0-9]+ is broken: skipped$" 'a broken line of hits is reported with its file and offset'
	is "$(sql "select opens from delivery where send_id = 101 and contact_id = 4")" $((before + 1)) 'a hit after a broken line counts'
	printf '01 4 - person %s - -\n' $((NOW - 21)) >>"$HITS/$(hour)"
	count 2>/dev/null
	is "$(sql "select opens from delivery where send_id = 101 and contact_id = 4")" $((before + 2)) 'a hit counts once its line end is written'
	hit 'open 1 999 4 - person @20 - -' 'open 1 101 999 - person @20 - -' 'unsub 9 101 4 - person @20 - -'
	out=$(count 2>&1)
	is $? 0 'hits of a removed send, contact or plan are ignored'
	figures_match 'broken lines and missing rows'

	# --- old files
	old=$(hour $((NOW - 8000)))
	hit 'open 1 101 1 - person @8000 - -'
	printf '\nopen 1 101 1 - pers' >>"$HITS/$old"
	out=$(count 2>&1)
	like "$out" "warning: $old: the line at octet [0-9]+ is broken" 'an unfinished line at the end of an old file of hits is reported'
	[ ! -e "$HITS/$old" ]
	ok $? 'an old file of hits that was read to its end is removed'
	is "$(sql "select count(*) from hit_log where name = '$old'")" 0 'the store forgets how far a file that was removed had been read'
	[ -e "$HITS/$(hour)" ]
	ok $? "the file of hits of this hour is not removed"
	hit 'open 1 101 1 - person @8000 - -'
	flock -s "$HITS/$old" sh -c 'echo locked; exec sleep 1000' >"$T/locked" &
	holder=$!
	PIDS="$PIDS $holder"
	await 10 grep -q locked "$T/locked"
	count 2>/dev/null
	[ -e "$HITS/$old" ]
	ok $? 'an old file of hits that a process writes to is not removed'
	kill "$(pgrep -P "$holder")" "$holder" 2>/dev/null
	wait "$holder" 2>/dev/null
	await 10 sh -c "saca-count '$HITS' '$STORE' 2>/dev/null; [ ! -e '$HITS/$old' ]"
	ok $? 'an old file of hits is removed once its writer has closed it'
	echo text >"$HITS/README"
	mkdir "$HITS/$HOST_NAME.x"
	out=$(count 2>&1)
	is "$?:$out" 0: 'saca-count ignores files with other names'
	figures_match 'old files'

	# --- what may happen to a folder
	mkdir "$HITS/0folder.$(hour "$NOW" | sed 's/.*\.//')"
	mkfifo "$HITS/0fifo.$(hour "$NOW" | sed 's/.*\.//')"
	ln -s "$HITS" "$HITS/0link.$(hour "$NOW" | sed 's/.*\.//')"
	NOW=$(date +%s)
	was=$(sql "select sum(opens) from delivery")
	hit 'open 1 101 1 - person @20 - -'
	out=$(timeout 60 saca-count "$HITS" "$STORE" 2>&1)
	like "$?:$out" '^0:saca-count: lines=1 ' 'saca-count skips folders and FIFOs that are named like files of hits'
	is "$(sql "select sum(opens) from delivery")" $((was + 1)) 'a file of hits beside a folder and a FIFO is counted'
	rm -r "$HITS"/0*
	: >"$HITS/$(hour)"
	count 2>/dev/null
	hit 'open 1 101 1 - person @20 - -'
	count 2>/dev/null
	is "$(sql "select sum(opens) from delivery")" $((was + 2)) 'a file of hits that was emptied is read from its start'
	hit 'open 1 101 1 - person @20 - -' 'open 1 101 1 - machine @20 - -' 'click 1 101 1 1 person @20 - -' 'view 1 101 1 - person @20 - -'
	count 2>/dev/null
	counted=$(sql "select sum(opens), sum(machine_opens), sum(clicks) from delivery")
	truncate -s -100 "$HITS/$(hour)"
	hit 'unsub 1 101 7 - person @20 - -'
	like "$(count 2>&1)" "^saca-count: warning: $(hour): the file is shorter than what was counted of it" 'a file of hits from which the end was cut is reported'
	is "$(sql "select sum(opens), sum(machine_opens), sum(clicks) from delivery")" "$counted" \
		'an open, a view or a click in a file from which the end was cut does not count twice'
	is "$(sql "select type, send_id from unsubscription where contact_id = 7")" '0|101' 'an unsubscription in a file from which the end was cut counts'
	hit 'open 1 101 1 - person @20 - -'
	count 2>/dev/null
	is "$(sql "select sum(opens), sum(machine_opens), sum(clicks) from delivery")" "$((${counted%%|*} + 1))|${counted#*|}" \
		'a line that was written after the cut was noticed counts'
	was=$((was + 2))
	printf '\nopen 1 101 1 - person %s - -\n\nopen 1 101 1 - person %s - -\n' $((NOW - 20)) $((NOW - 20)) >"$HITS/new"
	mv "$HITS/new" "$HITS/$(hour)"
	count 2>/dev/null
	is "$(sql "select sum(opens) from delivery")" $((was + 4)) 'a file of hits that replaces another is read from its start'
	next=$(hour $((NOW + 50000)))
	printf '\nopen 1 101 1 - person %s - -\n' $((NOW + 50000)) >"$HITS/$next"
	count 2>/dev/null
	is "$(sql "select sum(opens) from delivery") $([ -e "$HITS/$next" ] && echo kept)" "$((was + 5)) kept" \
		'a hit of a clock that was far ahead counts at once, and its file stays'
	rm "$HITS/$next"
	sql "insert into hit_log values ('$HOST_NAME.2020010100', 7, 99), ('x.$HOST_NAME.2020010100', 7, 99), ('$HOST_NAME.x.2020010100', 7, 99)"
	count 2>/dev/null
	is "$(sql "select name from hit_log where name like '%.2020010100' order by name" | sort | paste -sd' ')" \
		"$(printf '%s\n' "$HOST_NAME.x.2020010100" "x.$HOST_NAME.2020010100" | sort | paste -sd' ')" \
		'the store forgets a file of this host that is missing and old, as after a kill, and no other host'"'"'s'
	figures_match 'odd files'

	# --- following
	NOW=$(date +%s)
	background saca-count -f "$HITS" "$STORE" 2>"$T/follow"
	follower=$!
	hit 'open 1 101 10 - person @11 - -'
	await 20 grep -q lines=1 "$T/follow"
	is "$(sql "select opens from delivery where send_id = 101 and contact_id = 10")" 1 'saca-count -f counts lines as they appear'
	out=$(count 2>&1)
	is "$?:$out" 0: 'a second saca-count for the folder exits 0 at once and prints nothing'
	kill -TERM "$follower"
	wait "$follower"
	is $? 0 'SIGTERM ends saca-count -f with exit code 0'
	figures_match 'following'
}

# saca-list forget, after all_counts: contact 1 has unsubscribed, contact 4 has not.
all_forgets() {
	total=$(sql "select contacts_total from send where id = 101")
	out=$(saca-list "$STORE" forget acme C01@Example.ORG)
	like "$?:$out" '^0:removed: groups=2 deliveries=2; a hash of the address stays, since it is unsubscribed$' \
		'saca-list forget finds the contact of an address'
	is "$(sql "select email from contact where id = 1")" "sha256:$(printf c01@example.org | sha256sum | cut -d' ' -f1)" \
		'an unsubscribed contact that is forgotten has a hash for its address'
	figures_match 'the row of a forgotten contact that is unsubscribed'
	is "$(sql "select count(*) from delivery where contact_id = 1") $(sql "select count(*) from click where contact_id = 1") $(sql "select count(*) from group_member where contact_id = 1")" \
		'0 0 0' 'a forgotten contact has no deliveries, clicks and memberships'
	is "$(sql "select contacts_total from send where id = 101")" $((total - 1)) "a forgotten contact is not in the total of its sends"
	out=$(saca-list "$STORE" forget acme c04@example.org)
	like "$?:$out" '^0:removed: groups=2 deliveries=2; nothing of the address stays$' 'saca-list forget removes a contact that is not unsubscribed'
	is "$(sql "select count(*) from contact where id = 4 or email = 'c04@example.org'")" 0 'saca-list forget removes the row of a contact that is not unsubscribed'
	sql "update unsubscription set ended_at = at where contact_id = 2"
	saca-list "$STORE" forget acme c02@example.org >/dev/null
	is "$(sql "select count(*) from unsubscription where contact_id = 2")" 0 'saca-list forget removes unsubscriptions of the contact that have ended'
	figures_match 'forgotten contacts that are not unsubscribed'
	out=$(saca-list "$STORE" forget acme c04@example.org 2>&1)
	is "$?:$out" '1:saca-list: fatal: plan acme has no contact c04@example.org' 'saca-list forget of an unknown contact exits 1 with a message'
	out=$(saca-list "$STORE" forget otro c03@example.org 2>&1)
	is $? 1 'saca-list forget of a contact of another plan exits 1'
	NOW=$(date +%s)
	hit 'open 1 101 1 - person @20 - -' 'click 1 101 4 1 person @20 - -' 'unsub 1 101 4 - person @20 - -'
	count 2>/dev/null
	figures_match 'hits of forgotten contacts'
	is "$(sql "select count(*) from unsubscription where contact_id = 4")" 0 'a hit of a removed contact adds no unsubscription'
	campaign | spool_send 301 c00@example.org c01@example.org c03@example.org c04@example.org c11@example.org
	like "$(saca-import -w "$T/web" "$SPOOL" "$STORE" 2>&1)" 'imported=1 sends=1 contacts=5 new=3 failed=0' \
		'importing a forgotten contact again adds no new contact'
	is "$(sql "select substr(c.email, 1, 11) from send s join group_member m on m.plan_id = s.plan_id and m.group_id = s.group_id
		join contact c on c.plan_id = m.plan_id and c.id = m.contact_id where s.id = 301 and c.id <> 1 order by 1" | tr '\n' ' ')$(sql "select count(*)
		from send s join group_member m on m.plan_id = s.plan_id and m.group_id = s.group_id where s.id = 301 and m.contact_id = 1")" \
		'c00@example c03@example c04@example c11@example 1' 'the hash of a forgotten contact is a member of the new group, beside the other addresses'
	is "$(sql "select count(*) from contact where email = 'c01@example.org'")" 0 'the address of a forgotten contact is not stored again'
	campaign | spool_send 302 c01@example.org
	like "$(saca-import -w "$T/web" "$SPOOL" "$STORE" 2>&1)" 'imported=1 sends=1 contacts=1 new=0 failed=0' 'a forgotten contact can be the only member of a group'
	like "$(saca-list "$STORE" forget acme c01@example.org)" '^removed: groups=2 deliveries=0; a hash' 'a forgotten contact that was imported again can be forgotten again'
	sql "update unsubscription set ended_at = at where contact_id = 1 and ended_at is null"
	campaign | spool_send 303 c01@example.org
	like "$(saca-import -w "$T/web" "$SPOOL" "$STORE" 2>&1)" 'contacts=1 new=1 failed=0' 'an address is imported anew once the unsubscriptions of its hash have ended'
	saca-list "$STORE" forget acme c01@example.org >/dev/null
	is "$(sql "select count(*) from contact where email like 'sha256:%' or email = 'c01@example.org'")" 0 \
		'saca-list forget removes both rows of an address that was imported again'
	figures_match 'forgotten and imported again'
}
