#!/bin/sh
# The examples of README.es work: each is cut out and run, with the address, ports and
# certificate of this test.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

if ! command -v tcpserver >/dev/null; then
	skip "the examples of README.es" "tcpserver is not installed"
	done_testing
fi
accounts "$T/etc" && certificate "$T/etc" || exit 1
export CERTFILE="$T/etc/cert.pem" KEYFILE="$T/etc/key.pem"

# open_port VARIABLE WRAPPER...
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
			-e "s,'vendor/autoload.php','/usr/share/php/libphp-phpmailer/autoload.php',"
}

# last_send: imports, and prints the newest send
last_send() {
	saca-import "$T/spool" "$T/saca.db" 2>>"$T/import"
	sqlite3 "$T/saca.db" "SELECT name, contacts_total, language, social_links FROM send ORDER BY id DESC LIMIT 1"
}

# count TABLE
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

# makes_a_group NAME COMMAND...
makes_a_group() {
	name=$1
	shift
	before=$(count send)
	example "$name" >code
	like "$("$@" 2>&1)" '^250 OK contacts=2 [0-9a-f]{32}' "README.es, $name: the example prints the reply"
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
cd "$TOP" || exit 1
done_testing
