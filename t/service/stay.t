#!/bin/sh
# A queue line that stays for a session's next message: from the second on, no program is
# started for a message any more, and nothing else is different. What cannot stay need not.
. "$(dirname "$0")/../lib/tap.sh"

printf 'plan acme\nuser victor.acme %s\nsender acme r@d.es\n' "$(openssl passwd -1 -salt s secreto)" >"$T/text"
saca-accounts "$T" <"$T/text" 2>/dev/null || exit 1
S=$T/spool
SMTPD="saca-smtpd -h h -d 0 -p -a $T/senders.cdb saca-checkpassword $T/passwords.cdb --"

# A client that goes step by step: each argument is a message's number, or a shell's command
# to run in between; what the server said to each message goes to $T/said.
cat >"$T/client" <<'END'
import os, socket, subprocess, sys
ours, theirs = socket.socketpair()
server = subprocess.Popen(sys.argv[1].split(), stdin=theirs, stdout=theirs, stderr=open(os.environ["T"] + "/log", "a"))
theirs.close()
lines = ours.makefile("rwb")
def reply():
    while True:
        line = lines.readline()
        if line[3:4] != b"-":
            return line.decode().strip()
def say(*commands):
    for c in commands:
        lines.write(c.encode() + b"\r\n")
        lines.flush()
        r = reply()
    return r
reply()
say("EHLO uno", "AUTH LOGIN", "dmljdG9yLmFjbWU=", "c2VjcmV0bw==")
os.environ["SERVER"] = str(server.pid)
for what in sys.argv[2:]:
    if what.startswith("EHLO"):
        say(what)
    elif not what[0].isdigit():
        subprocess.check_call(["sh", "-c", what])
    else:
        say("MAIL FROM:<r@d.es>", "RCPT TO:<a%s@x.es>" % what.strip("x"))
        more = "mucho mas\r\n" * {"9": 20000, "5": 3000}.get(what[-1], 0)
        html = "" if what.endswith("x") else "--b\r\nContent-Type: text/html\r\n\r\n<p>h</p>\r\n"
        say("DATA")
        print(say("Message-ID: <%s@x>\r\nSubject: s%s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b"
            "\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nt%s\r\n%s%s--b--\r\n." % (what, what, what, more, html)), flush=True)
say("QUIT")
rest = lines.read()
server.wait()
print("server:", server.returncode, rest.decode())
END
# session QUEUE-PROGRAM... -- STEP...
session() {
	_line=
	while [ "$1" != -- ]; do
		_line="$_line $1"
		shift
	done
	shift
	python3 "$T/client" "$SMTPD$_line" "$@" >"$T/said" 2>&1
}
# A program that counts how often it is started, then is the next one.
printf '#!/bin/sh\necho start >>"$T/starts"\nexec "$@"\n' >"$T/counted"
chmod +x "$T/counted"
starts() {
	wc -l <"$T/starts" | tr -d ' '
	rm "$T/starts"
}
# shellcheck disable=SC2317 # await runs it
none() { ! pgrep -f "$1" >/dev/null; }

