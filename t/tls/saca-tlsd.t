#!/bin/sh
# saca-tlsd: options, files, environment, descriptors, privileges, exit codes, and what TLS negotiates.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/tls.sh"
cd "$T" || exit 1
certificate ec P-256 localhost
certificate other P-256 other.example
certificate rsa rsa:2048 rsa.example
export CERTFILE="$T/ec.crt" KEYFILE="$T/ec.key"

# --- Misuse: one line, exit 100 ---
misuse() { # NAME COMMAND...: tests that the command exits 100 with one line
	name=$1
	shift
	out=$("$@" 2>&1 </dev/null)
	code=$?
	is "$code $(printf '%s\n' "$out" | wc -l)" "100 1" "saca-tlsd exits 100 with one line: $name"
}
misuse "no program" saca-tlsd
misuse "an unknown option" saca-tlsd -z true
misuse "-t 0" saca-tlsd -t 0 true
misuse "-t 1s" saca-tlsd -t 1s true
misuse "-t -1" saca-tlsd -t -1 true
misuse "-t 99999999999999999999" saca-tlsd -t 99999999999999999999 true
misuse "-m 1.3" saca-tlsd -m 1.3 true
misuse "-m ''" saca-tlsd -m "" true
misuse "-M without -S" saca-tlsd -M 100
misuse "-M with a program" saca-tlsd -M 100 -S "$T/x" true
misuse "-x with a program" saca-tlsd -x true
misuse "-x with -M" saca-tlsd -x -M 100 -S "$T/x"
misuse "-M 0" saca-tlsd -M 0 -S "$T/x"
for n in 0 -1 +1 1x '' saca 4294967295 99999999999999999999; do
	misuse "-u '$n'" saca-tlsd -u "$n" -g 1 true
	misuse "-g '$n'" saca-tlsd -u 1 -g "$n" true
done
misuse "-u without -g" saca-tlsd -u 1 true
misuse "-g without -u" saca-tlsd -d -g 1 true
misuse "-U without UID" env -u UID GID=1 saca-tlsd -U true
misuse "-U without GID" env -u GID UID=1 saca-tlsd -U true
misuse "-U with UID=0" env UID=0 GID=1 saca-tlsd -U true
misuse "-U with GID=staff" env UID=1 GID=staff saca-tlsd -U true
misuse "TLS_UID=0" env TLS_UID=0 saca-tlsd true
misuse "TLS_UID=nobody" env TLS_UID=nobody saca-tlsd true
misuse "TLS_GID=" env TLS_GID= saca-tlsd true
misuse "TLS_GID=4294967295" env TLS_GID=4294967295 saca-tlsd true

# --- Expiry ---
is "$(env "CERTFILE:rsa.example=$T/rsa.crt" "KEYFILE:rsa.example=$T/rsa.key" saca-tlsd -x)" '# TYPE saca_certificate_days gauge
saca_certificate_days{name=""} 30.0
saca_certificate_days{name="rsa.example"} 30.0' "saca-tlsd -x prints the days that each certificate is valid"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout old.key -out old.crt -days -2 -subj /CN=old 2>/dev/null ||
	faketime '10 days ago' openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout old.key -out old.crt \
		-days 8 -subj /CN=old 2>/dev/null
is "$(saca-tlsd -x -c old.crt -k old.key | tail -n 1)" 'saca_certificate_days{name=""} -2.0' \
	"saca-tlsd -x prints a negative number for an expired certificate"
out=$(saca-tlsd -x -c "$T/none" 2>&1)
is "$?:$(echo "$out" | wc -l)" 111:1 "saca-tlsd -x exits 111 with one line without a certificate"

