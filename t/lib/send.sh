# shellcheck shell=sh
# Shared by the tests of saca-send: a store filled by hand, and a server that follows the rules of
# a test (t/send/server.py). A test sources this after it has set STORE, and defined
#   sql STATEMENT   prints the rows, columns joined by |

URL=https://l.example
SERVER_FOLDER=$T/mta
A_DATE=2013-09-12T11:59:19Z

# start_mta [CERTIFICATE KEY]: starts the server, on the same port once it had one
start_mta() {
	mkdir -p "$SERVER_FOLDER"
	background python3 "$TOP/t/send/server.py" "$SERVER_FOLDER" "$@"
	MTA=$!
	await 10 mta_answers || { echo "no server"; exit 1; }
	MTA_URL=smtp://127.0.0.1:$(cat "$SERVER_FOLDER/port")
}

mta_answers() {
	[ -s "$SERVER_FOLDER/port" ] && nc -z 127.0.0.1 "$(cat "$SERVER_FOLDER/port")"
}

stop_mta() {
	kill "$MTA" && wait "$MTA"
}

# rules LINE...: sets the rules of the server
rules() {
	for _r; do printf '%s\n' "$_r"; done >"$SERVER_FOLDER/rules.new"
	mv "$SERVER_FOLDER/rules.new" "$SERVER_FOLDER/rules"
}

# mails: prints how many mails the server has accepted; mails TEXT: prints how many of their lines
# have TEXT
mails() { cat "$SERVER_FOLDER/mails" 2>/dev/null | grep -c "${1-}"; }

# ids: prints how many different Message-IDs the server has seen
ids() { cut -d' ' -f1 "$SERVER_FOLDER/mails" | sort -u | wc -l; }

# send_mails OPTION...: runs saca-send with the settings of the test
send_mails() {
	saca-send -k "$T/link.key" -p "$T/published" -u "$URL" -h api.example.com "$@" "$STORE" "$MTA_URL"
}

# prepare: makes keys, the folder, the tables, two plans with a sender and a piece each
prepare() {
	saca-send -K "$T/link.key" && mkdir -p "$T/published" && chmod 2750 "$T/published" || exit 1
	MTA_URL=smtp://127.0.0.1:1 send_mails || exit 1
	for _p in 1 2; do
		sql "INSERT INTO plan (id, name) VALUES ($_p, 'plan$_p');
			INSERT INTO sender (id, plan_id, address, name) VALUES ($_p, $_p, 'tienda$_p@dominio.com', 'La tienda');
			INSERT INTO piece (id, plan_id, name, source, html, text, created_at) VALUES ($_p, $_p, 'p', 'smtp',
				'<html><body><p>Hola, <a href=\"https://a.es/?x=1&amp;y=2\">mañana</a></p></body></html>', 'Hola, mañana', '$A_DATE');" || exit 1
	done
}

# add_send NUMBER PLAN COUNT [PATTERN]: inserts a send to COUNT new contacts; their numbers are NUMBER * 10^7 + 1...
# and their addresses PATTERN with the number for %, by default c%@ejemplo.es
add_send() {
	_first=$(($1 * 10000000))
	_before=${4-c%@ejemplo.es}
	_after=${_before#*%}
	_before=${_before%%%*}
	sql "INSERT INTO contact_group (id, plan_id, name, source, smtp_id, created_at) VALUES ($1, $2, 'g', 'smtp', '$1', '$A_DATE');
		INSERT INTO contact (id, plan_id, email, created_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $3)
			SELECT $_first + i, $2, '$_before' || CAST($_first + i AS text) || '$_after', '$A_DATE' FROM n WHERE i <= $3;
		INSERT INTO group_member (plan_id, group_id, contact_id) SELECT $2, $1, id FROM contact
			WHERE plan_id = $2 AND id > $_first AND id <= $_first + $3;
		INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, smtp_id, message_id,
			show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at)
			VALUES ($1, $2, 'v.plan$2', $2, $2, $1, '[SMTP] x', 'smtp', 'new', 'Rebajas de mañana', '$(printf %032x "$1")', '<a@b>',
			1, 0, 3, 1, 1, '192.0.2.1', $3, '$A_DATE', '$A_DATE');"
}

# contact NUMBER ADDRESS: changes the address of a contact
contact() { sql "UPDATE contact SET email = '$2' WHERE id = $1"; }

# deliveries SEND: prints the number of deliveries in each state, such as `handed 2, refused 1`
deliveries() {
	sql "SELECT state, count(*) FROM delivery WHERE send_id = $1 GROUP BY state ORDER BY state" | tr '|' ' ' | paste -sd, | sed 's/,/, /g'
}

# state SEND: prints the state of a send
state() { sql "SELECT state FROM send WHERE id = $1"; }
state_is() { [ "$(state "$1")" = "$2" ]; }

# figures_agree: true if the counts of figures are those of a recount
figures_agree() {
	[ -z "$(sql "SELECT f.send_id FROM figures f WHERE f.source = 'saca-send' AND (
		f.handed <> (SELECT count(*) FROM delivery d WHERE d.plan_id = f.plan_id AND d.send_id = f.send_id AND d.state = 'handed') OR
		f.refused <> (SELECT count(*) FROM delivery d WHERE d.plan_id = f.plan_id AND d.send_id = f.send_id AND d.state = 'refused') OR
		f.malformed <> (SELECT count(*) FROM delivery d WHERE d.plan_id = f.plan_id AND d.send_id = f.send_id AND d.state = 'malformed') OR
		f.unsubscribed <> (SELECT count(*) FROM delivery d WHERE d.plan_id = f.plan_id AND d.send_id = f.send_id AND d.state = 'unsubscribed') OR
		f.suppressed <> (SELECT count(*) FROM delivery d WHERE d.plan_id = f.plan_id AND d.send_id = f.send_id AND d.state = 'suppressed'))
		UNION SELECT DISTINCT d.send_id FROM delivery d WHERE d.state NOT IN ('begun', 'deferred') AND NOT EXISTS
		(SELECT 1 FROM figures f WHERE f.plan_id = d.plan_id AND f.send_id = d.send_id)")" ]
}
