#!/bin/sh
# Senders that repeat themselves while the importer empties the spool under them: one
# send for each transaction, and one answer, whatever folder it was in at that moment.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

export SACA_CREDIT=yes
SENDERS=6 MESSAGES=12 TIMES=6
envelope r@d.es a@x.es b@x.es >"$T/env"
for m in $(seq $MESSAGES); do
	printf 'Message-ID: <%s@x>\nSubject: s%s\nMIME-Version: 1.0\n' "$m" "$m"
	printf 'Content-Type: multipart/alternative; boundary=b\n\n'
	printf -- '--b\nContent-Type: text/plain\n\nt\n--b\nContent-Type: text/html\n\n<p>h</p>\n--b--\n'
done | csplit -s -z -f "$T/m." - '/^Message-ID/' '{*}'
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
is "$bad" "" "saca-import ran $runs times meanwhile, and never failed"
[ "$runs" -gt 3 ]
ok $? "often enough to matter"
is "$(cat "$T"/said.* | wc -l | tr -d ' ')" $((SENDERS * MESSAGES * TIMES)) "every sender had its answers"
is "$(cat "$T"/said.* | grep -vc ' 0 [KR]id=')" 0 "all of them good"
is "$(sed 's/ 0 [KR]/ /' "$T"/said.* | sort -u | wc -l | tr -d ' ')" $MESSAGES "for each message always the same"
is "$(sqlite3 "$T/saca.db" 'select count(*) from send')" $MESSAGES "one send for each"
is "$(sqlite3 "$T/saca.db" "select id || ' ' || smtp_id from send order by id")" \
	"$(sed 's/.*[KR]id=//' "$T"/said.* | sort -un)" "with the number and the UUID that were said"
is "$(balance acme)" $((1000 - 2 * MESSAGES)) "each paid for once"
is "$(count_files "$S/new")$(count_files "$S/cur")$(count_files "$S/tmp")$(count_files "$S/failed")" 0000 \
	"the spool is empty"
done_testing