session saca-mime "$T/counted" saca-spool "$S" -- 1 2 3 4 5 6
is "$(grep -c '^250 OK id=' "$T/said")" 6 "six messages of a session are accepted"
is "$(sed -n 's/^250 OK id=\([0-9]*\) .*/\1/p' "$T/said" | tr '\n' ' ')" "1 2 3 4 5 6 " "each under its number"
is "$(starts)" 2 "by a spooler started twice: the first message tells nobody that more will come"
is "$(cat "$S"/new/* | grep -c '^Subject: s[1-6]$')" 6 "each is in the spool, with what was its own"
for i in 1 2 3 4 5 6; do
	f=$(grep -l "^Subject: s$i\$" "$S"/new/*)
	grep -q "^Delivered-To: a$i@x.es\$" "$f" && grep -q "^t$i\$" "$f" &&
		grep -q "$(sed -n "s/^250 OK id=$i //p" "$T/said")" "$f"
	ok $? "message $i: its recipient, its text, its name"
done
is "$(find "$S/tmp" -type f | wc -l | tr -d ' ')" 0 "no draft is left"
await 5 none "$S"
ok $? "and no process"
session saca-mime "$T/counted" saca-spool "$S" -- 1 2 7 7
is "$(sed -n 's/^250 OK id=\([0-9]*\) .*/\1/p' "$T/said" | tr '\n' ' ')" "1 2 7 7 " "repeats are known by one that stays, too"
is "$(grep -o 'verdict=[a-z]*' "$T/log" | tail -n 4 | tr '\n' ' ')" \
	"verdict=repeat verdict=repeat verdict=ok verdict=repeat " "and logged as such"
rm "$T/starts"

# --- refused in between
session saca-mime "$T/counted" saca-spool "$S" -- 11 12 13x 14 15 16
is "$(cut -c 1-28 "$T/said" | sed 's/ id=.*//' | head -n 6 | tr '\n' '|')" \
	"250 OK|250 OK|500 Internal error - falta l|250 OK|250 OK|250 OK|" "a message without HTML is refused, and no other"
is "$(grep -l '^Delivered-To: a13@x.es$' "$S"/new/* | xargs cat | grep -c ^Subject)" 0 "its contacts are there, without it"
rm "$T/starts"

# --- programs that know nothing of staying
cat >"$T/queue" <<'END'
#!/bin/sh
# qmail-queue(8), and no more; says 31 to one whose text is t23
echo start >>"$T/starts"
cat >"$T/last"
grep -q '^t23$' "$T/last" && exit 31
exit 0
END
chmod +x "$T/queue"
session "$T/queue" -- 21 22 24 25
is "$(sort "$T/said" | uniq -c | sed 's/^ *//' | head -n 1)" "4 250 OK" "a queue program that ends each time serves as ever"
is "$(starts)" 4 "started each time"
session saca-mime "$T/queue" -- 21 22 24 25
is "$(sort "$T/said" | uniq -c | sed 's/^ *//' | head -n 1)" "4 250 OK" "and behind saca-mime"
is "$(starts)" 4 "started each time"
session saca-mime "$T/queue" -- 21 22 23 24
is "$(cut -c 1-20 "$T/said" | head -n 4 | tr '\n' '|')" "250 OK|250 OK|500 Internal error -|250 OK|" "its refusals go through"
rm "$T/starts"

# --- programs that stay, and then do not
cat >"$T/other" <<'END'
import os, socket, sys
stay = os.environ.get("SACA_STAY")
if stay:
    line = socket.socket(fileno=int(stay))
    line.send(b"\0")  # accepted, and staying
    line.recvmsg(1, socket.CMSG_SPACE(8))
    if sys.argv[1] == "word":
        line.send(b"\1")
    if sys.argv[1] == "both":
        os.kill(os.getppid(), 19)  # the dialogue finds what follows at once
        os.system("{ until grep -q '^State:.Z' /proc/%d/status; do sleep 0.02; done; kill -CONT %d; }"
            " <&- >&- 2>&- 6>&- 7>&- &" % (os.getpid(), os.getppid()))
        line.send(b"\0")
    sys.exit(int(sys.argv[2]))
END
for how in "end 71 451" "end 31 500" "end 0 250" "word 53 452"; do
	# shellcheck disable=SC2086
	set -- $how
	session python3 "$T/other" "$1" "$2" -- 31 32 33 34
	is "$(cut -c 1-3 "$T/said" | head -n 4 | tr '\n' ' ')" "250 250 $3 250 " "one that has stayed and then ends with $2 ($1): so it is told"
	session saca-mime python3 "$T/other" "$1" "$2" -- 31 32 33 34
	is "$(cut -c 1-3 "$T/said" | head -n 4 | tr '\n' ' ')" "250 250 $3 250 " "behind saca-mime: the same"
done
session python3 "$T/other" both 71 -- 31 32 33 34
is "$(cut -c 1-3 "$T/said" | head -n 4 | tr '\n' ' ')" "250 250 250 250 " "one that says it has accepted, and ends at that moment, has accepted"

# --- memory files serve one message after the other
cat >"$T/little" <<'END'
i=0
until [ "$(for f in /proc/$SERVER/fd/*; do
	case $(readlink "$f") in /memfd:* | /tmp/saca.*) stat -L -c %s "$f" ;; esac
done | sort -n | tail -n 1)" -le 65536 ]; do
	i=$((i + 1))
	[ $i -lt 500 ] || exit 1
	sleep 0.02
