#!/bin/sh
# TLS 1.3 by stunnel in place of saca-tlsd, with the files of INSTALL 9.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/install.sh"

for program in tcpserver stunnel4 openssl; do
	command -v $program >/dev/null || {
		skip "TLS 1.3 by stunnel" "$program is not installed"
		done_testing
	}
done
accounts "$T/etc/saca" && certificate "$T/etc/saca" || exit 1
mkdir -p "$T/run/saca" "$T/var/spool"
# The files of INSTALL 9, with the programs of a connection in one line instead of the services.
install_commands 9 '^cat >/etc/saca/stunnel.conf' 'chmod 755' |
	sed -e "s#-C [^ ]* -Q [^ ]*#saca-checkpassword $T/etc/saca/passwords.cdb -- saca-mime saca-spool $T/var/spool/saca#" >"$T/commands"
out=$(sh -e "$T/commands" 2>&1)
is $? 0 "INSTALL 9: the commands that make stunnel's files succeed" "$out"
export HOST=api.example.com BRAND=example.com URL=http://example.com/

# serve_port VARIABLE CONFIGURATION: runs stunnel on a free port, and sets VARIABLE to the port
serve_port() {
	p=$(free_port)
	eval "$1=\$p"
	background tcpserver -vDRHl0 127.0.0.1 "$p" $ROOMY stunnel4 "$2" 2>>"$T/log"
	await 10 listening "$p"
}
line=$(install_commands 9 '^protocol = ' '^protocol = ')
is "$line" "protocol = smtp" "INSTALL 9: the line for port 58700 is protocol = smtp"
{ cat "$T/etc/saca/stunnel.conf"; echo "$line"; } >"$T/etc/saca/stunnel-58700.conf"
serve_port TLS "$T/etc/saca/stunnel.conf"
serve_port START "$T/etc/saca/stunnel-58700.conf"

# send KIND PORT: sends a campaign by Python's client
send() {
	campaign "$1" >"$T/message"
	KIND=$1 PORT=$2 SERVER=localhost LOGIN=victor.acme PASSWORD=secreto SENDER=remitente@example.com \
		RECIPIENTS=ana@example.org MESSAGE=$T/message CAFILE=$T/etc/saca/cert.pem "$TOP/t/whole/clients/python" 2>&1
}

# tls VERSION PORT OPTION...: prints the replies to EHLO that openssl s_client gets under that version
tls() {
	version=$1 port=$2
	shift 2
	printf 'EHLO x\r\nQUIT\r\n' | $ROOMY openssl s_client -CAfile "$T/etc/saca/cert.pem" -verify_return_error -quiet -ign_eof \
		"-$version" -connect "localhost:$port" "$@" 2>&1 | tr -d '\r'
}
for version in tls1_3 tls1_2; do
	like "$(tls $version "$TLS")" '^250 AUTH LOGIN PLAIN$' "port 46500 by stunnel speaks $version, and saca-smtpd offers a login"
	like "$(tls $version "$START" -starttls smtp)" '^250 AUTH LOGIN PLAIN$' "port 58700 by stunnel speaks $version after STARTTLS"
done
unlike "$(tls tls1_3 "$TLS")" STARTTLS "saca-smtpd under stunnel offers no STARTTLS"
out=$(send tls "$TLS")
is $? 0 "a campaign passes through port 46500 by stunnel" "$out"
out=$(send starttls "$START")
is $? 0 "a campaign passes through port 58700 by stunnel" "$out"
await 10 sh -c "[ \$(grep -c 'verdict=ok' '$T/log') = 2 ]"
is "$(grep -c 'ip=127.0.0.1 .*verdict=ok' "$T/log")" 2 "the log has the client's address under stunnel" || sed 's/^/# /' "$T/log"
done_testing
