#!/bin/sh
# The clocks of saca-smtpd, and its end by SIGTERM.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1

dialogue() { saca-smtpd -h h -A -p -d 0 "$@" 2>>"$T/log" | tr -d '\r'; }
login='AUTH PLAIN AHZpY3Rvci5hY21lAHg=\r\n'
late='421 h Timeout, closing connection'

# stays OCTETS OPTIONS...: prints the replies to a client that sends OCTETS and stays connected
stays() {
	_octets=$1
	shift
	mkfifo "$T/in" && { dialogue "$@" <"$T/in" >"$T/out" & }
	exec 9>"$T/in"
	# shellcheck disable=SC2059
	printf "$_octets" >&9
	wait $!
	exec 9>&-
	rm "$T/in"
	cat "$T/out"
}

# --- The clocks of a silent client ---

is "$(stays '' -F 1 true -- true | sed 1d)" "$late" "saca-smtpd -F ends the session of a client that sends nothing"
is "$(stays 'EHL' -F 1 true -- true | sed 1d)" "$late" "saca-smtpd -F ends the session of a client that sends half a command"
is "$(stays 'NOOP\r\n' -F 60 -t 1 true -- true | tail -n 1)" "$late" "saca-smtpd -t ends a session that is silent after its first command"
is "$(stays 'NOOP\r\nNOO' -F 60 -t 1 true -- true | tail -n 1)" "$late" "saca-smtpd -t ends a session in the middle of its second command"
before=$(date +%s)
is "$(stays 'NOOP\r\n' -F 1 -t 4 true -- true | tail -n 1)" "$late" "saca-smtpd -t ends a session after its first command, though -F is shorter"
[ $(($(date +%s) - before)) -ge 3 ]
ok $? "saca-smtpd waits for a second command as long as -t says, not -F"
is "$(stays 'NOOP\r\n' -l 1 true -- true | sed 1d | tail -n 1)" "$late" "saca-smtpd -l ends a session without login"
is "$(stays "$login" -T 1 true -- true | tail -n 1)" "$late" "saca-smtpd -T ends a session with a login"
is "$(stays "${login}MAIL FROM:<a@b.es>\r\nRCPT TO:<c@d.es>\r\nDATA\r\nSubject: x\r\n" -t 1 true -- true | tail -n 1)" "$late" \
	"saca-smtpd -t ends a session in the middle of a body"
like "$(tail -n 1 "$T/log")" ' verdict=timeout ' "a session that -t ends in a body is logged with verdict=timeout"

# --- The clocks of a client that keeps the server busy ---

# Sends an octet now and then, until the reply is 421.
octet_by_octet() {
	mkfifo in
	dialogue "$@" true -- true <in >out &
	exec 9>in
	trap '' PIPE # the server may be gone at the next octet
	until grep -q ^421 out; do printf N >&9 2>/dev/null || break; done
	trap - PIPE
	wait $!
	exec 9>&-
	rm in
}
octet_by_octet -F 1
is "$(sed 1d out)" "$late" "a client that sends its first command octet by octet does not extend -F"
is "$(yes NOOP | dialogue -T 1 true -- true | tail -n 1)" "$late" "a client that sends commands without a pause does not extend -T"
is "$(yes NOOP | dialogue -l 1 true -- true | tail -n 1)" "$late" "a client that sends commands without a pause does not extend -l"

# A client that sends much and reads slowly. If its reading extended the clock, it would get all of
# the half a million octets.
slowly() {
	while head -c 16000 >piece && [ -s piece ]; do
		cat piece
		sleep 1
	done
}
read=$(yes 'EHLO x' | head -n 2000 | saca-smtpd -h h -A -t 2 -l 3 true -- true 2>>"$T/log" | slowly | wc -c)
[ "$read" -lt 200000 ]
ok $? "a client that reads slowly does not extend -l" "$read octets"

# --- SIGTERM ---

# terminated: sends SIGTERM after the first 250; prints the exit code and the last reply
terminated() {
	rm -f out # it has the 250 of an earlier session
	saca-smtpd -h h -A -p true -- true <in >out 2>>"$T/log" &
	pid=$!
	"$@"
	await 10 grep -q '^250 OK' out
	kill -TERM $pid
	wait $pid
	echo "$?:$(tail -n 1 out | tr -d '\r')"
}
shutdown='0:421 h Service shutting down, closing connection'
mkfifo in
# shellcheck disable=SC2317
say_noop() { exec 9>in; printf 'NOOP\r\n' >&9; }
is "$(terminated say_noop)" "$shutdown" "SIGTERM ends an idle session with 421"
# shellcheck disable=SC2317
say_noops() { yes NOOP >in 2>/dev/null & }
is "$(terminated say_noops)" "$shutdown" "SIGTERM ends a session whose client never pauses"
done_testing