done
END
session saca-mime saca-spool "$S" -- 19 "sh $T/little" 17 18x 15 16 29 26
is "$(cut -c 1-3 "$T/said" | head -n 7 | tr '\n' ' ')" "250 250 500 250 250 250 250 " "large and small ones by turns, and a large one's memory is given back before the client goes on"
is "$(for i in 17 16 26; do sed '1,/^Subject: s'$i'/d' "$(grep -l "^Subject: s$i$" "$S"/new/*)" | tr -d '\r' | cksum; done | uniq | wc -l)" 3 "each is another"
is "$(for i in 17 16 26; do sed '1,/^Subject: s'$i'/d' "$(grep -l "^Subject: s$i$" "$S"/new/*)" | sed "s/^t$i/t/" | cksum; done | uniq | wc -l)" 1 \
	"but for its number the same: nothing of a longer one is left behind it"
rm -rf "$S"

# --- one that is killed, and leaves somebody behind who reads on
cat >"$T/orphaning" <<'END'
#!/bin/sh
exec 8<&0
(until [ -e "$T/go" ]; do sleep 0.02; done; cat >"$T/orphan.$$"; mv "$T/orphan.$$" "$T/read.$$") <&8 6>&- 7>&- &
kill -KILL $$
END
chmod +x "$T/orphaning"
session "$T/orphaning" -- 11 12
is "$(cut -c 1-3 "$T/said" | head -n 2 | tr '\n' ' ')" "451 451 " "a program that is killed: come again later"
touch "$T/go"
both() { [ "$(find "$T" -name 'read.*' | wc -l)" -eq 2 ]; }
await 5 both
is "$(cat "$T"/read.* | grep ^Subject | tr -d '\r' | sort | tr '\n' ' ')" "Subject: s11 Subject: s12 " \
	"whoever it left behind reads its own message, not the next one"

# --- who has waited too long has killed the checker, and the spooler hears of it
cat >"$T/hold" <<'END'
import fcntl, os, time
f = open(os.environ["S"] + "/count", "r+")
fcntl.lockf(f, fcntl.LOCK_EX)
open(os.environ["T"] + "/held", "w")
while not os.path.exists(os.environ["T"] + "/let-go"):
    time.sleep(0.02)
END
export S
# shellcheck disable=SC2317 # await runs it
waits() { pgrep -f "^saca-spool $S" >/dev/null; }
# shellcheck disable=SC2016
HOLD='python3 $T/hold & until [ -e $T/held ]; do sleep 0.02; done'
if [ -z "$WRAPPED" ]; then
	_smtpd=$SMTPD
	SMTPD=$(echo "$SMTPD" | sed 's/saca-smtpd/& -w 1/')
	session saca-mime saca-spool "$S" -- 1 2 "$HOLD" 3
	SMTPD=$_smtpd
	is "$(cut -c 1-6 "$T/said" | head -n 3 | tr '\n' '|')" "250 OK|250 OK|451 Me|" "a spooler that waits for a lock too long: told to come again"
	waits
	ok $? "though it waits yet"
	touch "$T/let-go"
	await 5 none "^saca-spool $S"
	is "$(cat "$S"/new/* | grep -c ^Subject)" 2 "and when it comes to it, it commits nothing"
	is "$(find "$S/tmp" -type f | wc -l | tr -d ' ')" 0 "nor leaves a draft"
else
	skip "a checker is killed" "the programs have other names"
fi
rm -rf "$S"

# --- root's spooler becomes the spool's owner, who need not find the way to it
if [ "$(id -u)" -eq 0 ]; then
	mkdir -m 700 "$T/private"
	install -d -o 65534 -g 65534 "$T/private/spool"
	session saca-mime saca-spool "$T/private/spool" -- 1 2 3 4 5 6
	is "$(cut -c 1-6 "$T/said" | head -n 6 | uniq -c | tr -d ' ')" "6250OK" "a spool in a folder that is root's alone takes one message after the other"
	rm -rf "$T/private"
else
	skip "a spool in a folder of root's" "only root can make one"
fi

# --- one that may stay, and has more to say than a pipe holds
printf '#!/bin/sh\nhead -c 200000 /dev/zero | tr "\\0" K >&6\n' >"$T/talker"
chmod +x "$T/talker"
session "$T/talker" -- 35 36 37
is "$(cut -c 1-8 "$T/said" | head -n 3 | tr '\n' ' ')" "250 OK K 250 OK K 250 OK K " "one that talks and talks is heard out"

# --- what becomes of it meanwhile
cat >"$T/kill" <<'END'
# PATTERN: kills what it fits, and waits for its end (a zombie has no command line)
pkill -KILL -f "$1"
while pgrep -f "$1" >/dev/null; do sleep 0.02; done
END
if [ -z "$WRAPPED" ]; then
	session saca-mime saca-spool "$S" -- 41 42 43 "sh $T/kill '^saca-mime.*$S'" 44 45 46
	is "$(grep -c '^250 OK id=' "$T/said")" 6 "killed between two messages: the next one starts it anew"
	session saca-mime saca-spool "$S" -- 51 52 "sh $T/kill '^saca-spool $S'" 53 54
	is "$(sed 's/ .*//' "$T/said" | head -n 4 | tr '\n' ' ')" "250 250 451 250 " "only the spooler killed: told to come again, and then taken"
	is "$(grep -l '^Subject: s53$' "$S"/new/* 2>/dev/null)" "" "and nothing of it is in the spool"
else
	skip "killed meanwhile" "the programs have other names"
fi
session saca-mime saca-spool "$S" -- 61 62 "EHLO dos" 63 64
is "$(grep -l '^Received: from dos ' "$S"/new/* | xargs grep -h ^Subject | sort | tr '\n' ' ')" "Subject: s63 Subject: s64 " \
	"a client that says another name later has it in what comes later"
cat >"$T/gone" <<'END'
i=0
while pgrep -f "^saca-(mime|spool).*$1" >/dev/null; do
	i=$((i + 1))
	[ $i -lt 1000 ] || exit 1
	sleep 0.02
done
END
session saca-mime saca-spool "$S" -- 71 72 73 "sh $T/gone '$S'" 74 75
is "$(grep -c '^250 OK id=' "$T/said")" 5 "a client that thinks for long has nobody waiting for it, and is served all the same"
session saca-mime saca-spool "$S" -- 81 82 'kill -TERM $SERVER'
await 5 none "$S"
ok $? "ended by TERM, nothing stays behind"
[ "$(find "$S/tmp" -type f | wc -l)" -eq 0 ]
ok $? "no draft is left of all that"

# --- the offer
envelope() { printf 'Fr@d.es\0Ta@x.es\0\0'; }
envelope >"$T/env"
printf 'Subject: s\nContent-Type: text/plain\n\nt\n' >"$T/m"
for offer in 3x '' 0 63 7; do
	SACA_STAY=$offer SACA_PLAN=acme saca-spool "$S" <"$T/m" 1<"$T/env" 2>"$T/err" 7<"$T/m"
	is $? 100 "SACA_STAY=$offer, which is no socket: saca-spool refuses to guess"
	SACA_STAY=$offer saca-mime true <"$T/m" 1<"$T/env" 2>"$T/err" 7<"$T/m"
	is $? 100 "so does saca-mime"
done
done_testing
