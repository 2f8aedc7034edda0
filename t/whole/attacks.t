#!/bin/sh
# Attacks on the whole line, over the network: t/whole/attacks/*.py, each with what it must come
# to. Nobody else's mail may suffer: after each, another client sends.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

if ! command -v tcpserver >/dev/null; then
	skip "attacks" "tcpserver is not installed"
	done_testing
fi
accounts "$T/etc" && certificate "$T/etc" || exit 1
export SPOOL="$T/spool" LOG="$T/log" CAFILE="$T/etc/cert.pem" PWNED="$T/pwned" STORE="$T/store/saca.db" PYTHONDONTWRITEBYTECODE=1
export CERTFILE="$T/etc/cert.pem" KEYFILE="$T/etc/key.pem"

# open_port VARIABLE WRAPPER OPTIONS
open_port() {
	p=$(free_port)
	export "$1=$p"
	# shellcheck disable=SC2086 # words, or none
	background tcpserver -DRHl0 -c 1200 -b 512 127.0.0.1 "$p" $2 \
		saca-smtpd -h api.example.com -b example.com $3 -a "$T/etc/senders.cdb" \
			saca-checkpassword "$T/etc/passwords.cdb" -- saca-mime saca-spool "$SPOOL" 2>>"$LOG"
	await 10 listening "$p"
}
open_port CLEAR '' '-p -d 0'
open_port STARTTLS 'saca-tlsd -d' '-d 0'
open_port STARTTLS_CLEAR 'saca-tlsd -d' '-p -d 0'
open_port GUESS '' '-p -d 300'
open_port SLOW '' '-p -t 1 -l 2 -T 4'
open_port SLOW_STARTTLS 'saca-tlsd -d -t 1' '-t 2 -l 2 -T 4'
open_port SLOW_TLS 'saca-tlsd -t 1' '-t 1 -l 2 -T 4'
open_port IDLE_PORT '' '-p'
open_port FEW '' '-p -d 0 -r 50000'
# A thousand sanitized processes would take more memory than a machine has, or under valgrind.
# (A limit in KiB, for the memory of one.)
IDLE=1000 FLAT=4096
case $BIN$WRAPPED in
*/sanitize/*) IDLE=100 FLAT=1000000 ;;
*yes) IDLE=20 FLAT=1000000 ;;
esac
export IDLE FLAT

# attack NAME: each line of t/whole/attacks/NAME.py is a test
attack() {
	python3 "$TOP/t/whole/attacks/$1.py" >"$T/result" 2>"$T/error"
	ok $? "$1: ran to its end" "$(tail -n 20 "$T/error")"
	while IFS='|' read -r good name detail; do
		[ "$good" = 1 ]
		ok $? "$name" "$detail"
	done <"$T/result"
}
for name in smuggling starttls bruteforce slow idle unlimited injection cve; do
	attack "$name"
done

# Whatever all of that was: nothing crashed, nothing was run, the log is one of lines.
unlike "$(cat "$LOG")" 'AddressSanitizer|runtime error|Segmentation|stack smashing' "no program crashed"
[ ! -e "$PWNED" ]
ok $? "nothing a client sent was run"
unlike "$(grep -v '^saca-\(smtpd\|tlsd\): ' "$LOG")" . "every line of the log is ours"

done_testing
