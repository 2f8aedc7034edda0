#!/bin/sh
# The session cache: -M makes it, -S uses it; damaged caches and keys.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/tls.sh"
cd "$T" || exit 1
certificate ec P-256 localhost
export CERTFILE="$T/ec.crt" KEYFILE="$T/ec.key"

# --- -M ---
out=$(umask 0; saca-tlsd -M 100 -S cache 2>&1)
is "$? $out" "0 " "saca-tlsd -M makes a cache without a message"
is "$(stat -c '%a %s' cache)" "600 13312" "saca-tlsd -M makes a cache of mode 600 for at least 100 sessions"
is "$(stat -c '%a %s' cache.key)" "600 128" "saca-tlsd -M makes a key of mode 600"
cp cache.key before
ls -i cache >inode
saca-tlsd -M 100 -S cache
is "$(ls -i cache)" "$(cat inode)" "saca-tlsd -M keeps a cache of the right size"
saca-tlsd -M 200 -S cache
is "$(stat -c %s cache)" "26112" "saca-tlsd -M replaces a cache of another size"
cmp -s before cache.key
ok $? "saca-tlsd -M keeps the key of a cache that it replaces"
echo precious >mine
out=$(saca-tlsd -M 100 -S mine 2>&1)
is "$? $(cat mine)" "111 precious" "saca-tlsd -M keeps a file it did not make, and exits 111"
like "$out" '^saca-tlsd: fatal: unable to make session cache mine: another file' "saca-tlsd -M names a file it did not make"
out=$(saca-tlsd -M 100 -S none/cache 2>&1)
is "$?" 111 "saca-tlsd -M exits 111 if the directory is missing"
like "$out" '^saca-tlsd: fatal: unable to make the key of session cache none/cache: No such file' "saca-tlsd -M names a cache it cannot make"

# --- Resuming ---
serve saca-tlsd cat
is "$($CLIENT resume "$PORT" a.example)" full "saca-tlsd without -S resumes no session"
serve saca-tlsd -S "$T/cache" cat
is "$($CLIENT resume "$PORT" a.example)" resumed "saca-tlsd -S resumes a session of another process"
is "$($CLIENT resume "$PORT" a.example b.example)" full "a session is not resumed under another server name"
is "$($CLIENT crowd "$PORT" 20)" resumed "twenty clients at a time resume their sessions"
is "$(printf 'Q\n' | openssl s_client -connect "127.0.0.1:$PORT" -reconnect 2>&1 | grep -c '^Reused')" 5 \
	"openssl s_client resumes its session five times"
for suite in ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-ECDSA-AES256-GCM-SHA384; do
	is "$(printf 'Q\n' | openssl s_client -connect "127.0.0.1:$PORT" -reconnect -cipher $suite 2>&1 |
		grep -c "^Reused.*$suite")" 5 "openssl s_client resumes a session with $suite"
done
if grep -qs . /proc/self/status && [ "$(id -u)" = 0 ]; then
	serve env TLS_UID=1234 saca-tlsd -S "$T/cache" cat
	is "$($CLIENT resume "$PORT" a.example)" resumed "the TLS process needs no right to open the cache"
else
	skip "the TLS process needs no right to open the cache" "this needs root"
fi
is "$(cat "$LOG")" "" "saca-tlsd logs nothing when it resumes sessions"

# Two servers share a cache: each resumes only sessions that it could have negotiated.
serve saca-tlsd -m 1.0 -S "$T/cache" cat
OLD=$PORT
serve saca-tlsd -S "$T/cache" cat
cat >downgrade.py <<'END'
import socket, ssl, sys, warnings
warnings.simplefilter("ignore")
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
c.set_ciphers("ALL:@SECLEVEL=0")
c.minimum_version = ssl.TLSVersion.TLSv1
c.maximum_version = ssl.TLSVersion.TLSv1_2
c.set_ciphers("ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
s = c.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
s.sendall(b"x"); s.recv(1); kept = s.session; s.close()
try:
    s = c.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[2]))), session=kept)
    print("reused" if s.session_reused else "full")
except ssl.SSLError:
    print("refused")
END
is "$(python3 -W ignore downgrade.py "$OLD" "$OLD")" reused "a TLS 1.0 session is resumed by the server that made it"
is "$(python3 -W ignore downgrade.py "$OLD" "$PORT")" refused "a TLS 1.0 session is refused by a server without TLS 1.0"

# --- The content of the files ---
cat >secrets.py <<'END'
import socket, ssl, sys
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
c.keylog_filename = "keys"
s = c.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
s.sendall(b"x"); s.recv(1)
master = [bytes.fromhex(l.split()[2]) for l in open("keys") if l.startswith("CLIENT_RANDOM")][-1]
files = open("cache", "rb").read() + open("cache.key", "rb").read()
print(len(master), len(s.session.id), any(m[i:i + 8] in files for m in (master, s.session.id) for i in range(len(m) - 7)))
END
is "$(python3 secrets.py "$PORT")" "48 32 False" "cache and key contain neither master secret nor session ID"

# --- Damaged files: full handshakes, and one line in the log ---
between() { # COMMAND...: runs it between two sessions of a client
	rm -f gate
	(await 20 [ -e gate ] && "$@"; rm -f gate) &
	$CLIENT resume "$PORT" a.example a.example "$T/gate"
	wait $!
}
flip() { python3 -c 'import sys
b = bytearray(open("cache", "rb").read())
for i in range(512, len(b)):
    b[i] ^= 1
open("cache", "r+b").write(b)'; }
is "$(between flip)" full "a changed session cache causes a full handshake"
is "$(between cp /dev/null cache)" full "an empty session cache causes a full handshake"
like "$(cat "$LOG")" "^saca-tlsd: warning: unable to use $T/cache: it is not a session cache" "saca-tlsd logs that the session cache is empty"
rm cache
saca-tlsd -M 100 -S cache
is "$($CLIENT resume "$PORT" a.example)" resumed "a session cache that is made anew is used at once"
is "$(between cp /dev/null cache.key)" full "an empty key of the session cache causes a full handshake"
like "$(cat "$LOG")" "^saca-tlsd: warning: unable to use the key of session cache $T/cache: it is damaged" "saca-tlsd logs that the key of the session cache is empty"
rm cache.key
is "$($CLIENT resume "$PORT" a.example)" full "a missing key of the session cache causes a full handshake"
like "$(cat "$LOG")" "^saca-tlsd: warning: unable to open the key of session cache $T/cache: No such" "saca-tlsd logs that the key of the session cache is missing"
saca-tlsd -M 100 -S cache
chmod 644 cache.key
is "$($CLIENT resume "$PORT" a.example)" full "a key of the session cache that others may read causes a full handshake"
like "$(cat "$LOG")" "^saca-tlsd: warning: unable to use the key of session cache $T/cache: other users" "saca-tlsd logs that others may read the key of the session cache"
chmod 600 cache.key
is "$($CLIENT resume "$PORT" a.example)" resumed "a key of the session cache that is repaired is used at once"

# --- Processes killed at random ---
$CLIENT crowd "$PORT" 30 >crowd &
crowd=$!
while kill -0 $crowd 2>/dev/null; do
	victim=$(pgrep -P "$SERVER" | shuf -n 1)
	[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null
	sleep 0.01
done
wait $crowd
is "$($CLIENT crowd "$PORT" 10)" resumed "sessions are resumed after many processes were killed"
await 5 quiet
ok $? "no process is left after clients that resumed sessions"
done_testing