# --- Certificates that cannot be used: one line that names the file ---
openssl ec -in ec.key -aes128 -passout pass:x -out old.key 2>/dev/null
openssl pkcs8 -topk8 -in ec.key -passout pass:x -out new.key 2>/dev/null
openssl genpkey -algorithm ed25519 -out ed.key 2>/dev/null
echo nothing >empty.pem
{ echo -----BEGIN CERTIFICATE-----; echo '!!!'; echo -----END CERTIFICATE-----; } >bad.crt
head -3 ec.crt >cut.crt
{ echo -----BEGIN CERTIFICATE-----; echo AAAA; echo -----END CERTIFICATE-----; } >junk.crt
head -c 300000 /dev/zero >huge.crt
wrong() { # NAME FILE COMMAND...: tests that the command exits 100 with one line that names FILE
	name=$1 file=$2
	shift 2
	out=$("$@" 2>&1 </dev/null)
	code=$?
	is "$code $(printf '%s\n' "$out" | grep -c "^saca-tlsd: fatal: unable to [a-z]* $file: ") $(printf '%s\n' "$out" | wc -l)" \
		"100 1 1" "saca-tlsd exits 100 with one line that names the file: $name" || echo "# $out"
}
wrong "a missing certificate" "$T/none" saca-tlsd -c "$T/none" true
wrong "a missing key" "$T/none" saca-tlsd -k "$T/none" true
wrong "a directory" "$T" saca-tlsd -c "$T" true
wrong "a file without PEM" "$T/empty.pem" saca-tlsd -c "$T/empty.pem" true
wrong "PEM that is not base64" "$T/bad.crt" saca-tlsd -c "$T/bad.crt" true
wrong "PEM without an end" "$T/cut.crt" saca-tlsd -c "$T/cut.crt" true
{ echo -----BEGIN CERTIFICATE-----; echo -----END CERTIFICATE-----; } >void.crt
wrong "an empty certificate" "$T/void.crt" saca-tlsd -c "$T/void.crt" true
wrong "a certificate that is not DER" "$T/junk.crt" saca-tlsd -c "$T/junk.crt" true
wrong "a file that is too large" "$T/huge.crt" saca-tlsd -c "$T/huge.crt" true
wrong "a certificate instead of a key" "$T/ec.crt" saca-tlsd -k "$T/ec.crt" true
wrong "a key encrypted by DEK-Info" "$T/old.key" saca-tlsd -k "$T/old.key" true
wrong "a key encrypted in PKCS#8" "$T/new.key" saca-tlsd -k "$T/new.key" true
wrong "an Ed25519 key" "$T/ed.key" saca-tlsd -k "$T/ed.key" true
wrong "an RSA key for an EC certificate" "$T/rsa.key" saca-tlsd -k "$T/rsa.key" true
wrong "no certificate at all" CERTFILE env -u CERTFILE saca-tlsd true
certificate rsa2 rsa:2048 rsa.example
wrong "the RSA key of another certificate" "$T/rsa2.key" saca-tlsd -c rsa.crt -k "$T/rsa2.key" true
wrong "a named certificate that is missing" "$T/none" env CERTFILE:a.example="$T/none" saca-tlsd true
wrong "KEYFILE:name without CERTFILE:name" "KEYFILE:a.example=$T/ec.key" \
	env KEYFILE:a.example="$T/ec.key" saca-tlsd true

# --- The program's environment and descriptors ---
cat >look <<'END'
env | grep -E '^(SSL|TLS|CERTFILE|KEYFILE|UCSPITLS|PROTO|TCP(REMOTE|LOCAL)(IP|PORT)|SECRET)' | sort
ls -l /proc/$$/fd | sed -n 's/.* \([0-9]*\) -> \([a-z]*\).*/fd \1 \2/p' | grep -E 'fd ([012] |.*socket)' | sort
exit 3
END
serve env SECRET=mine TLS_UID=1234 TLS_GID=1235 CERTFILE:a.example="$T/other.crt" \
	KEYFILE:a.example="$T/other.key" SSL_CIPHER=inherited saca-tlsd sh look
out=$($CLIENT farewell "$PORT")
like "$out" '^SSL_PROTOCOL=TLSv1.2$' "saca-tlsd passes SSL_PROTOCOL to its program"
like "$out" '^SSL_CIPHER=ECDHE-ECDSA-(AES|CHACHA)' "saca-tlsd passes SSL_CIPHER to its program"
unlike "$out" 'SNI' "SSL_TLS_SNI_SERVERNAME is not set without a server name"
unlike "$out" 'CERTFILE|KEYFILE|TLS_UID|TLS_GID|SSLCTLFD|UCSPITLS' "saca-tlsd does not pass its own variables to its program"
like "$out" '^SECRET=mine' "saca-tlsd passes all other variables to its program"
is "$(printf '%s\n' "$out" | grep -c '^fd')" 3 "saca-tlsd passes only descriptors 0 to 2 to its program"
like "$out" '^fd 0 socket' "saca-tlsd gives its program a socket as descriptor 0"
like "$out" 'closed$' "saca-tlsd ends the session with close_notify"
await 5 quiet
ok $? "no process is left after a session"

