#!/bin/sh
# Runs commands of INSTALL. Section 10: moving a store to PostgreSQL. Section 12: pausing a send by
# hand, the lines for Postfix and lighttpd. Section 13: the rights of the panel's role in PostgreSQL.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/install.sh"
. "$TOP/t/lib/postgres.sh"
cd "$TOP" || exit 1

SPOOL=$T/var/spool/saca
DB=$T/var/lib/saca/store/saca.db
mkdir -p "$T/etc/saca" "$T/var/spool" "$T/var/lib/saca/store" "$T/var/lib/saca/hits" "$T/var/lib/saca/published" "$T/var/lib/saca/web" "$T/mta"
saca-send -K "$T/etc/saca/link.key"
background python3 "$TOP/t/send/server.py" "$T/mta"
await 10 [ -s "$T/mta/port" ]

# deliver ID: spools and imports a message to two contacts
deliver() {
	printf 'Fremitente@example.com\0Tana@example.org\0Tluis@example.org\0\0' >"$T/envelope"
	campaign "$1" | SACA_PLAN=acme SACA_USER=victor.acme saca-spool "$SPOOL" 1<"$T/envelope"
	saca-import "$SPOOL" "$DB"
}
# send_mails STORE: runs saca-send on it
send_mails() {
	saca-send -h api.example.com -k "$T/etc/saca/link.key" -p "$T/var/lib/saca/published" -u https://links.example.com \
		"$1" "smtp://127.0.0.1:$(cat "$T/mta/port")"
}
state() { sqlite3 "$DB" "SELECT state FROM send WHERE id = $1"; }
mails() { cat "$T/mta/mails" 2>/dev/null | wc -l; }

# --- pausing and resuming
deliver uno
install_commands 12 "^sqlite3 .*'paused', reason" "IN .'new', 'sending'" | sed 's/id = 1166/id = 1/' >"$T/pause"
install_commands 12 "^sqlite3 .*'new', reason" "state = 'paused'" | sed 's/id = 1166/id = 1/' >"$T/resume"
sh -e "$T/pause"
is "$? $(state 1)" "0 paused" "INSTALL 12: the command that pauses a send pauses it"
send_mails "$DB"
is "$? $(mails)" "0 0" "saca-send leaves a send alone that the command of INSTALL 12 paused"
sh -e "$T/resume"
is "$? $(state 1)" "0 new" "INSTALL 12: the command that resumes a send makes it new"
send_mails "$DB"
is "$? $(mails) $(state 1)" "0 2 sent" "saca-send sends a send that the command of INSTALL 12 resumed"
sh -e "$T/pause"
is "$(state 1)" sent "INSTALL 12: the command that pauses a send does not change a send that is sent"

# --- Postfix
if command -v postconf >/dev/null; then
	mkdir "$T/postfix"
	echo "compatibility_level = 3.6" >"$T/postfix/main.cf"
	cp /usr/share/postfix/master.cf.dist "$T/postfix/master.cf"
	{
		install_commands 12 '^cat scripts/service/postfix' '^postfix reload'
		install_commands 12 '^postconf -M' 'outlook'
	} | sed "s#/etc/postfix#$T/postfix#; s#^postconf#postconf -c $T/postfix#; /^postfix reload/d" >"$T/commands"
	out=$($ROOMY sh -e "$T/commands" 2>&1)
	is "$? $out" "0 " "INSTALL 12: the commands for Postfix succeed"
	is "$($ROOMY postconf -c "$T/postfix" -n 2>&1 | grep -i 'warning\|error')" "" "INSTALL 12: Postfix knows each of its settings"
	like "$($ROOMY postconf -c "$T/postfix" -M saca-bounce/unix)" 'user=sacahit argv=/usr/local/bin/saca-bounce ' \
		"INSTALL 12: Postfix has the transport to saca-bounce"
	is "$($ROOMY postmap -c "$T/postfix" -q bounces.example.com 'inline:{ { bounces.example.com = saca-bounce: }, { outlook.com = slow: } }')" \
		"saca-bounce:" "INSTALL 12: Postfix gives the mail for bounces to saca-bounce"
else
	skip "INSTALL 12: the commands for Postfix succeed" "postfix is not installed"
fi

# --- lighttpd, without the lines for TLS
if command -v lighttpd >/dev/null; then
	install_commands 12 '^cp scripts/service/lighttpd' '^END' >"$T/commands"
	sh -e "$T/commands"
	is $? 0 "INSTALL 12: the commands for lighttpd succeed"
	port=$(free_port)
	sed -i "/^ssl/d; s/\"mod_openssl\", //; s/server.port = 443/server.port = $port\nserver.bind = \"127.0.0.1\"/; s/\"sacahit\"/\"nobody\"/
		s/\"sacahits\"/\"nogroup\"/; s|/usr/local/share/saca|$T/etc|" "$T/etc/saca/lighttpd.conf"
	sed -i "s|\"/etc/saca|\"$T/etc/saca|; s|/usr/local/bin|$BIN|; s|/usr/local/share/saca/s|$TOP/scripts/service/icons|; s|/var/lib/saca|$T/var/lib/saca|" \
		"$T/etc/saca/saca-hit.conf"
	chmod -R a+rX "$T/etc" "$T/var"
	chmod a+x "$T"
	background run_lighttpd -D -f "$T/etc/saca/lighttpd.conf" 2>"$T/lighttpd.log"
	await 10 listening "$port"
	is "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/v/none")" 404 \
		"INSTALL 12: lighttpd answers a wrong address with 404" || sed 's/^/# /' "$T/lighttpd.log"
	is "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/s/x.png")" 200 "INSTALL 12: lighttpd has the icons"
