#!/bin/sh
# saca-smtpd's clocks, its end by a signal, its programs that hang or are not there, and
# its options.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1

dialogue() { saca-smtpd -h h -A -p -d 0 "$@" 2>>"$T/log" | tr -d '\r'; }
login='AUTH PLAIN AHZpY3Rvci5hY21lAHg=\r\n'
envelope=$login'MAIL FROM:<a@b.es>\r\nRCPT TO:<c@d.es>\r\n'

# A client that says nothing more, and stays: the server must end it.
# stays OCTETS OPTIONS: what the server says to them
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

is "$(stays '' -t 1 true -- true | sed 1d)" "421 h Timeout, closing connection" "a client that says nothing"
is "$(stays 'NOO' -t 1 true -- true | sed 1d)" "421 h Timeout, closing connection" "one that says half a command"
is "$(stays 'NOOP\r\n' -l 1 true -- true | sed 1d | tail -n 1)" "421 h Timeout, closing connection" "one that does not log in"
is "$(stays "$login" -T 1 true -- true | tail -n 1)" "421 h Timeout, closing connection" "a session that lasts too long"
is "$(stays "${envelope}DATA\r\nSubject: x\r\n" -t 1 true -- true | tail -n 1)" "421 h Timeout, closing connection" \
	"one that stops in mid-body"
like "$(tail -n 1 "$T/log")" ' verdict=timeout ' "which is logged"

# Who asks for much and reads little is waited for no longer than who says nothing: what he has
# read by his end tells. (Else it would be all of it, half a million octets.)
slowly() {
	while head -c 16000 >piece && [ -s piece ]; do
		cat piece
		sleep 1
	done
}
read=$(yes 'EHLO x' | head -n 2000 | saca-smtpd -h h -A -t 2 -l 3 true -- true 2>>"$T/log" | slowly | wc -c)
[ "$read" -lt 200000 ]
ok $? "a client that reads slowly does not stop the login's clock" "$read octets"

# An octet now and then does not stop the clock.
mkfifo in
dialogue -t 1 true -- true <in >out &
exec 9>in
trap '' PIPE # it may be gone before it is seen to be
until grep -q ^421 out; do printf N >&9 2>/dev/null || break; done
trap - PIPE
wait $!
exec 9>&-
like "$(cat out)" '^421 h Timeout' "octet by octet the clock runs all the same"

# Nor does one who never pauses.
is "$(yes NOOP | dialogue -T 1 true -- true | tail -n 1)" "421 h Timeout, closing connection" "a session that is never silent is as long as another"
is "$(yes NOOP | dialogue -l 1 true -- true | tail -n 1)" "421 h Timeout, closing connection" "nor is there more time to log in"
yes NOOP >in 2>/dev/null &
saca-smtpd -h h -A -p true -- true <in >out 2>>"$T/log" &
pid=$!
await 10 grep -q '^250 OK' out
kill -TERM $pid
wait $pid
is "$?:$(tail -n 1 out | tr -d '\r')" "0:421 h Service shutting down, closing connection" "and SIGTERM is seen"

# SIGTERM
saca-smtpd -h h -A -p true -- true <in >out 2>>"$T/log" &
pid=$!
exec 9>in
printf 'NOOP\r\n' >&9
await 10 grep -q '^250 OK' out
kill -TERM $pid
wait $pid
is "$?" 0 "SIGTERM ends it in order"
is "$(tail -n 1 out | tr -d '\r')" "421 h Service shutting down, closing connection" "and the client hears of it"
exec 9>&-

