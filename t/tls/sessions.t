#!/bin/sh
# Sessions taken up by another process: the cache's making, its use, and its misuse.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/tls.sh"
cd "$T" || exit 1
certificate ec P-256 localhost
export CERTFILE="$T/ec.crt" KEYFILE="$T/ec.key"

# --- Making ---
out=$(umask 0; saca-tlsd -M 100 -S cache 2>&1)
is "$? $out" "0 " "-M makes a cache, silently"
is "$(stat -c '%a %s' cache)" "600 13312" "its own, with room for so many"
is "$(stat -c '%a %s' cache.key)" "600 128" "with a key beside it"
cp cache.key before
ls -i cache >inode
saca-tlsd -M 100 -S cache
is "$(ls -i cache)" "$(cat inode)" "made again, it stays"
saca-tlsd -M 200 -S cache
is "$(stat -c %s cache)" "26112" "made larger, it is another"
cmp -s before cache.key
ok $? "with the same key"
echo precious >mine
out=$(saca-tlsd -M 100 -S mine 2>&1)
is "$? $(cat mine)" "111 precious" "another file is not replaced"
like "$out" '^saca-tlsd: mine is there' "and is named"
out=$(saca-tlsd -M 100 -S none/cache 2>&1)
is "$?" 111 "a folder that is missing is 111"
like "$out" '^saca-tlsd: none/cache .*No such file' "and says so"

# --- Resuming ---
serve saca-tlsd cat
is "$($CLIENT resume "$PORT" a.example)" full "without a cache nothing is resumed"
serve saca-tlsd -S "$T/cache" cat
is "$($CLIENT resume "$PORT" a.example)" resumed "with one, another process resumes"
is "$($CLIENT resume "$PORT" a.example b.example)" full "but not under another name"
is "$($CLIENT crowd "$PORT" 20)" resumed "twenty clients at the same time"
is "$(printf 'Q\n' | openssl s_client -connect "127.0.0.1:$PORT" -reconnect 2>&1 | grep -c '^Reused')" 5 \
	"openssl's client reuses its session five times"
for suite in ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-ECDSA-AES256-GCM-SHA384; do
	is "$(printf 'Q\n' | openssl s_client -connect "127.0.0.1:$PORT" -reconnect -cipher $suite 2>&1 |
		grep -c "^Reused.*$suite")" 5 "with $suite, too"
done
if grep -qs . /proc/self/status && [ "$(id -u)" = 0 ]; then
	serve env TLS_UID=1234 saca-tlsd -S "$T/cache" cat
	is "$($CLIENT resume "$PORT" a.example)" resumed "without the right to open it, too"
else
	skip "without the right to open it, too" "this needs root"
fi
is "$(cat "$LOG")" "" "and nothing is said of it"

# Two servers, one cache: each takes only what it would have agreed to itself.
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
is "$(python3 -W ignore downgrade.py "$OLD" "$OLD")" reused "a session of an older kind, where it was made"
is "$(python3 -W ignore downgrade.py "$OLD" "$PORT")" refused "is refused where its suite would be"

# --- A stolen cache ---
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
is "$(python3 secrets.py "$PORT")" "48 32 False" "neither master secret nor session ID are in the files"

# --- Broken in every way: full handshakes, and a line where somebody should look ---
between() { # COMMAND...: done between two sessions of a client
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
is "$(between flip)" full "a cache that somebody has written in"
is "$(between cp /dev/null cache)" full "an empty cache"
like "$(cat "$LOG")" "^saca-tlsd: $T/cache is no session cache" "is named"
rm cache
saca-tlsd -M 100 -S cache
is "$($CLIENT resume "$PORT" a.example)" resumed "made anew, it serves at once"
is "$(between cp /dev/null cache.key)" full "an empty key"
like "$(cat "$LOG")" "^saca-tlsd: $T/cache has a .key that cannot be used" "is named"
rm cache.key
is "$($CLIENT resume "$PORT" a.example)" full "no key"
like "$(cat "$LOG")" "^saca-tlsd: $T/cache has a .key that cannot be opened: No such" "is named"
saca-tlsd -M 100 -S cache
chmod 644 cache.key
is "$($CLIENT resume "$PORT" a.example)" full "a key that others may read"
like "$(cat "$LOG")" "^saca-tlsd: $T/cache has a .key that others" "is named"
chmod 600 cache.key
is "$($CLIENT resume "$PORT" a.example)" resumed "mended, it serves at once"

# --- Killed at any instant ---
$CLIENT crowd "$PORT" 30 >crowd &
crowd=$!
while kill -0 $crowd 2>/dev/null; do
	victim=$(pgrep -P "$SERVER" | shuf -n 1)
	[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null
	sleep 0.01
done
wait $crowd
is "$($CLIENT crowd "$PORT" 10)" resumed "after many have been killed, others resume"
await 5 quiet
ok $? "nothing is left running"
done_testing
