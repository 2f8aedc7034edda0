# shellcheck shell=sh
# Mails per second of saca-send into Postfix's smtp-sink, beside Postfix's own smtp-source; sends of one
# contact per second; memory for a large group; how long small sends wait beside a large one. Part of
# scripts/bench. MAILS, SENDS and GROUP are how many.

MAILS=${MAILS:-20000} SENDS=${SENDS:-10000} GROUP=${GROUP:-1000000}
T=$B/data/send.$$ TOP=$PWD STORE=$B/data/send.$$/saca.db
POSTFIX=$PWD/build/clients/usr
SINK=25099
HEADER=110 # octets that smtp-source sends before its message
PATH=$BIN:$PATH
mkdir -p "$T"
sql() { sqlite3 "$STORE" "$1"; }
. t/lib/send.sh

# The program itself, so that its pid is known.
smtp_sink() { exec env LD_LIBRARY_PATH="$POSTFIX/lib/postfix" "$POSTFIX/sbin/smtp-sink" "$@"; }
smtp_source() { env LD_LIBRARY_PATH="$POSTFIX/lib/postfix" "$POSTFIX/sbin/smtp-source" "$@"; }

# timed COMMAND...: prints the seconds it takes
timed() {
	s=$(date +%s.%N)
	"$@" >"$B/out" 2>"$B/err" || { tail -n 3 "$B/err" >&2; return 1; }
	awk -v s="$s" -v e="$(date +%s.%N)" 'BEGIN { printf "%.3f\n", e - s }'
}

# mail_octets: prints the octets of a mail of the piece, as they are sent
mail_octets() {
	add_send 999 1 1
	sql "UPDATE send SET state = 'cancelled' WHERE id = 999"
	saca-send -o "$T/look" -k "$T/link.key" -p "$T/published" -u "$URL" -h api.example.com "$STORE" 999 2>/dev/null &&
		sed 's/$/\r/' "$T"/look/new/* | wc -c
}

# The memory of the worker and its sessions, while they send: each page counts once, in KB.
memory() {
	saca-send -k "$T/link.key" -p "$T/published" -u "$URL" -h api.example.com "$STORE" "$MTA_URL" &
	worker=$!
	sleep 10
	for p in $worker $(cat "/proc/$worker/task/$worker/children"); do awk '/^Pss:/ { print $2 }' "/proc/$p/smaps_rollup"; done |
		awk '{ s += $1; if (NR == 1) first = $1 } END { print first, s }'
	kill "$worker"
	wait "$worker" || :
}

t/whole/clients/fetch >&2
if [ ! -x "$POSTFIX/sbin/smtp-sink" ]; then
	echo "send: smtp-sink cannot be had here"
else
	smtp_sink -u "$(id -un)" "127.0.0.1:$SINK" 1000 & sink=$!
	MTA_URL=smtp://127.0.0.1:$SINK
	prepare
	sql "UPDATE piece SET html = '<html><body><p>$(printf 'texto de relleno %.0s' $(seq 1050))<a href=\"https://a.es/\">x</a></body></html>'"
	octets=$(mail_octets) || exit 1
	printf '\nsaca-send: mails of 20 KB, 8 sessions, into smtp-sink; %s rounds (%s octets, from both)\n' "$rounds" "$octets"
	printf '  %12s %12s %8s\n' saca-send smtp-source ratio
	i=1
	while [ "$i" -le "$rounds" ]; do
		add_send $i 1 "$MAILS"
		own=$(timed send_mails) || break
		bare=$(timed smtp_source -d -N -s 8 -l "$((octets - HEADER))" -m "$MAILS" "127.0.0.1:$SINK") || break
		awk -v n="$MAILS" -v a="$own" -v b="$bare" 'BEGIN { printf "  %12.0f %12.0f %8.2f\n", n / a, n / b, b / a }'
		i=$((i + 1))
	done
	# the groups, contacts and sends at once
	add_send 1000 1 "$SENDS"
	sql "UPDATE send SET state = 'cancelled' WHERE id = 1000;
		INSERT INTO contact_group (id, plan_id, name, source, smtp_id, created_at)
			SELECT id - 9999000000, 1, 'g', 'smtp', 'one ' || id, '$A_DATE' FROM contact WHERE id > 10000000000 AND id <= 10000000000 + $SENDS;
		INSERT INTO group_member (plan_id, group_id, contact_id) SELECT 1, id, id + 9999000000 FROM contact_group WHERE smtp_id LIKE 'one %';
		INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, smtp_id, message_id,
			show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at)
			SELECT id, 1, 'v.plan1', 1, 1, id, 'x', 'smtp', 'new', 'Rebajas', smtp_id, '', 1, 0, 3, 1, 1, '', 1, '$A_DATE', '$A_DATE'
			FROM contact_group WHERE smtp_id LIKE 'one %'"
	own=$(timed send_mails) && awk -v n="$SENDS" -v s="$own" 'BEGIN { printf "  sends of one contact a second: %.0f\n", n / s }'
	add_send 2000 1 "$GROUP"
	memory >"$B/memory" 2>/dev/null
	awk -v n="$GROUP" '{ printf "  memory while it sends to a group of %d: %.1f MB, with its sessions %.1f MB\n", n, $1 / 1024, $2 / 1024 }' "$B/memory"
	kill "$sink"
	wait "$sink" 2>/dev/null || :
	BIN=$BIN PYTHONPATH=$TOP/t/lib TMPDIR=$T t/whole/bench/waits || echo "waits: failed"
fi
