#!/bin/sh
# saca-spool and saca-import on one spool: numbers, a lost counter, and both running at once.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
import() { saca-import "$@" "$S" "$STORE"; }

envelope remitente@dominio.com b@y.es A@Y.es b@y.es >"$T/e"
campaign uno >"$T/m"
deliver "$T/m" "$T/e" "$S"
like "$REPLY" '^Kid=[0-9]+ [0-9a-f]{32}$' 'saca-spool accepts a message with its number and UUID'
first=$REPLY
number=${first#Kid=} number=${number%% *}
like "$(import 2>&1)" 'imported=1 sends=1 contacts=2 new=2 failed=0' 'saca-import imports a spooled message'
is "Kid=$(sql "select id || ' ' || smtp_id from send")" "$first" 'a send has the number and the UUID of the reply'
is "$(sql 'select email from contact order by email' | tr '\n' ' ')" 'a@y.es b@y.es ' \
	'the store has each recipient once, in lower case'

{ echo 'X-Teenvio-Language: 99'; campaign opciones; } >"$T/options"
deliver "$T/options" "$T/e" "$S"
like "$(import 2>&1)" '^saca-import: send [0-9]+: why: unknown value, so the default counts: X-Teenvio-Language: 99$' \
	'saca-import logs an option header with an unknown value'

# Without its counter saca-spool gives no number until saca-import has read the highest one.
campaign dos >"$T/m2"
deliver "$T/m2" "$T/e" "$S"
waiting=${REPLY#Kid=} waiting=${waiting%% *}
rm "$S/count"
campaign tres >"$T/m3"
deliver "$T/m3" "$T/e" "$S"
like "$(import 2>&1)" 'imported=1 sends=1' 'saca-import makes a lost counter'
deliver "$T/m3" "$T/e" "$S"
third=${REPLY#Kid=} third=${third%% *}
[ "$third" -gt "$waiting" ] && [ "$third" -gt "$number" ]
ok $? 'a number after a lost counter is higher than all before' "$number, $waiting, $third"
import 2>/dev/null

# Four spoolers, and an importer that is killed and started again: every send once.
spooler() {
	for i in $(seq 1 25); do
		campaign "a la vez $1.$i" >"$T/m.$1"
		envelope remitente@dominio.com "u$1.$i@y.es" comun@y.es >"$T/e.$1"
		deliver "$T/m.$1" "$T/e.$1" "$S"
		printf '%s\n' "$REPLY" >>"$T/replies.$1"
	done
}
cat >"$T/run" <<-'END'
	#!/bin/sh
	# a supervisor of one importer
	while [ ! -e "$3" ]; do
		saca-import -f -n 3 "$1" "$2" 2>/dev/null &
		echo $! >"$3.pid"
		wait $!
	done
END
# has_moved ROWS: true if the store has more than ROWS sends, or all messages were answered
has_moved() {
	[ "$(sql 'select count(*) from send')" -gt "$1" ] || [ "$(cat "$T"/replies.* | wc -l)" = 100 ]
}
background sh "$T/run" "$S" "$STORE" "$T/over" 2>/dev/null
for s in 1 2 3 4; do
	spooler $s &
	eval "pid$s=$!"
done
for i in $(seq 1 5); do
	await 20 test -s "$T/over.pid"
	kill -KILL "$(cat "$T/over.pid")" 2>/dev/null
	rows=$(sql 'select count(*) from send')
	await 20 has_moved "$rows"
done
for s in 1 2 3 4; do eval "wait \$pid$s"; done
await 30 sh -c "[ -z \"\$(ls '$S/new')\" ]"
ok $? 'all spooled messages are imported though importers are killed'
: >"$T/over"
kill -TERM "$(cat "$T/over.pid")"
is "$(cat "$T"/replies.* | sed 's/^Kid=//' | sort)" \
	"$(sql "select id || ' ' || smtp_id from send where subject like 'a la vez%'" | sort)" \
	'each send has the number and the UUID of its reply, once'
is "$(sql "select count(*) from send where subject like 'a la vez%' and contacts_total = 2
	and 2 = (select count(*) from group_member m where m.group_id = send.group_id)")" 100 \
	'each send of a transaction has a group of its own'
is "$(sql "select count(*) from contact where email like 'u_.%' or email = 'comun@y.es'")" 101 \
	'every contact is one row'
is "$(ls "$S/failed" "$S/tmp" "$S/cur")" "$S/cur:

$S/failed:

$S/tmp:" 'no file is left in the spool'

done_testing
