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
			-e "s/= 46500/= $TLS/" -e "s,'vendor/autoload.php','/usr/share/php/libphp-phpmailer/autoload.php',"
}
sends() {
	saca-import "$T/spool" "$T/saca.db" 2>"$T/import"
	sqlite3 "$T/saca.db" "SELECT name, contacts_total, language, social_links FROM send ORDER BY id DESC LIMIT 1"
}

mkdir "$T/work"
cd "$T/work" || exit 1
example curl >code
out=$(CURL_CA_BUNDLE=$T/etc/cert.pem sh code 2>&1)
is "$? $(sends)" "0 [SMTP] Novedades|2|4|0" "the curl example of README.es makes its send" || echo "$out" | sed 's/^/# /'

example Python >code
out=$(SSL_CERT_FILE=$T/etc/cert.pem python3 code 2>&1)
like "$out" '^250 OK id=[0-9]+ [0-9a-f]{32}$' "the Python example of README.es prints the reply"
is "$(sends)" "[SMTP] Novedades de otoño|2|3|1" "the Python example of README.es makes its send"

if command -v php >/dev/null && [ -e /usr/share/php/libphp-phpmailer/autoload.php ]; then
	example 'PHP, con PHPMailer' >code
	out=$(php -d openssl.cafile="$T/etc/cert.pem" code 2>&1)
	like "$out" '^[0-9]+ [0-9a-f]{32}$' "the PHPMailer example of README.es prints the send's number"
	is "$(sends)" "[SMTP] Novedades de otoño|2|4|0" "the PHPMailer example of README.es makes its send"
else
	skip "the PHPMailer example of README.es makes its send" "php or libphp-phpmailer is not installed"
fi

if command -v php >/dev/null; then
	before=$(sqlite3 "$T/saca.db" 'SELECT count(*) FROM send')
	example 'PHP, sin nada más: importar contactos sin enviar' >code
	out=$(php -d openssl.cafile="$T/etc/cert.pem" code 2>&1)
	like "$out" '^250 OK contacts=2 [0-9a-f]{32}' "the plain PHP example of README.es prints the reply"
	sends >/dev/null
	is "$(sqlite3 "$T/saca.db" 'SELECT (SELECT count(*) FROM send), (SELECT count(*) FROM group_member
		WHERE group_id = (SELECT max(id) FROM contact_group))')" "$before|2" "the plain PHP example of README.es makes a group and no send"
else
	skip "the plain PHP example of README.es makes a group and no send" "php is not installed"
fi
cd "$TOP" || exit 1

done_testing