serve env -u PROTO -u TCPREMOTEIP -u TCPREMOTEPORT -u TCPLOCALIP -u TCPLOCALPORT saca-tlsd sh look
out=$($CLIENT farewell "$PORT")
like "$out" '^PROTO=TCP' "saca-tlsd sets PROTO if it is missing"
like "$out" '^TCPREMOTEIP=127.0.0.1' "saca-tlsd sets TCPREMOTEIP if it is missing"
like "$out" '^TCPREMOTEPORT=[1-9][0-9]*' "saca-tlsd sets TCPREMOTEPORT if it is missing"
like "$out" '^TCPLOCALIP=127.0.0.1' "saca-tlsd sets TCPLOCALIP if it is missing"
like "$out" "^TCPLOCALPORT=$PORT" "saca-tlsd sets TCPLOCALPORT if it is missing"
serve env PROTO=TCP TCPREMOTEIP=192.0.2.7 saca-tlsd sh look
like "$($CLIENT farewell "$PORT")" '^TCPREMOTEIP=192.0.2.7' "saca-tlsd keeps a TCPREMOTEIP that is set"

# --- Exit codes ---
code() { # CASE COMMAND...: serves one client; $CODE is the exit code
	case=$1
	shift
	serve sh -c '"$@"; echo "code $?" >&2' sh "$@"
	$CLIENT $case "$PORT" >/dev/null 2>&1
	await 5 grep -q '^code' "$LOG"
	CODE=$(sed -n 's/^code //p' "$LOG" | sort -u)
}
code farewell saca-tlsd sh -c 'exit 42'
is "$CODE" 42 "saca-tlsd exits with the code of the program"
code farewell saca-tlsd sh -c 'kill -KILL $$'
is "$CODE" 137 "saca-tlsd exits with 128 + signal if a signal kills the program"
code farewell saca-tlsd "$T/none"
is "$CODE" 111 "saca-tlsd exits 111 if the program cannot be run"
like "$(cat "$LOG")" "^saca-tlsd: fatal: unable to run $T/none: No such file" "saca-tlsd names a program that cannot be run"
code starts saca-tlsd touch "$T/ran"
is "$CODE" 1 "saca-tlsd exits 1 if the handshake fails"
[ ! -e "$T/ran" ]
ok $? "saca-tlsd does not run its program after a failed handshake"

