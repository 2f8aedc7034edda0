#!/bin/sh
# Attacks on the whole line, over the network: t/whole/attacks/*.py. After each attack another
# client sends a mail, which must be accepted.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

if ! command -v tcpserver >/dev/null; then
	skip "attacks on the whole line" "tcpserver is not installed"
	done_testing
fi
accounts "$T/etc" && certificate "$T/etc" || exit 1
export SPOOL="$T/spool" LOG="$T/log" CAFILE="$T/etc/cert.pem" PWNED="$T/pwned" STORE="$T/store/saca.db"
export CERTFILE="$T/etc/cert.pem" KEYFILE="$T/etc/key.pem"

# open_port VARIABLE WRAPPER OPTIONS [SESSIONS]: starts a line on a free port, and sets VARIABLE to the port
open_port() {
	p=$(free_port)
	export "$1=$p"
	# shellcheck disable=SC2086 # words, or none
	background tcpserver -DRHl0 -c "${4:-1200}" -b 512 127.0.0.1 "$p" $2 \
		saca-smtpd -h api.example.com -b example.com $3 -a "$T/etc/senders.cdb" \
			saca-checkpassword "$T/etc/passwords.cdb" -- saca-mime saca-spool "$SPOOL" 2>>"$LOG"
	await 10 listening "$p"
}
open_port CLEAR '' '-p -d 0'
open_port STARTTLS 'saca-tlsd -d' '-d 0'
open_port STARTTLS_CLEAR 'saca-tlsd -d' '-p -d 0'
open_port GUESS '' '-p -d 300'
open_port SLOW '' '-p -F 1 -t 1 -l 2 -T 4'
open_port SLOW_STARTTLS 'saca-tlsd -d -t 1' '-t 2 -l 2 -T 4'
open_port SLOW_TLS 'saca-tlsd -t 1' '-t 1 -l 2 -T 4'
open_port IDLE_PORT '' '-p'
open_port FEW '' '-p -d 0 -r 50000'
open_port FIVE '' '-p -F 1' 5
# Idle sessions, and the KiB that one process may grow by. A thousand processes under a
# sanitizer or valgrind need too much memory.
IDLE=1000 FLAT=4096
case $BIN$WRAPPED in
*/sanitize/*) IDLE=100 FLAT=1000000 ;;
*yes) IDLE=20 FLAT=1000000 ;;
esac
export IDLE FLAT

# attack NAME: runs t/whole/attacks/NAME.py, of which each line is a test
attack() {
	python3 "$TOP/t/whole/attacks/$1.py" >"$T/result" 2>"$T/error"
	ok $? "t/whole/attacks/$1.py runs to its end" "$(tail -n 20 "$T/error")"
	while IFS='|' read -r good name detail; do
		[ "$good" = 1 ]
		ok $? "$name" "$detail"
	done <"$T/result"
}
for name in smuggling starttls bruteforce slow idle unlimited injection cve; do
	attack "$name"
done

# After all attacks.
unlike "$(cat "$LOG")" 'AddressSanitizer|runtime error|Segmentation|stack smashing' "no attack crashes a program"
[ ! -e "$PWNED" ]
ok $? "no attack executes a command"
unlike "$(grep -v '^saca-\(smtpd\|tlsd\): ' "$LOG")" . "no attack forges a line of the log"

done_testing