# Programs
# shellcheck disable=SC2059
printf "${envelope}DATA\r\nx\r\n.\r\nQUIT\r\n" >message
is "$(dialogue -w 1 true -- sleep 100 <message | tail -n 2 | head -n 1)" "451 Message not stored, try again later" "a queue program that hangs"
! pgrep -P $$ -x sleep >/dev/null
ok $? "is not left running"
is "$(dialogue -l 1 sleep 100 -- true <message | sed -n 2p)" "454 Temporary authentication failure" "an authenticator that hangs"
is "$(dialogue true -- no-such-program <message | tail -n 2 | head -n 1)" "451 Message not stored, try again later" "a queue program that is not there"
like "$(cat "$T/log")" '^saca-smtpd: cannot run no-such-program: no such file$' "is named"
for code in 2 100 111; do
	is "$(dialogue sh -c "exit $code" -- true <message | sed -n 2p)" "454 Temporary authentication failure" "an authenticator that exits $code"
done
is "$(dialogue sh -c 'kill -9 $$' -- true <message | sed -n 2p)" "454 Temporary authentication failure" "one that is killed"
is "$(dialogue false -- true <message | sed -n 2p)" "535 Authentication credentials invalid" "one that says no"
is "$(dialogue sh -c 'tr "\0" "|" <&3 >got' -- true <message | sed -n 2p; cat got)" "235 Authentication Succeeded
victor.acme|x||" "what an authenticator is given"
dialogue true -- sh -c 'exec 9<&1; tr "\0" "|" <&9 >envelope; cat >copy' <message >/dev/null
is "$(cat envelope copy)" "Fa@b.es|Tc@d.es||x" "what a queue program is given"
SACA_CREDIT=yes SACA_EVIL=1 dialogue true -- sh -c 'env | grep ^SACA_ | sort >vars' <message >/dev/null
is "$(cat vars)" "SACA_HELO=
SACA_HOST=h
SACA_PLAN=acme
SACA_PROTO=ESMTPA
SACA_USER=victor.acme" "and its environment, in which nothing is inherited"
cat >late <<'END'
#!/bin/sh
tail -n 1 out >>told
END
chmod +x late
# shellcheck disable=SC2059
printf "${envelope}BDAT 1 LAST\r\nxMAIL FROM:<a@b.es>\r\nRCPT TO:<c@d.es>\r\nBDAT 1 LAST\r\nxQUIT\r\n" |
	saca-smtpd -h h -A -p -d 0 ./late -- ./late >out 2>>"$T/log"
is "$(tr -d '\r' <told | sed 's/^220.*/220/')" "220
250 Accepted
250 Accepted" "what has been said in answer to a burst does not wait with a program"
is "$(grep -c '^250 OK' out)" 4 "nor is any of it lost"
list='ls -l /proc/self/fd | sed -n "s/.* \([0-9]*\) -> .*/\1/p" | sort -n | tr "\n" " "'
{ sh -c "$list >fds0" 6>&1; } <message >/dev/null
dialogue true -- sh -c "$list >fds" <message >/dev/null
if [ -n "$WRAPPED" ]; then
	skip "no descriptor of ours leaks into it, but 6" "there are valgrind's"
else
	is "$(cat fds)" "$(cat fds0)" "no descriptor of ours leaks into it, but 6"
fi

# Options
for bad in -sx -s0 -s-1 -s18446744073709551616 -r0 -rx -t0 -l1x -T0 -w0 -e0 -f0 -d60001 -n1 -N65537 -o0 -Z; do
	saca-smtpd -A "$bad" true -- true </dev/null >/dev/null 2>&1
	is "$?" 100 "$bad is refused"
done
saca-smtpd true -- true </dev/null >/dev/null 2>&1
is "$?" 100 "-a or -A is needed"
saca-smtpd -A true </dev/null >/dev/null 2>&1
is "$?" 100 "and two programs"
is "$(saca-smtpd -a /nonexistent -p -h h true -- true <message 2>>"$T/log" | tr -d '\r' | sed -n 3p)" \
	"451 Accounts cannot be read now, try again later" "a senders.cdb that is not there is temporary"
like "$(cat "$T/log")" 'unable to open /nonexistent' "and named"
done_testing