else
	skip "INSTALL 12: the commands for lighttpd succeed" "lighttpd is not installed"
fi

# --- to PostgreSQL: luis unsubscribes before, and gets nothing after
if [ -z "$PG" ]; then
	skip "INSTALL 10: a store moves to PostgreSQL" "no PostgreSQL server here"
	done_testing
fi
ids=$(sqlite3 "$DB" "SELECT d.plan_id, d.send_id, d.contact_id FROM delivery d JOIN contact c ON c.id = d.contact_id
	WHERE c.email = 'luis@example.org'" | tr '|' ' ')
now=$(date +%s)
printf '\nunsub %s - person %d - -\n' "$ids" $((now - 20)) >"$T/var/lib/saca/hits/host.$(date -u -d "@$((now - 20))" +%Y%m%d%H)"
saca-count "$T/var/lib/saca/hits" "$DB"
figures=$(saca-list -c "$DB" stats 1)
deliver dos
start_server
to=postgresql://saca@$HOST/postgres
export to
install_commands 10 '^saca-import -w .*makes the tables' 'never' >"$T/move"
out=$(sh -e "$T/move" 2>&1)
is $? 0 "INSTALL 10: the commands that move a store to PostgreSQL succeed" "$out"
for table in $(sqlite3 "$DB" "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema'"); do
	is "$(database postgres "SELECT count(*) FROM $table")" "$(sqlite3 "$DB" "SELECT count(*) FROM $table")" \
		"INSTALL 10: PostgreSQL has every row of the table $table"
done
is "$(saca-list -c "$to" stats 1)" "$figures" "INSTALL 10: the figures of a send are the same in PostgreSQL"
send_mails "$to"
is "$? $(cut -d' ' -f2 "$T/mta/mails" | tail -n +3)" "0 ana@example.org" \
	"INSTALL 10: saca-send works with PostgreSQL, and sends no mail to contacts that unsubscribed before"

# --- The panel's role
PGHOST=$T PGUSER=saca PATH=$PG:$PATH
export PGHOST PGUSER
install_commands 13 '^createuser' 'ON ALL SEQUENCES' | sed 's/psql saca/psql -q postgres/' >"$T/grant"
out=$(sh -e "$T/grant" 2>&1)
is "$? $out" "0 " "INSTALL 13: the commands that make the panel's role succeed"
accounts "$T/accounts"
datagram_service "$T/login" saca-checkpassword -S -f 10 "$T/accounts/passwords.cdb"
export SACA_STORE="postgresql://sacapanel@$HOST/postgres" SACA_LOGIN="$T/login" SACA_QUEUE="$T/queue" SACA_SENDERS="$T/accounts/senders.cdb"
head -c 32 /dev/urandom >"$T/panel.key"
# post PROGRAM PATH FORM: its answer is in $T/answer
post() {
	printf %s "$3" >"$T/form"
	REQUEST_METHOD=POST PATH_INFO=$2 CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH=${#3} REMOTE_ADDR=192.0.2.1 HTTPS=on \
		SACA_PANEL_KEY=$T/panel.key SACA_URL=https://panel.example.com "$1" <"$T/form" >"$T/answer"
}
LOGIN='mode=plain&user=victor&plan=acme&pass=secreto'
sender=$(database postgres "SELECT id FROM sender")
post saca-api '' "action=contact_deactivate&email=ana@example.org&rid=$sender&$LOGIN"
is "$(tail -n 1 "$T/answer")" "OK: 1" "INSTALL 13: the API writes an unsubscription with the role of the panel"
post saca-api '' "action=contact_activate&email=ana@example.org&rid=$sender&$LOGIN"
is "$(tail -n 1 "$T/answer")" "OK: 1" "INSTALL 13: the API ends an unsubscription with the role of the panel"
post saca-panel /login 'user=victor.acme&password=secreto'
like "$(cat "$T/answer")" '^Set-Cookie: __Host-saca=' "INSTALL 13: the panel accepts a login with its role"
cookie=$(sed -n 's/^Set-Cookie: \([^;]*\).*/\1/p' "$T/answer")
token=$(REQUEST_METHOD=GET PATH_INFO=/ HTTP_COOKIE=$cookie HTTPS=on SACA_PANEL_KEY=$T/panel.key SACA_URL=https://panel.example.com saca-panel |
	sed -n 's/.*name="token" value="\([a-z2-7]*\)".*/\1/p' | head -n 1)
HTTP_COOKIE=$cookie post saca-panel /logout "token=$token"
is "$(sed -n 's/^Status: \(...\).*/\1/p' "$T/answer") $(database postgres "SELECT count(*) FROM login")" "303 1" \
	"INSTALL 13: with its role the panel ends the sessions of a login"
done_testing
