#!/bin/sh
# The checkpassword and queue programs of saca-smtpd: their input, and the reply to each way in
# which they end.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1

dialogue() { saca-smtpd -h h -A -p -d 0 "$@" 2>>"$T/log" | tr -d '\r'; }
envelope='AUTH PLAIN AHZpY3Rvci5hY21lAHg=\r\nMAIL FROM:<a@b.es>\r\nRCPT TO:<c@d.es>\r\n'
# shellcheck disable=SC2059
printf "${envelope}DATA\r\nx\r\n.\r\nQUIT\r\n" >message
login_reply() { dialogue "$@" <message | sed -n 2p; }
message_reply() { dialogue "$@" <message | tail -n 2 | head -n 1; }

# --- The checkpassword program ---

is "$(login_reply sh -c 'tr "\0" "|" <&3 >got' -- true; cat got)" "235 Authentication Succeeded
victor.acme|x||" "the checkpassword program gets login, password and an empty timestamp"
is "$(login_reply false -- true)" "535 Authentication credentials invalid" "the reply is 535 if the checkpassword program exits 1"
for code in 2 100 111; do
	is "$(login_reply sh -c "exit $code" -- true)" "454 Temporary authentication failure" "the reply is 454 if the checkpassword program exits $code"
done
is "$(login_reply sh -c 'kill -9 $$' -- true)" "454 Temporary authentication failure" \
	"the reply is 454 if the checkpassword program is killed"
is "$(login_reply -l 1 sleep 100 -- true)" "454 Temporary authentication failure" \
	"the reply is 454 if the checkpassword program exceeds -l"

# --- The queue program ---

dialogue true -- sh -c 'exec 9<&1; tr "\0" "|" <&9 >envelope; cat >copy' <message >/dev/null
is "$(cat envelope copy)" "Fa@b.es|Tc@d.es||x" "the queue program gets the envelope and the message"
SACA_CREDIT=yes SACA_EVIL=1 dialogue true -- sh -c 'env | grep ^SACA_ | sort >vars' <message >/dev/null
is "$(cat vars)" "SACA_HELO=
SACA_HOST=h
SACA_PLAN=acme
SACA_PROTO=ESMTPA
SACA_USER=victor.acme" "the queue program inherits no SACA_ variable"
is "$(message_reply -w 1 true -- sleep 100)" "451 Message not stored, try again later" "the reply is 451 if the queue program exceeds -w"
! pgrep -P $$ -x sleep >/dev/null
ok $? "saca-smtpd kills a queue program that exceeds -w"
is "$(message_reply true -- no-such-program)" "451 Message not stored, try again later" "the reply is 451 if the queue program is missing"

list='ls -l /proc/self/fd | sed -n "s/.* \([0-9]*\) -> .*/\1/p" | sort -n | tr "\n" " "'
{ sh -c "$list >fds0" 6>&1; } <message >/dev/null
dialogue true -- sh -c "$list >fds" <message >/dev/null
if [ -n "$WRAPPED" ]; then
	skip "the queue program gets descriptors 0, 1, 2 and 6 only" "valgrind has more"
else
	is "$(cat fds)" "$(cat fds0)" "the queue program gets descriptors 0, 1, 2 and 6 only"
fi

# Each program appends the last reply that has been sent when it runs.
cat >late <<'END'
#!/bin/sh
tail -n 1 out >>sent
END
chmod +x late
# shellcheck disable=SC2059
printf "${envelope}BDAT 1 LAST\r\nxMAIL FROM:<a@b.es>\r\nRCPT TO:<c@d.es>\r\nBDAT 1 LAST\r\nxQUIT\r\n" |
	saca-smtpd -h h -A -p -d 0 ./late -- ./late >out 2>>"$T/log"
is "$(tr -d '\r' <sent | sed 's/^220.*/220/')" "220
250 Accepted
250 Accepted" "the replies to a burst are sent before a program runs"
is "$(grep -c '^250 OK' out)" 4 "a client that sends a burst gets every reply"
done_testing
