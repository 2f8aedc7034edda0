#!/bin/sh
# saca-smtpd's options, its accounts file, and the credentials in its memory.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1

# --- Options ---

for bad in -sx -s0 -s-1 -s18446744073709551616 -r0 -rx -t0 -l1x -T0 -F0 -w0 -e0 -f0 -d60001 -n1 -N65537 -o0 -Z; do
	saca-smtpd -A "$bad" true -- true </dev/null >/dev/null 2>&1
	is "$?" 100 "saca-smtpd exits 100 for $bad"
done
saca-smtpd true -- true </dev/null >/dev/null 2>&1
is "$?" 100 "saca-smtpd exits 100 without -a and -A"
saca-smtpd -A true </dev/null >/dev/null 2>&1
is "$?" 100 "saca-smtpd exits 100 without a queue program"

# --- The accounts ---

is "$(printf 'AUTH PLAIN AHZpY3Rvci5hY21lAHg=\r\nMAIL FROM:<a@b.es>\r\n' |
	saca-smtpd -a /nonexistent -p -h h true -- true 2>log | tr -d '\r' | sed -n 3p)" \
	"451 Accounts cannot be read now, try again later" "the reply to MAIL is 451 if senders.cdb is missing"
like "$(cat log)" '^saca-smtpd: warning: unable to open /nonexistent: ' "saca-smtpd logs the path of a missing senders.cdb"

# --- Credentials ---

# Sends an AUTH in pieces, and searches the memory of the process for any 12 octets of it after the
# reply. On the stack it searches for 33: a signal saves the registers there, and memcpy leaves
# up to 32 octets in one.
cat >memory.py <<'END'
import base64, subprocess, sys
secret = b"Tr0ub4dor&3/correct/horse/battery/staple"
encoded = base64.b64encode(b"\0victor.acme\0" + secret)
q = subprocess.Popen(["saca-smtpd", "-h", "h", "-A", "-p", "-d", "0", "-F", "300", sys.argv[2], "--", "true"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
def ask(octets, wanted):
    q.stdin.write(octets)
    q.stdin.flush()
    while not (line := q.stdout.readline()).startswith(wanted):
        if not line:
            sys.exit("no " + wanted.decode())
def found():
    memory, stack = b"", b""
    for line in open("/proc/%d/maps" % q.pid):
        where, mode = line.split()[:2]
        start, end = (int(x, 16) for x in where.split("-"))
        if mode.startswith("rw") and end - start < 1 << 28:  # a sanitizer maps terabytes
            with open("/proc/%d/mem" % q.pid, "rb", 0) as f:
                f.seek(start)
                try:
                    octets = f.read(end - start)
                except OSError:
                    continue
            if line.rstrip().endswith("[stack]"):
                stack += octets
            else:
                memory += octets
    def parts(n):
        return [s[i:i + n] for s in (encoded, secret) for i in range(len(s) - n + 1)]
    return [x for x in parts(12) if x in memory] + [x for x in parts(33) if x in stack]
if sys.argv[1] == "moved":
    ask(b"NOOP\r\n" * 20 + b"AUTH PLAIN " + encoded[:40] + b"", b"250 OK")
    for _ in range(19):
        ask(b"", b"250 OK")
    assert found(), "the search finds nothing"
    ask(encoded[40:] + b"\r\n", sys.argv[3].encode())
elif sys.argv[1] == "long":
    ask(b"AUTH PLAIN " + b"A" * 13000 + encoded + b"\r\n", b"500 ")
else:
    ask(b"AUTH LOGIN\r\n", b"334 ")
    ask(base64.b64encode(b"victor.acme") + b"\r\n", b"334 ")
    ask(base64.b64encode(secret) + b"\r\n", sys.argv[3].encode())
print(found())
q.stdin.close()
q.wait()
END
if [ -n "$WRAPPED" ]; then
	skip "no credentials stay in memory" "the program is a script"
else
	is "$(python3 memory.py moved true 235 2>&1)" "[]" "AUTH PLAIN in two pieces leaves no octets of the password in memory"
	is "$(python3 memory.py moved false 535 2>&1)" "[]" "a wrong password leaves no octets of it in memory"
	is "$(python3 memory.py login true 235 2>&1)" "[]" "AUTH LOGIN leaves no octets of the password in memory"
	is "$(python3 memory.py long true 500 2>&1)" "[]" "an AUTH that is too long leaves no octets of the password in memory"
fi
done_testing
