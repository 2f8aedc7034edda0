#!/bin/sh
# The fail2ban filter finds failed logins in real lines of saca-smtpd and of the login service, as
# each logger writes them.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

FILTER=$TOP/scripts/service/fail2ban/filter.d/saca.conf
ETC=/etc/fail2ban
case $(command -v fail2ban-regex) in "$FETCHED"/*)
	ETC=$FETCHED/etc/fail2ban
	PYTHONPATH=$FETCHED/usr/lib/python3/dist-packages ;;
esac
if ! command -v fail2ban-regex >/dev/null; then
	skip "fail2ban" "fail2ban-regex is not installed"
	done_testing
fi

# Two failed logins from each address, a successful one, and a client that tries to get another
# address banned.
login() { printf 'AUTH PLAIN %s\r\nQUIT\r\n' "$(printf '\0%s\0%s' "$1" "$2" | base64 -w0)"; }
dialogue() { TCPREMOTEIP=$1 saca-smtpd -A -p -d 0 sh -c 'exit "$1"' sh "$2" -- true 2>>"$T/lines" >/dev/null; }
for ip in 192.0.2.7 2001:db8::7; do
	for password in una otra; do
		login victor.acme $password | dialogue $ip 1
	done
done
login victor.acme secreto | dialogue 192.0.2.8 0
login 'x ip=192.0.2.9
saca-smtpd: pid=1 ip=192.0.2.9 port=- user=- sender=- rcpts=0 size=0 verdict=auth-failed id=.acme' x | dialogue 192.0.2.10 1
login victor.acme x | dialogue 192.0.2.11 100
printf 'EHLO saca-smtpd: pid=1 ip=192.0.2.9 port=- verdict=auth-failed\r\nAUTH PLAIN AHgueAB4\r\nMAIL FROM:<"verdict=auth-failed"@example.com>\r\nRSET\r\nQUIT\r\n' |
	dialogue 192.0.2.12 0
is "$(wc -l <"$T/lines")" 8 "eight sessions with failed logins log eight lines"

# One more at the login service of panel and API.
accounts "$T/etc"
datagram_service "$T/login" saca-checkpassword -S -f 10 "$T/etc/passwords.cdb" 2>>"$T/lines"
printf 'action=get_campaigns&user=victor&plan=acme&pass=otra' >"$T/form"
export SACA_STORE="$T/saca.db" SACA_LOGIN="$T/login" SACA_QUEUE="$T/queue" SACA_SENDERS="$T/etc/senders.cdb"
REQUEST_METHOD=POST CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH=$(wc -c <"$T/form") REMOTE_ADDR=192.0.2.13 \
	saca-api <"$T/form" >"$T/answer"
like "$(tail -n 1 "$T/lines")" '^saca-checkpassword: ip=192.0.2.13 user=victor.acme refused$' "a failed login at the API is logged in one line"

# found LOG: prints the addresses that the filter finds, each with its count
found() {
	fail2ban-regex -v --print-no-ignored --print-no-missed "$1" "$FILTER" >"$T/out" 2>&1
	sed -n 's/^|[[:space:]]*\([0-9a-f.:]*\)[[:space:]]\{1,\}[A-Z][a-z][a-z] .*/\1/p' "$T/out" | sort | uniq -c | tr -s ' ' | tr '\n' ';'
}
# dated: prints the number of lines whose date fail2ban has parsed
dated() {
	sed -n '/^Date template hits/,/^`-/s/^|  \[\([0-9]*\)\].*/\1/p' "$T/out" | awk '{n += $1} END {print n}'
}
wanted=' 1 192.0.2.10; 1 192.0.2.13; 2 192.0.2.7; 2 2001:db8::7;'

# logger NAME FILE COMMAND...
logger() {
	name=$1
	file=$2
	shift 2
	command -v "$1" >/dev/null || { skip "$name" "$1 is not installed"; return; }
	"$@" <"$T/lines" >"$T/logger" 2>&1
	is "$(found "$file")" "$wanted" "the filter finds the failed logins in the log of $name" || sed 's/^/# /' "$T/out"
	is "$(dated)" 9 "fail2ban parses every date in the log of $name"
}
mkdir "$T/multilog" "$T/s6" "$T/s6-tai" "$T/svlogd"
logger multilog "$T/multilog/current" multilog t s16777215 n20 "$T/multilog"
logger s6-log "$T/s6/current" s6-log n20 s16777215 T "$T/s6"
logger "s6-log with TAI64N" "$T/s6-tai/current" s6-log n20 s16777215 t "$T/s6-tai"
logger svlogd "$T/svlogd/current" svlogd -tt "$T/svlogd"

sed 's/^/Nov 21 20:00:00 mail saca: /' "$T/lines" >"$T/syslog"
is "$(found "$T/syslog")" "$wanted" "the filter finds the failed logins in syslog"
sed 's/^/2026-11-21T20:00:00.123456+01:00 mail saca[123]: /' "$T/lines" >"$T/rsyslog"
is "$(found "$T/rsyslog")" "$wanted" "the filter finds the failed logins in the log of rsyslog"

# --- The jail ---
mkdir -p "$T/f2b/action.d" "$T/f2b/filter.d" "$T/f2b/jail.d"
if [ -d "$ETC/action.d" ]; then
	cp -R "$ETC/." "$T/f2b"
	rm -f "$T"/f2b/jail.d/*
	cp "$TOP"/scripts/service/fail2ban/jail.d/saca.conf "$T/f2b/jail.d"
	cp "$FILTER" "$T/f2b/filter.d"
	sed -i "s,/var/log/saca/\*/current,$T/*/current," "$T/f2b/jail.d/saca.conf"
	out=$(fail2ban-client -c "$T/f2b" -d 2>&1)
	like "$out" "'add', 'saca'" "fail2ban accepts the jail of scripts/service"
	unlike "$out" 'ERROR' "fail2ban reports no error in the jail of scripts/service"
fi

done_testing