# --- Privileges ---
cat >parent <<'END'
p=$PPID
grep -E '^(Uid|Gid|Groups|NoNewPrivs|Seccomp):' /proc/$p/status
echo "root $(readlink /proc/$p/root)"
ls -l /proc/$p/fd | sed -n 's/.* \([0-9]*\) -> .*/tlsfd \1/p'
grep 'open files' /proc/$p/limits
END
if [ "$(id -u)" = 0 ]; then
	serve env TLS_UID=1234 TLS_GID=1235 saca-tlsd sh parent
	out=$($CLIENT farewell "$PORT" | tr '\t' ' ')
	like "$out" '^Uid: 1234 1234 1234 1234' "the TLS process becomes the user TLS_UID"
	like "$out" '^Gid: 1235 1235 1235 1235' "the TLS process becomes the group TLS_GID"
	like "$out" '^Groups: *$' "the TLS process has no supplementary groups"
	like "$out" '^NoNewPrivs: 1' "the TLS process cannot gain privileges"
	unlike "$out" '^root /$' "the TLS process has another root directory"
	if [ -n "$WRAPPED" ]; then
		skip "the TLS process has only its descriptors, and a filter of system calls" "valgrind needs both itself"
	else
		like "$out" 'open files +3 +3' "the TLS process cannot open a descriptor"
		is "$(printf '%s\n' "$out" | grep tlsfd | tr '\n' ' ')" "tlsfd 0 tlsfd 1 tlsfd 2 tlsfd 3 " \
			"the TLS process has four descriptors"
		case $BIN in
		*/sanitize/*) skip "the TLS process has a filter of system calls" "the sanitizers need more calls" ;;
		*) like "$out" '^Seccomp: 2' "the TLS process has a filter of system calls" ;;
		esac
	fi
	serve saca-tlsd sh parent
	like "$($CLIENT farewell "$PORT" | tr '\t' ' ')" '^Uid: 65534 65534 65534 65534' \
		"as root without TLS_UID, the TLS process becomes 65534"
	cat >who <<-'END'
		grep -E '^(Uid|Gid|Groups):' /proc/self/status
		n=0 # with -d the TLS process may still be root for a moment
		while grep -q '^Uid:.0' /proc/$PPID/status && [ $n -lt 500 ]; do n=$((n + 1)); sleep 0.01; done
		sed -n 's/^Uid:/tls/p' /proc/$PPID/status
		env | grep -E '^[UG]ID='
		ls -l /proc/$PPID/fd >/dev/null 2>&1 && echo "the TLS process is open"
	END
	for how in "-u 1236 -g 1237" "-d -u 1236 -g 1237" "-U" "-d -U"; do
		case $how in -d*) case=clear ;; *) case=farewell ;; esac
		# shellcheck disable=SC2086
		serve env UID=1236 GID=1237 TLS_UID=1234 TLS_GID=1235 setpriv --groups 4,24 saca-tlsd $how sh -c "$(cat who)"
		out=$($CLIENT $case "$PORT" "" | tr '\t' ' ')
		like "$out" '^Uid: 1236 1236 1236 1236$' "saca-tlsd $how runs the program as the given user"
		like "$out" '^Gid: 1237 1237 1237 1237$' "saca-tlsd $how runs the program with the given group"
		like "$out" '^Groups: *$' "saca-tlsd $how runs the program without supplementary groups"
		like "$out" '^tls 1234 1234 1234 1234( closed)?$' "saca-tlsd $how runs the TLS process as another user"
		unlike "$out" 'open' "saca-tlsd $how hides the descriptors of the TLS process from the program"
		case $how in
		*U) unlike "$out" '[UG]ID=' "saca-tlsd $how removes UID and GID from the program's environment" ;;
		*) like "$out" '^UID=1236( closed)?$' "saca-tlsd $how keeps UID in the program's environment" ;;
		esac
	done
	serve saca-tlsd -d -c "$T/none" -u 1236 -g 1237 sh -c "$(cat who)"
	like "$($CLIENT clear "$PORT" "" | tr '\t' ' ')" '^Uid: 1236 1236 1236 1236$' "saca-tlsd -d -u without a certificate runs the program as the user of -u"
	misuse "-u without root" setpriv --reuid 1234 --regid 1235 --clear-groups saca-tlsd -u 1236 -g 1237 true
	chmod 700 "$T"
	chmod 600 "$T"/*.key
	serve setpriv --reuid 1234 --regid 1235 --clear-groups saca-tlsd cat
	$CLIENT farewell "$PORT" >/dev/null 2>&1
	like "$(cat "$LOG")" 'unable to read .*: Permission denied' "saca-tlsd names a key that it may not read"
	chmod 755 "$T"
	chmod 644 "$T/ec.key"
	serve setpriv --reuid 1234 --regid 1235 --clear-groups saca-tlsd cat
	is "$($CLIENT echo "$PORT")" hello "saca-tlsd serves without any privileges"
	cp "$BIN/saca-tlsd" "$T/tlsd" # other users may not enter the directory of $BIN
	serve setpriv --reuid 1234 --regid 1235 --clear-groups env TLS_UID=1236 "$T/tlsd" cat
	$CLIENT farewell "$PORT" >/dev/null 2>&1
	like "$(cat "$LOG")" 'fatal: unable to become TLS_UID: ' "saca-tlsd names TLS_UID if it cannot become that user"
	serve setpriv --reuid 1234 --regid 1235 --clear-groups env TLS_GID=1236 "$T/tlsd" -d sh -c 'ps -o ppid= $$'
	is "$($CLIENT clear "$PORT" "" | tr -d ' ') $(grep -c 'warning: unable to become TLS_GID: ' "$LOG")" "$SERVER 1" \
		"-d without the right to TLS_GID runs the program in the place of saca-tlsd"
else
	skip "privileges" "this needs root"
fi

# --- Negotiation ---
serve saca-tlsd cat
talk() { # ARGUMENT...: prints the report of openssl s_client
	printf 'Q\n' | openssl s_client -connect "127.0.0.1:$PORT" "$@" 2>&1
}
out=$(talk -groups P-256:X25519)
like "$out" 'Server Temp Key: X25519' "saca-tlsd prefers X25519 over the order of the client"
like "$(talk -groups P-256)" 'Temp Key: ECDH, prime256v1' "saca-tlsd serves a client that has only P-256"
like "$(talk -groups X25519)" 'Temp Key: X25519' "saca-tlsd serves a client that has only X25519"
if grep -qw aes /proc/cpuinfo; then first=ECDHE-ECDSA-AES128-GCM-SHA256; else first=ECDHE-ECDSA-CHACHA20-POLY1305; fi
suites=ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256
like "$(talk -cipher $suites)" "Cipher is $first" "saca-tlsd uses its own order of suites"
for suite in ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305; do
	like "$(talk -cipher $suite)" "Cipher is $suite" "saca-tlsd serves a client that has only $suite"
done
like "$(talk -cipher ECDHE-ECDSA-AES128-SHA:AES128-SHA)" 'Cipher is \(NONE\)' "saca-tlsd offers no suite without AEAD"
like "$(talk -alpn h2,http/1.1)" 'No ALPN negotiated' "saca-tlsd ignores ALPN"
like "$(talk)" 'Secure Renegotiation IS supported' "saca-tlsd supports secure renegotiation (RFC 5746)"
out=$( (printf 'R\n'; await 5 grep -q 'no.renegotiation' "$T/reneg"; printf 'Q\n') |
	openssl s_client -connect "127.0.0.1:$PORT" 2>&1 | tee "$T/reneg")
like "$out" 'no renegotiation|:no_renegotiation' "saca-tlsd refuses to renegotiate"
like "$($CLIENT version "$PORT" 1.1)" 'VERSION' "saca-tlsd refuses TLS 1.1"
like "$($CLIENT version "$PORT" 1.0)" 'VERSION' "saca-tlsd refuses TLS 1.0"
is "$($CLIENT alert "$PORT" "TLS 1.1 hello")" "2 70" "saca-tlsd answers TLS 1.1 with the alert protocol_version"
is "$($CLIENT alert "$PORT" "no suite in common")" "2 40" "saca-tlsd answers a client without a common suite with handshake_failure"
await 5 quiet
like "$(cat "$LOG")" '^saca-tlsd: 127.0.0.1: handshake failed: alert sent: protocol version$' "saca-tlsd logs a failed handshake with the address"

serve saca-tlsd -m 1.0 cat
is "$($CLIENT version "$PORT" 1.0)" "TLSv1 ECDHE-ECDSA-AES128-SHA" "saca-tlsd -m 1.0 allows TLS 1.0"
is "$($CLIENT version "$PORT" 1.1)" "TLSv1.1 ECDHE-ECDSA-AES128-SHA" "saca-tlsd -m 1.0 allows TLS 1.1"
like "$($CLIENT version "$PORT" 1.2)" "^TLSv1.2 .*(GCM|CHACHA)" "saca-tlsd -m 1.0 uses AEAD suites with TLS 1.2"
serve saca-tlsd -m 1.1 -c rsa.crt -k rsa.key cat
is "$($CLIENT version "$PORT" 1.1)" "TLSv1.1 ECDHE-RSA-AES128-SHA" "saca-tlsd -m 1.1 allows TLS 1.1 with an RSA key"
like "$($CLIENT version "$PORT" 1.0)" 'VERSION' "saca-tlsd -m 1.1 refuses TLS 1.0"
serve saca-tlsd -q cat
$CLIENT starts "$PORT" >/dev/null
await 5 quiet
is "$(cat "$LOG")" "" "saca-tlsd -q logs no failed handshakes"

# --- Certificates by name ---
cat rsa.key rsa.crt >both.pem
serve env CERTFILE:other.example="$T/other.crt" KEYFILE:other.example="$T/other.key" \
	CERTFILE:rsa.example="$T/both.pem" saca-tlsd cat
like "$(talk -servername other.example)" 'subject=CN = other.example' "saca-tlsd chooses the certificate by server name"
like "$(talk -servername OTHER.example)" 'subject=CN = other.example' "server names are compared without case"
like "$(talk -servername rsa.example)" 'subject=CN = rsa.example' "one file may hold key and certificate"
like "$(talk -servername elsewhere.example)" 'subject=CN = localhost' "a client with an unknown server name gets the certificate without a name"
like "$(talk -noservername)" 'subject=CN = localhost' "a client without server name gets the certificate without a name"
like "$(talk -servername rsa.example -cipher ECDHE-ECDSA-AES128-GCM-SHA256)" 'subject=CN = localhost' \
	"a client that cannot use the key of the name gets the certificate without a name"
cp other.crt ec.crt && cp other.key ec.key
like "$(talk -noservername)" 'subject=CN = other.example' "a renewed certificate is used without a restart"
serve env -u CERTFILE -u KEYFILE CERTFILE:rsa.example="$T/both.pem" saca-tlsd cat
like "$(talk -servername rsa.example)" 'subject=CN = rsa.example' "saca-tlsd works with named certificates only"
like "$(talk -noservername)" 'alert handshake failure' "a client without a known server name gets handshake_failure if each certificate has a name"
serve env CERTFILE:a.example="$T/other.crt" KEYFILE:a.example="$T/other.key" saca-tlsd sh look
like "$(printf '' | openssl s_client -connect 127.0.0.1:"$PORT" -servername a.example -ign_eof 2>&1)" \
	'^SSL_TLS_SNI_SERVERNAME=a.example' "the program gets SSL_TLS_SNI_SERVERNAME"
like "$(printf '' | openssl s_client -connect 127.0.0.1:"$PORT" -servername 'a=b;c' -ign_eof 2>&1)" \
	'^SSL_PROTOCOL=' "a malformed server name does not end the session"
unlike "$(printf '' | openssl s_client -connect 127.0.0.1:"$PORT" -servername 'a=b;c' -ign_eof 2>&1)" \
	'^SSL_TLS_SNI' "the program does not get a malformed server name"

# --- Renewal ---
certificate ec2 P-256 localhost
wrong "the EC key of another certificate" "$T/other.key" saca-tlsd -c "$T/ec2.crt" -k "$T/other.key" true
# A P-256 key in SEC 1 form without its public key (RFC 5915: both fields after the key are optional).
without_public_key() { # KEYFILE: prints the key without its public part
	openssl ec -in "$1" -outform DER 2>/dev/null | python3 -c '
import base64, sys
der = sys.stdin.buffer.read()
curve = bytes.fromhex("a00a06082a8648ce3d030107")
body = b"\x02\x01\x01\x04\x20" + der[7:39] + curve
print("-----BEGIN EC PRIVATE KEY-----", base64.b64encode(b"\x30" + bytes([len(body)]) + body).decode(),
    "-----END EC PRIVATE KEY-----", sep="\n")'
}
without_public_key ec2.key >bare.key
serve saca-tlsd -c ec2.crt -k bare.key cat
is "$($CLIENT echo "$PORT")" hello "an EC key without its public key is accepted"
without_public_key other.key >bare.key
wrong "another EC key without its public key" "$T/bare.key" saca-tlsd -c "$T/ec2.crt" -k "$T/bare.key" true
# renew.py PORT N: while both files are renewed all the time, one after the other, N clients come.
cat >renew.py <<'END'
import os, shutil, socket, ssl, sys, threading, time
done = False
def renew():
    turn = 0
    while not done:
        turn += 1
        for end in "crt", "key":
            shutil.copy("pair%d.%s" % (turn % 2, end), "next")
            os.rename("next", "live." + end)
            time.sleep(0.005)
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
t = threading.Thread(target=renew)
t.start()
served = 0
for _ in range(int(sys.argv[2])):
    try:
        with c.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)) as s:
            s.sendall(b"x")
            served += s.recv(1) == b"x"
    except OSError:
        pass
done = True
t.join()
print(served)
END
for kind in P-256 rsa:2048; do
	certificate pair0 $kind localhost
	certificate pair1 $kind localhost
	cp pair0.crt live.crt && cp pair0.key live.key
	serve saca-tlsd -c live.crt -k live.key cat
	is "$(python3 renew.py "$PORT" 60)" 60 "every client is served while a $kind certificate is renewed"
done

# --- Chains and kinds of keys ---
for i in 1 2 3 4 5 6 7 8; do cat rsa.crt; done >long.crt
serve saca-tlsd -c long.crt -k rsa.key cat
is "$($CLIENT echo "$PORT")" hello "saca-tlsd sends a chain that is longer than a record"
for bits in 1024 3072 4096; do
	certificate rsa$bits rsa:$bits localhost
	serve saca-tlsd -c rsa$bits.crt -k rsa$bits.key cat
	like "$(talk -cipher DEFAULT@SECLEVEL=0)" 'Cipher is ECDHE-RSA' "saca-tlsd uses RSA keys of $bits bits"
done
for curve in P-384 P-521; do
	certificate $curve $curve localhost
	serve saca-tlsd -c $curve.crt -k $curve.key cat
	is "$($CLIENT echo "$PORT")" hello "saca-tlsd uses EC keys on $curve"
done
openssl rsa -in rsa.key -traditional -out pkcs1.key 2>/dev/null
serve saca-tlsd -c rsa.crt -k pkcs1.key cat
is "$($CLIENT echo "$PORT")" hello "saca-tlsd reads a key in PKCS#1"
openssl ec -in other.key -out sec1.key 2>/dev/null
serve saca-tlsd -c other.crt -k sec1.key cat
is "$($CLIENT echo "$PORT")" hello "saca-tlsd reads a key in SEC 1"
done_testing
