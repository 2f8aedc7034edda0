# shellcheck shell=sh
# Shared by the tests of saca-panel: accounts of two plans, the login service, a store filled by
# hand, and requests from the shell. A test sources this after tap.sh and service.sh, and defines
#   STORE           the store's address
#   sql STATEMENT   prints the rows, columns joined by |

PANEL=https://panel.example.com
KEY=$T/panel.key
LOGIN_SOCKET=$T/login

panel_accounts() { # panel_accounts [PASSWORD-OF-victor]: compiles the accounts
	mkdir -p "$T/etc"
	# shellcheck disable=SC2016 # hashes have dollars
	printf 'plan acme\nplan otro\nplan nuevo\nplan pruebas sandbox=yes\nuser victor.acme %s\nuser ana.acme %s\nuser eva.otro %s\nuser eva.nuevo %s\nuser pia.pruebas %s\n' \
		"$(openssl passwd -6 -salt xx "${1:-secreto}")" "$(openssl passwd -6 -salt ab secreto)" "$(openssl passwd -6 -salt cd secreto)" \
		"$(openssl passwd -6 -salt ef secreto)" "$(openssl passwd -6 -salt gh secreto)" >"$T/etc/accounts"
	printf 'sender acme tienda@acme.es La tienda\nsender acme avisos@acme.es\nsender otro hola@otro.es\nsender pruebas p@pruebas.es\n' >>"$T/etc/accounts"
	saca-accounts "$T/etc" <"$T/etc/accounts"
}

# start_service SOCKET COMMAND...
start_service() {
	background python3 -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.dup2(s.fileno(), 0)
os.execvp(sys.argv[2], sys.argv[2:])' "$@"
	await 10 "$2" -t "$1"
}

# accept_now: imports the messages that the queue has accepted
accept_now() { saca-import -w "$T/web" "$T/spool" "$STORE" 2>/dev/null; }

# The login and the queue service, with one key of tickets.
start_services() {
	head -c 32 /dev/urandom >"$T/ticket.key"
	accept_now # the spool's counter begins above the store's numbers
	start_service "$LOGIN_SOCKET" saca-checkpassword -S -n 1 -f 10 -k "$T/ticket.key" "$T/etc/passwords.cdb" &&
		start_service "$T/queue" saca-spool -S -n 1 -k "$T/ticket.key" -a "$T/etc/senders.cdb" "$T/spool"
}

start_panel() { # makes accounts and key, starts the login service, sets the variables
	panel_accounts
	head -c 32 /dev/urandom >"$KEY"
	start_services || { echo 'no services'; exit 1; }
	export SACA_STORE="$STORE" SACA_LOGIN="$LOGIN_SOCKET" SACA_SENDERS="$T/etc/senders.cdb" SACA_PANEL_KEY="$KEY" SACA_URL="$PANEL" SACA_QUEUE="$T/queue"
}

# send_row NUMBER PLAN STATE SUBJECT [CONTACTS]: inserts a send, its piece and group, with equal numbers
send_row() {
	_subject=$(printf %s "$4" | sed "s/'/''/g")
	sql "INSERT INTO piece (id, plan_id, name, source, html, text, created_at) VALUES ($1, $2, '[SMTP] $_subject', 'smtp',
			'<html><body><h1>Hola</h1><p>$_subject</p></body></html>', 'Hola', '$A_DAY');
		INSERT INTO contact_group (id, plan_id, name, source, smtp_id, created_at) VALUES ($1, $2, '[SMTP] $_subject', 'smtp', '$1', '$A_DAY');
		INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, smtp_id, message_id,
			show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at, started_at)
			VALUES ($1, $2, 'victor.acme', $2, $1, $1, '[SMTP] $_subject', 'smtp', '$3', '$_subject', '$(printf %032x "$1")', '<m$1@b>',
			1, 0, 3, 1, 1, '192.0.2.1', ${5:-8}, '$A_DAY', '$A_DAY', '$A_DAY');"
}

