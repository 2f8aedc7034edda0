#!/bin/sh
# The lines that saca-smtpd logs: their keys, their reasons, and a logger that does not read.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1

login='AUTH PLAIN AHZpY3Rvci5hY21lAHg=\r\n'
message="${login}MAIL FROM:<a@b.es>\r\nRCPT TO:<c@d.es>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n"

# log OCTETS OPTIONS...: prints the log of a client that sends OCTETS and leaves
log() {
	_octets=$1
	shift
	# shellcheck disable=SC2059
	printf "$_octets" | saca-smtpd -h h -A -p -d 0 "$@" 2>&1 >/dev/null
}
queue() { printf '#!/bin/sh\n%s\n' "$1" >queue && chmod +x queue; }

# --- Keys ---

like "$(log "$message" true -- true)" \
	'^saca-smtpd: pid=[0-9]+ ip=unknown port=- user=victor.acme sender=a@b.es rcpts=1 size=17 verdict=ok id=- uuid=- tls=- ms=[0-9]+$' \
	"saca-smtpd logs a transaction in one line with all keys"
like "$(TCPREMOTEIP=192.0.2.7 TCPREMOTEPORT=40007 log "$message" true -- true)" ' ip=192.0.2.7 port=40007 user=' \
	"TCPREMOTEIP and TCPREMOTEPORT are the client's address and port"
like "$(REMOTE_ADDR=192.0.2.8 REMOTE_PORT=40008 log "$message" true -- true)" ' ip=192.0.2.8 port=40008 user=' \
	"without TCPREMOTEIP the log has REMOTE_ADDR and REMOTE_PORT"
like "$(TCPREMOTEIP=192.0.2.7 REMOTE_PORT=40008 log "$message" true -- true)" ' ip=192.0.2.7 port=- user=' \
	"address and port come from the same source"
like "$(TCPREMOTEIP=192.0.2.7 TCPREMOTEPORT=65536 log "$message" true -- true)" ' port=- ' "a port above 65535 is not logged"
# shellcheck disable=SC2059
(printf "$message" | sh -c 'echo $$ >pid; exec "$@"' sh saca-smtpd -h h -A -p -d 0 true -- true 2>err >/dev/null)
like "$(cat err)" " pid=$(cat pid) " "pid= in the log is the process of the session"
is "$(log 'AUTH PLAIN AGEgd2h5OiBub3RoaW5nLmFjbWUAeA==\r\n' sh -c 'exit 1' -- true | grep -c 'why: nothing')" 0 \
	"a login cannot forge a reason"

# --- Reasons ---

# reasons OCTETS OPTIONS...: prints the log without the keys that differ from run to run
reasons() { log "$@" | sed 's/ pid=[0-9]* ip=unknown port=-//; s/ sender=.*\(verdict=[a-z-]*\).*/ \1/'; }

# is_why OCTETS VERDICT REASON NAME OPTIONS...: tests that the log has a line with the reason, then the transaction's
is_why() {
	_message=$1 _wanted="saca-smtpd: user=victor.acme why: $3
saca-smtpd: user=victor.acme verdict=$2" _name=$4
	shift 4
	is "$(reasons "$_message" "$@")" "$_wanted" "$_name"
}
is_why "$message" refused "$(printf "Subject: x\n\nx\n" | saca-mime | tail -n 1)" "the log has the reason of a refusal" \
	true -- saca-mime true
is "$(reasons "$message" true -- true)" "saca-smtpd: user=victor.acme verdict=ok" "an accepted message is logged without a reason"

queue 'kill -SEGV $$'
is_why "$message" tempfail "queue program: killed by signal 11" "the log has the signal that killed the queue program" true -- ./queue
queue 'exit 71'
is_why "$message" tempfail "queue program: exit code 71" "the log has the exit code of a queue program that failed" true -- ./queue
queue 'echo Zahora no >&6; exit 82'
is_why "$message" tempfail "queue program: exit code 82: ahora no" "the log has the text of a queue program that failed" true -- ./queue
queue 'exec sleep 60'
is_why "$message" tempfail "queue program: killed: it took too long" "the log says that the queue program exceeded -w" -w 1 true -- ./queue
queue 'exit 31'
is_why "$message" refused "mensaje rechazado" "a refusal without a text is logged as mensaje rechazado" -q true -- ./queue

is_why "$login" auth-tempfail "checkpassword program: exit code 111" "the log has the exit code of a checkpassword program that failed" \
	sh -c 'exit 111' -- true
is_why "$login" auth-tempfail "checkpassword program: killed by signal 9" "the log has the signal that killed the checkpassword program" \
	sh -c 'kill -9 $$' -- true
is_why "$login" auth-tempfail "checkpassword program: killed: it took too long" "the log says that the checkpassword program exceeded -l" \
	-l 1 sleep 60 -- true
is "$(reasons "$login" false -- true)" "saca-smtpd: user=victor.acme verdict=auth-failed" "a wrong password is logged without a reason"

: >plain
is "$(log "$login" ./nothing -- true | head -n 1)" "saca-smtpd: warning: unable to run ./nothing: No such file or directory" "the log names a program that does not exist"
is "$(log "$login" ./plain -- true | head -n 1)" "saca-smtpd: warning: unable to run ./plain: Permission denied" \
	"the log names a program that is not executable"

# --- A logger that does not read ---

cat >stuck.py <<'END'
import fcntl, os, subprocess, sys, time
r, w = os.pipe()
room = fcntl.fcntl(w, 1032)  # F_GETPIPE_SZ
os.write(w, b"x" * room)
def start(*senders):
    return subprocess.Popen(["saca-smtpd", "-h", "h", "-p", "-d", "0", *senders, "true", "--", "true"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=w)
def no_senders():
    q = start("-a", "/nonexistent")
    out, _ = q.communicate(b"AUTH PLAIN AHZpY3Rvci5hY21lAHg=\r\nMAIL FROM:<a@b.es>\r\n")
    print(out.decode().splitlines()[-1])
def session(messages):
    q = start("-A")
    q.stdin.write(b"AUTH PLAIN AHZpY3Rvci5hY21lAHg=\r\n")
    q.stdin.flush()
    for last in (False, True):
        for _ in range(messages):
            q.stdin.write(b"MAIL FROM:<a@b.es>\r\nRCPT TO:<c@d.es>\r\nBDAT 1 LAST\r\nx")
            q.stdin.flush()
            while not q.stdout.readline().startswith(b"250 Accepted"):
                pass
            print(q.stdout.readline().decode().strip(), flush=True)
        if not last:
            os.read(r, room)
    q.stdin.close()
    q.wait()
no_senders()
session(4)
os.close(w)
print(os.read(r, room).decode())
END
if [ -n "$WRAPPED" ]; then
	skip "a logger that does not read" "the program is a script"
else
	timeout -k 1 120 python3 stuck.py >out 2>&1
	is "$?:$(grep -c '^250 OK$' out)" "0:8" "a logger that does not read does not stop a session"
	like "$(head -n 1 out)" '^451 Accounts' "a logger that does not read does not stop a session without accounts"
	is "$(sed -n '10,11p' out | sed 's/ pid=.*verdict/ verdict/; s/ id=.*//')" \
		"saca-smtpd: warning: lines of the log that were lost: 4
saca-smtpd: verdict=ok" "the log says how many of its lines were lost"
	is "$(grep -c 'verdict=ok' out)" 4 "a logger that pauses loses no line"
fi
done_testing
