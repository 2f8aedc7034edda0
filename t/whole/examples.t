#!/bin/sh
# The examples of README.es work: each is cut out and run, with the address, ports and
# certificate of this test.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/webserver.sh"

if ! command -v tcpserver >/dev/null; then
	skip "the examples of README.es" "tcpserver is not installed"
	done_testing
fi
accounts "$T/etc" && certificate "$T/etc" || exit 1
export CERTFILE="$T/etc/cert.pem" KEYFILE="$T/etc/key.pem"

# open_port VARIABLE WRAPPER...: starts a line on a free port, and sets VARIABLE to the port
open_port() {
	p=$(free_port)
	eval "$1=\$p"
	shift
	background tcpserver -DRHl0 127.0.0.1 "$p" "$@" saca-smtpd -h api.example.com -a "$T/etc/senders.cdb" \
		saca-checkpassword "$T/etc/passwords.cdb" -- saca-mime saca-spool "$T/spool" 2>>"$T/log"
	await 10 listening "$p"
}
open_port START saca-tlsd -d
open_port TLS saca-tlsd

# example NAME: prints the lines between `--- NAME` and the next `--- `
example() {
	sed -n "/^--- $1\$/,/^--- /p" "$TOP/README.es" | sed -e '/^--- /d' -e '/./,$!d' |
		sed -e "s/api\.example\.com:58700/localhost:$START/" -e "s/api\.example\.com:46500/localhost:$TLS/" \
			-e "s/'api\.example\.com'/'localhost'/" -e "s/\"api\.example\.com\", 46500/\"localhost\", $TLS/" \
			-e "s/= 46500/= $TLS/" -e "s/port: 46500/port: $TLS/" \
			-e "s,https://panel\.example\.com/api,http://127.0.0.1:${PORT-0}/api," -e "s/eid=1166/eid=${SEND-0}/" \
			-e "s,'vendor/autoload.php','/usr/share/php/libphp-phpmailer/autoload.php',"
}

# last_send: imports, and prints the newest send
last_send() {
	saca-import "$T/spool" "$T/saca.db" 2>>"$T/import"
	sqlite3 "$T/saca.db" "SELECT name, contacts_total, language, social_links FROM send ORDER BY id DESC LIMIT 1"
}

# count TABLE: prints the number of its rows
count() { sqlite3 "$T/saca.db" "SELECT count(*) FROM $1"; }

# makes_a_send NAME REPLY SEND COMMAND...: COMMAND runs the example twice. The second time the
# library makes new boundaries and a new Date; the reply has the same number.
makes_a_send() {
	name=$1 reply=$2 send=$3
	shift 3
	example "$name" >code
	out=$("$@" 2>&1)
	like "$out" "$reply" "README.es, $name: the example prints the number of its send"
	is "$(last_send)" "$send" "README.es, $name: the example makes its send"
	before=$(count send)
	is "$("$@" 2>&1)" "$out" "README.es, $name: the example run again prints the same number"
	last_send >/dev/null
	is "$(count send)" "$before" "README.es, $name: the example run again makes no second send"
}

# makes_a_group NAME COMMAND...: tests that the example imports contacts without a send
makes_a_group() {
	name=$1
	shift
	before=$(count send)
	example "$name" >code
	like "$("$@" 2>&1)" '^250 OK contacts=2 [0-9a-f]{32}' "README.es, $name: the example prints a reply with contacts=2"
	last_send >/dev/null
	is "$(count send) $(sqlite3 "$T/saca.db" 'SELECT count(*) FROM group_member WHERE group_id = (SELECT max(id) FROM contact_group)')" \
		"$before 2" "README.es, $name: the example makes a group and no send"
}

mkdir "$T/work"
cd "$T/work" || exit 1
export CURL_CA_BUNDLE="$T/etc/cert.pem" SSL_CERT_FILE="$T/etc/cert.pem" NODE_EXTRA_CA_CERTS="$T/etc/cert.pem" \
	NODE_PATH="$TOP/build/clients/node_modules"
OK='^(< )?250 OK id=[0-9]+ [0-9a-f]{32}'
makes_a_send curl "$OK" '[SMTP] Novedades|2|4|0' sh code
makes_a_send Python "$OK" '[SMTP] Novedades de otoño|2|3|1' python3 code
makes_a_group 'Python: importar contactos sin enviar' python3 code
if ! command -v php >/dev/null; then
	skip "the PHP examples of README.es" "php is not installed"
else
	if [ -e /usr/share/php/libphp-phpmailer/autoload.php ]; then
		makes_a_send 'PHP, con PHPMailer' '^[0-9]+ [0-9a-f]{32}$' '[SMTP] Novedades de otoño|2|4|0' \
			php -d openssl.cafile="$T/etc/cert.pem" code
	else
		skip "the PHPMailer example of README.es" "libphp-phpmailer is not installed"
	fi
	makes_a_group 'PHP, sin nada más: importar contactos sin enviar' php -d openssl.cafile="$T/etc/cert.pem" code
fi
if $ROOMY node -e 'require("nodemailer")' 2>/dev/null; then
	makes_a_send 'JavaScript, con nodemailer' "$OK" '[SMTP] Novedades de otoño|2|3|0' $ROOMY node code
else
	skip "the nodemailer example of README.es" "nodemailer is not installed"
fi

# The API, under lighttpd.
settings() {
	sed "s|/usr/local/bin/|$BIN/|; s|/var/lib/saca/store/saca.db|$T/saca.db|; s|/run/saca/door/panel|$T/login|; s|/run/saca/door/queue|$T/queue|
		s|/etc/saca/senders.cdb|$T/etc/senders.cdb|" "$TOP/scripts/service/$1"
}
if ! command -v lighttpd >/dev/null; then
	skip "the API examples of README.es" "lighttpd is not installed"
	cd "$TOP" || exit 1
	done_testing
fi
CONF=saca-api.conf DOCUMENTS=$T/work PORT=$(free_port)
head -c 32 /dev/urandom >"$T/key"
datagram_service "$T/login" saca-checkpassword -S -k "$T/key" "$T/etc/passwords.cdb"
datagram_service "$T/queue" saca-spool -S -n 1 -k "$T/key" -a "$T/etc/senders.cdb" "$T/spool"
start_lighttpd >"$T/lighttpd.out" 2>&1
await 10 listening "$PORT"
if command -v php >/dev/null; then
	makes_a_send 'API, con PHP: enviar una campaña' '^[0-9]+$' '[SMTP] Novedades de otoño|2|4|0' php code
fi
SEND=$(sqlite3 "$T/saca.db" 'SELECT max(id) FROM send')
example 'API, con curl: la estadística de un envío' >code
like "$($ROOMY sh code)" "^2,0,0,.*,$SEND,.*,new" 'README.es: the curl example prints the figures of a send'
example 'API, con Python: los últimos envíos' >code
is "$($ROOMY python3 code | head -n 1)" "$SEND $(sqlite3 "$T/saca.db" "SELECT subject FROM send WHERE id = $SEND") 0 de 0" \
	'README.es: the Python example prints the newest sends'
if command -v php >/dev/null; then
	sqlite3 "$T/saca.db" "INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, at) VALUES (1, 1,
		(SELECT id FROM contact WHERE email = 'luis@example.org'), 1, 0, '2026-11-26T10:00:00Z')"
	example 'API, con PHP: las bajas' >code
	is "$(php code)" '1 luis@example.org 2026-11-26T10:00:00Z' 'README.es: the PHP example prints the unsubscriptions'
fi
cd "$TOP" || exit 1
done_testing
