#!/bin/sh
# What the log says of a message that was not accepted, and of a login that was not judged: why.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1

login='AUTH PLAIN AHZpY3Rvci5hY21lAHg=\r\n'
message="${login}MAIL FROM:<a@b.es>\r\nRCPT TO:<c@d.es>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n"

# why OCTETS OPTIONS: the log's lines, the transaction's record cut to its verdict
why() {
	_octets=$1
	shift
	# shellcheck disable=SC2059
	printf "$_octets" | saca-smtpd -h h -A -p -d 0 "$@" 2>&1 >/dev/null | sed 's/ sender=.*\(verdict=[a-z-]*\).*/ \1/'
}
# is_why OCTETS VERDICT REASON NAME OPTIONS: two lines
is_why() {
	_message=$1 _wanted="saca-smtpd: ip=unknown user=victor.acme why: $3
saca-smtpd: ip=unknown user=victor.acme verdict=$2" _name=$4
	shift 4
	is "$(why "$_message" "$@")" "$_wanted" "$_name"
}
queue() { printf '#!/bin/sh\n%s\n' "$1" >queue && chmod +x queue; }

is_why "$message" refused "$(printf "Subject: x\n\nx\n" | saca-mime | tail -n 1)" "a message that cannot become a campaign" \
	true -- saca-mime true
is "$(why "$message" true -- true)" "saca-smtpd: ip=unknown user=victor.acme verdict=ok" "one that can: nothing"

queue 'kill -SEGV $$'
is_why "$message" tempfail "queue program: killed by signal 11" "a queue program that crashes" true -- ./queue
queue 'exit 71'
is_why "$message" tempfail "queue program: exit code 71" "one that fails" true -- ./queue
queue 'echo Zahora no >&6; exit 82'
is_why "$message" tempfail "queue program: exit code 82: ahora no" "one that fails, and says why" true -- ./queue
queue 'exec sleep 60'
is_why "$message" tempfail "queue program: killed: it took too long" "one that hangs" -w 1 true -- ./queue
queue 'exit 31'
is_why "$message" refused "mensaje rechazado" "one that refuses everything, without a word" -q true -- ./queue

is_why "$login" auth-tempfail "checkpassword program: exit code 111" "an authenticator that fails" sh -c 'exit 111' -- true
is_why "$login" auth-tempfail "checkpassword program: killed by signal 9" "one that is killed" sh -c 'kill -9 $$' -- true
is_why "$login" auth-tempfail "checkpassword program: killed: it took too long" "one that hangs" -l 1 sleep 60 -- true
is "$(why "$login" false -- true)" "saca-smtpd: ip=unknown user=victor.acme verdict=auth-failed" \
	"a wrong password needs no reason"

: >plain
is "$(why "$login" ./nothing -- true | head -n 1)" "saca-smtpd: cannot run ./nothing: no such file" "a program that is not there"
is "$(why "$login" ./plain -- true | head -n 1)" "saca-smtpd: cannot run ./plain: permission denied" "one that may not be run"

# What a client says does not make lines of its own.
is "$(why 'AUTH PLAIN AGEgd2h5OiBub3RoaW5nLmFjbWUAeA==\r\n' sh -c 'exit 1' -- true | grep -c 'why: nothing')" 0 \
	"a login's name is escaped"
done_testing
