#!/bin/sh
# Senders repeat their messages while saca-import empties the spool: each message is one send with
# one answer, in whatever folder its file is at that moment.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

export SACA_CREDIT=yes
SENDERS=6 MESSAGES=12 TIMES=6
envelope r@d.es a@x.es b@x.es >"$T/env"
for m in $(seq $MESSAGES); do campaign "$m" >"$T/m.$m"; done
saca-spool -c acme=+1000 "$S" >"$T/out"

for s in $(seq $SENDERS); do
	(
		for t in $(seq $TIMES); do
			for m in "$T"/m.*; do
				deliver "$m" "$T/env" "$S"
				echo "${m##*.} $CODE $REPLY"
			done
		done >"$T/said.$s"
		: >"$T/ready.$s"
	) &
	PIDS="$PIDS $!"
done
all_ready() { [ "$(find "$T" -name 'ready.*' | wc -l)" -eq $SENDERS ]; }
runs=0 bad=
until all_ready; do
	saca-import "$S" "$T/saca.db" 2>"$T/err" || bad="$bad$(cat "$T/err")"
	runs=$((runs + 1))
done
saca-import "$S" "$T/saca.db" 2>"$T/err" || bad="$bad$(cat "$T/err")"
is "$bad" "" "saca-import never fails while senders spool messages ($runs runs)"
[ "$runs" -gt 3 ]
ok $? "saca-import runs more than three times while senders spool messages"
is "$(cat "$T"/said.* | wc -l | tr -d ' ')" $((SENDERS * MESSAGES * TIMES)) "every sender gets an answer to each message"
is "$(cat "$T"/said.* | grep -vc ' 0 [KR]id=')" 0 "every message of several senders is accepted"
is "$(sed 's/ 0 [KR]/ /' "$T"/said.* | sort -u | wc -l | tr -d ' ')" $MESSAGES "a message that is sent again gets the same answer"
is "$(sqlite3 "$T/saca.db" 'select count(*) from send')" $MESSAGES "each message, sent several times, is one send"
is "$(sqlite3 "$T/saca.db" "select id || ' ' || smtp_id from send order by id")" \
	"$(sed 's/.*[KR]id=//' "$T"/said.* | sort -un)" "each send has the number and the UUID of its answer"
is "$(balance acme)" $((1000 - 2 * MESSAGES)) "each message, sent several times, costs credit once"
is "$(count_files "$S/new")$(count_files "$S/cur")$(count_files "$S/tmp")$(count_files "$S/failed")" 0000 \
	"the spool is empty after the last import"
done_testing