# fill_store: fills the store: plan 1, acme, has the send 101 with one delivery of each kind; plan 2, otro, has 201; plan 3,
# pruebas, has the test 301
fill_store() {
	A_DAY=$(date -u -d '-20 hours' +%Y-%m-%dT%H:00:00Z)
	mkdir -p "$T/empty"/tmp "$T/empty/new" "$T/empty/cur"
	saca-import -w "$T/web" "$T/empty" "$STORE" || exit 1
	for _p in '1 acme' '2 otro' '3 pruebas'; do
		sql "INSERT INTO plan (id, name) VALUES (${_p% *}, '${_p#* }')"
	done
	sql "INSERT INTO sender (id, plan_id, address, name) VALUES (1, 1, 'tienda@acme.es', 'La tienda'), (2, 2, 'hola@otro.es', ''),
			(3, 3, 'p@pruebas.es', ''), (4, 1, 'avisos@acme.es', '')"
	send_row 101 1 sent 'Rebajas de verano: todo al 50 %'
	send_row 201 2 sent 'El secreto de otro'
	send_row 301 3 test 'Una prueba' 2
	sql "UPDATE send SET sender_id = 3 WHERE id = 301;
		INSERT INTO contact (id, plan_id, email, created_at) VALUES (3001, 3, 'uno@prueba.es', '$A_DAY'), (3002, 3, 'dos@prueba.es', '$A_DAY');
		INSERT INTO group_member (group_id, contact_id, plan_id) VALUES (301, 3001, 3), (301, 3002, 3);
		UPDATE piece SET html = '<a href=\"https://prueba.es/?a=1&amp;b=2\">hola</a><img src=\"x.png\"><p>mañana gratis</p>', text = 'hola mañana, ofertas' WHERE id = 301"
	for _c in 1 2 3 4 5 6 7 8; do
		sql "INSERT INTO contact (id, plan_id, email, created_at) VALUES ($_c, 1, 'c$_c@ejemplo.es', '$A_DAY'), (1000 + $_c, 2, 'otro$_c@ejemplo.es', '$A_DAY');
			INSERT INTO group_member (group_id, contact_id, plan_id) VALUES (101, $_c, 1), (201, 1000 + $_c, 2)"
	done
	_later=$(date -u -d '-17 hours' +%Y-%m-%dT%H:20:00Z)
	sql "INSERT INTO delivery (plan_id, send_id, contact_id, state, code, reason, tries, first_at, at, opens, machine_opens, opened_at, clicks, clicked_at) VALUES
		(1, 101, 1, 'handed', NULL, NULL, 1, '$A_DAY', '$A_DAY', 3, 0, '$_later', 2, '$_later'),
		(1, 101, 2, 'handed', NULL, NULL, 1, '$A_DAY', '$A_DAY', 1, 0, '$_later', 0, NULL),
		(1, 101, 3, 'handed', NULL, NULL, 1, '$A_DAY', '$A_DAY', 0, 1, NULL, 0, NULL),
		(1, 101, 4, 'bounced', '5.1.1', '550 5.1.1 no such user', 1, '$A_DAY', '$A_DAY', 0, 0, NULL, 0, NULL),
		(1, 101, 5, 'refused', '554', '554 no', 1, '$A_DAY', '$A_DAY', 0, 0, NULL, 0, NULL),
		(1, 101, 6, 'unsubscribed', NULL, NULL, 0, '$A_DAY', '$A_DAY', 0, 0, NULL, 0, NULL),
		(1, 101, 7, 'malformed', NULL, NULL, 0, '$A_DAY', '$A_DAY', 0, 0, NULL, 0, NULL);
		INSERT INTO figures (plan_id, send_id, source, handed, bounced, refused, malformed, unsubscribed, opened, opened_unsubscribed,
			opens, machine_opens, clicked, clicks, unsubscriptions) VALUES (1, 101, 'saca-send', 4, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0),
			(1, 101, 'saca-count', -1, 1, 0, 0, 0, 2, 1, 4, 1, 1, 2, 1);
		INSERT INTO link (plan_id, send_id, number, url, people, clicks) VALUES (1, 101, 1, 'https://acme.es/?a=1&b=2', 1, 2),
			(1, 101, 2, 'https://acme.es/aviso', 0, 0);
		INSERT INTO send_hour (plan_id, send_id, hour, opened, clicked) VALUES (1, 101, '$(date -u -d "$_later" +%Y-%m-%dT%H:00:00Z)', 2, 1);
		INSERT INTO click (plan_id, send_id, contact_id, number, count, first_at) VALUES (1, 101, 1, 1, 2, '$_later');
		INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, send_id, at) VALUES (1, 1, 2, 1, 0, 101, '$_later'),
			(2, 1, 1001, 2, 0, 201, '$_later')"
}

# --- requests -----------------------------------------------------------------------------------

COOKIE=

# request METHOD PATH[?QUERY] [BODY]: runs the panel; sets STATUS, HEAD and PAGE. COOKIE is sent; FIELDS are more
# variables, NAME=value words.
FIELDS=
request() {
	_path=${2%%\?*} _query=
	case $2 in *\?*) _query=${2#*\?} ;; esac
	printf %s "${3-}" >"$T/request"
	# shellcheck disable=SC2086
	env REQUEST_METHOD="$1" PATH_INFO="$_path" QUERY_STRING="$_query" CONTENT_TYPE="${TYPE:-application/x-www-form-urlencoded}" \
		CONTENT_LENGTH="$(stat -c %s "$T/request")" REMOTE_ADDR="${ADDRESS:-192.0.2.9}" HTTPS=on HTTP_COOKIE="$COOKIE" $FIELDS \
		saca-panel <"$T/request" >"$T/response"
	CODE=$?
	sed '/^\r$/q' "$T/response" | tr -d '\r' >"$T/head"
	HEAD=$(cat "$T/head")
	STATUS=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$T/head")
	sed '1,/^\r$/d' "$T/response" >"$T/page"
	PAGE=$(cat "$T/page")
}
get() { request GET "$@"; }

# post PATH [BODY]: makes a POST with the token of the last page
post() { request POST "$1" "token=$TOKEN&${2-}"; }

# log_in USER [PASSWORD]: sets COOKIE and TOKEN
log_in() {
	COOKIE=
	request POST /login "user=$1&password=${2:-secreto}"
	COOKIE=$(sed -n 's/^Set-Cookie: \(__Host-saca=[^;]*\).*/\1/p' "$T/head")
	[ -n "$COOKIE" ] || return 1
	get /
	TOKEN=$(printf '%s\n' "$PAGE" | sed -n 's/.*name="token" value="\([a-z2-7]*\)".*/\1/p' | head -n 1)
}
