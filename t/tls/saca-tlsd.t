#!/bin/sh
# saca-tlsd as its callers see it: options, files, environment, descriptors, privileges,
# exit codes, and what is negotiated with whom.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/tls.sh"
cd "$T" || exit 1
certificate ec P-256 localhost
certificate other P-256 other.example
certificate rsa rsa:2048 rsa.example
export CERTFILE="$T/ec.crt" KEYFILE="$T/ec.key"

# --- Misuse: one line, exit 100 ---
misuse() { # NAME COMMAND...
	name=$1
	shift
	out=$("$@" 2>&1 </dev/null)
	code=$?
	is "$code $(printf '%s\n' "$out" | wc -l)" "100 1" "$name is exit 100 and one line"
}
misuse "no program" saca-tlsd
misuse "an unknown option" saca-tlsd -x true
misuse "-t 0" saca-tlsd -t 0 true
misuse "-t 1s" saca-tlsd -t 1s true
misuse "-t -1" saca-tlsd -t -1 true
misuse "-t 99999999999999999999" saca-tlsd -t 99999999999999999999 true
misuse "-m 1.3" saca-tlsd -m 1.3 true
misuse "-m ''" saca-tlsd -m "" true
misuse "-M without -S" saca-tlsd -M 100
misuse "-M with a program" saca-tlsd -M 100 -S "$T/x" true
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

# --- Certificates that will not do: one line that names the file ---
openssl ec -in ec.key -aes128 -passout pass:x -out old.key 2>/dev/null
openssl pkcs8 -topk8 -in ec.key -passout pass:x -out new.key 2>/dev/null
openssl genpkey -algorithm ed25519 -out ed.key 2>/dev/null
echo nothing >empty.pem
{ echo -----BEGIN CERTIFICATE-----; echo '!!!'; echo -----END CERTIFICATE-----; } >bad.crt
head -3 ec.crt >cut.crt
{ echo -----BEGIN CERTIFICATE-----; echo AAAA; echo -----END CERTIFICATE-----; } >junk.crt
head -c 300000 /dev/zero >huge.crt
wrong() { # NAME FILE COMMAND...
	name=$1 file=$2
	shift 2
	out=$("$@" 2>&1 </dev/null)
	code=$?
	is "$code $(printf '%s\n' "$out" | grep -c "^saca-tlsd: $file ") $(printf '%s\n' "$out" | wc -l)" \
		"100 1 1" "$name: exit 100 and one line naming the file" || echo "# $out"
}
wrong "a missing certificate" "$T/none" saca-tlsd -c "$T/none" true
wrong "a missing key" "$T/none" saca-tlsd -k "$T/none" true
wrong "a folder" "$T" saca-tlsd -c "$T" true
wrong "no PEM" "$T/empty.pem" saca-tlsd -c "$T/empty.pem" true
wrong "no base64" "$T/bad.crt" saca-tlsd -c "$T/bad.crt" true
wrong "PEM without an end" "$T/cut.crt" saca-tlsd -c "$T/cut.crt" true
{ echo -----BEGIN CERTIFICATE-----; echo -----END CERTIFICATE-----; } >void.crt
wrong "an empty certificate" "$T/void.crt" saca-tlsd -c "$T/void.crt" true
wrong "no certificate in it" "$T/junk.crt" saca-tlsd -c "$T/junk.crt" true
wrong "a file too large" "$T/huge.crt" saca-tlsd -c "$T/huge.crt" true
wrong "a certificate for a key" "$T/ec.crt" saca-tlsd -k "$T/ec.crt" true
wrong "a key encrypted the old way" "$T/old.key" saca-tlsd -k "$T/old.key" true
wrong "a key encrypted the new way" "$T/new.key" saca-tlsd -k "$T/new.key" true
wrong "an Ed25519 key" "$T/ed.key" saca-tlsd -k "$T/ed.key" true
wrong "an RSA key for an EC certificate" "$T/rsa.key" saca-tlsd -k "$T/rsa.key" true
wrong "neither variable nor option" CERTFILE env -u CERTFILE saca-tlsd true
certificate rsa2 rsa:2048 rsa.example
wrong "another RSA key" "$T/rsa2.key" saca-tlsd -c rsa.crt -k "$T/rsa2.key" true
wrong "a named certificate that is missing" "$T/none" env CERTFILE:a.example="$T/none" saca-tlsd true
wrong "a named key without certificate" KEYFILE:a.example="$T/ec.key" \
	env KEYFILE:a.example="$T/ec.key" saca-tlsd true

# --- What the program gets ---
cat >look <<'END'
env | grep -E '^(SSL|TLS|CERTFILE|KEYFILE|UCSPITLS|PROTO|TCP(REMOTE|LOCAL)(IP|PORT)|SECRET)' | sort
ls -l /proc/$$/fd | sed -n 's/.* \([0-9]*\) -> \([a-z]*\).*/fd \1 \2/p' | grep -E 'fd ([012] |.*socket)' | sort
exit 3
END
serve env SECRET=mine TLS_UID=1234 TLS_GID=1235 CERTFILE:a.example="$T/other.crt" \
	KEYFILE:a.example="$T/other.key" SSL_CIPHER=inherited saca-tlsd sh look
out=$($CLIENT farewell "$PORT")
like "$out" '^SSL_PROTOCOL=TLSv1.2$' "SSL_PROTOCOL is set"
like "$out" '^SSL_CIPHER=ECDHE-ECDSA-(AES|CHACHA)' "SSL_CIPHER is set"
unlike "$out" 'SNI' "there is no SSL_TLS_SNI_SERVERNAME without a name"
unlike "$out" 'CERTFILE|KEYFILE|TLS_UID|TLS_GID|SSLCTLFD|UCSPITLS' "the TLS process's variables are stripped"
like "$out" '^SECRET=mine' "others are kept"
is "$(printf '%s\n' "$out" | grep -c '^fd')" 3 "the program has three descriptors"
like "$out" '^fd 0 socket' "the first is a socket"
like "$out" 'closed$' "the end comes with close_notify"
await 5 quiet
ok $? "nothing is left running"

serve env -u PROTO -u TCPREMOTEIP -u TCPREMOTEPORT -u TCPLOCALIP -u TCPLOCALPORT saca-tlsd sh look
out=$($CLIENT farewell "$PORT")
like "$out" '^PROTO=TCP' "PROTO is set where it is missing"
like "$out" '^TCPREMOTEIP=127.0.0.1' "so is TCPREMOTEIP"
like "$out" '^TCPREMOTEPORT=[1-9][0-9]*' "and TCPREMOTEPORT"
like "$out" '^TCPLOCALIP=127.0.0.1' "and TCPLOCALIP"
like "$out" "^TCPLOCALPORT=$PORT" "and TCPLOCALPORT"
serve env PROTO=TCP TCPREMOTEIP=192.0.2.7 saca-tlsd sh look
like "$($CLIENT farewell "$PORT")" '^TCPREMOTEIP=192.0.2.7' "TCPREMOTEIP stays where it is set"

# --- Exit codes ---
code() { # CASE COMMAND...: $CODE is what tlsd leaves with, one client being served
	case=$1
	shift
	serve sh -c '"$@"; echo "code $?" >&2' sh "$@"
	$CLIENT $case "$PORT" >/dev/null 2>&1
	await 5 grep -q '^code' "$LOG"
	CODE=$(sed -n 's/^code //p' "$LOG" | sort -u)
}
code farewell saca-tlsd sh -c 'exit 42'
is "$CODE" 42 "the program's exit code is saca-tlsd's"
code farewell saca-tlsd sh -c 'kill -KILL $$'
is "$CODE" 137 "a signal that kills it is 128 and its number"
code farewell saca-tlsd "$T/none"
is "$CODE" 111 "a program that cannot be run is 111"
like "$(cat "$LOG")" "cannot run $T/none" "and is named"
code starts saca-tlsd touch "$T/ran"
is "$CODE" 1 "a handshake that fails is 1"
[ ! -e "$T/ran" ]
ok $? "and the program does not run"

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
	like "$out" '^Uid: 1234 1234 1234 1234' "the TLS process becomes TLS_UID"
	like "$out" '^Gid: 1235 1235 1235 1235' "and TLS_GID"
	like "$out" '^Groups: *$' "without supplementary groups"
	like "$out" '^NoNewPrivs: 1' "never to gain privileges"
	unlike "$out" '^root /$' "with another root folder"
	if [ -n "$WRAPPED" ]; then
		skip "descriptors, and a filter of system calls" "valgrind needs both itself"
	else
		like "$out" 'open files +3 +3' "unable to open a descriptor: those below are taken"
		is "$(printf '%s\n' "$out" | grep tlsfd | tr '\n' ' ')" "tlsfd 0 tlsfd 1 tlsfd 2 tlsfd 3 " \
			"and holds no other descriptors than it needs"
		case $BIN in
		*/sanitize/*) skip "a seccomp filter" "the sanitizers need more calls" ;;
		*) like "$out" '^Seccomp: 2' "behind a filter of system calls" ;;
		esac
	fi
	serve saca-tlsd sh parent
	like "$($CLIENT farewell "$PORT" | tr '\t' ' ')" '^Uid: 65534 65534 65534 65534' \
		"root without TLS_UID becomes nobody"
	cat >who <<-'END'
		grep -E '^(Uid|Gid|Groups):' /proc/self/status
		n=0 # under -d it has its own pace
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
		like "$out" '^Uid: 1236 1236 1236 1236$' "$how: prog is that user"
		like "$out" '^Gid: 1237 1237 1237 1237$' "$how: and of that group"
		like "$out" '^Groups: *$' "$how: and of no other"
		like "$out" '^tls 1234 1234 1234 1234( closed)?$' "$how: the TLS process is somebody else"
		unlike "$out" 'open' "$how: whom prog may not look at"
		case $how in
		*U) unlike "$out" '[UG]ID=' "$how: UID and GID have served" ;;
		*) like "$out" '^UID=1236( closed)?$' "$how: UID stays" ;;
		esac
	done
	serve saca-tlsd -d -c "$T/none" -u 1236 -g 1237 sh -c "$(cat who)"
	like "$($CLIENT clear "$PORT" "" | tr '\t' ' ')" '^Uid: 1236 1236 1236 1236$' "-u holds without a certificate too"
	misuse "-u without the right to" setpriv --reuid 1234 --regid 1235 --clear-groups saca-tlsd -u 1236 -g 1237 true
	chmod 700 "$T"
	chmod 600 "$T"/*.key
	serve setpriv --reuid 1234 --regid 1235 --clear-groups saca-tlsd cat
	$CLIENT farewell "$PORT" >/dev/null 2>&1
	like "$(cat "$LOG")" 'cannot be read: Permission denied' "a key that may not be read is named"
	chmod 755 "$T"
	chmod 644 "$T/ec.key"
	serve setpriv --reuid 1234 --regid 1235 --clear-groups saca-tlsd cat
	is "$($CLIENT echo "$PORT")" hello "it works without any privileges"
	cp "$BIN/saca-tlsd" "$T/tlsd" # env finds nothing below a folder that only root may enter
	serve setpriv --reuid 1234 --regid 1235 --clear-groups env TLS_UID=1236 "$T/tlsd" cat
	$CLIENT farewell "$PORT" >/dev/null 2>&1
	like "$(cat "$LOG")" 'cannot become TLS_UID' "and says when it cannot become somebody"
	serve setpriv --reuid 1234 --regid 1235 --clear-groups env TLS_GID=1236 "$T/tlsd" -d sh -c 'ps -o ppid= $$'
	is "$($CLIENT clear "$PORT" "" | tr -d ' ') $(grep -c 'cannot become TLS_GID' "$LOG")" "$SERVER 1" \
		"under -d, too, and then does not stay"
else
	skip "privileges" "this needs root"
fi

# --- What is negotiated ---
serve saca-tlsd cat
talk() { # ARGUMENT...: openssl s_client's account of a session
	printf 'Q\n' | openssl s_client -connect "127.0.0.1:$PORT" "$@" 2>&1
}
out=$(talk -groups P-256:X25519)
like "$out" 'Server Temp Key: X25519' "X25519 is preferred, whatever the client's order"
like "$(talk -groups P-256)" 'Temp Key: ECDH, prime256v1' "a client with P-256 only is served"
like "$(talk -groups X25519)" 'Temp Key: X25519' "a client with X25519 only is served"
if grep -qw aes /proc/cpuinfo; then first=ECDHE-ECDSA-AES128-GCM-SHA256; else first=ECDHE-ECDSA-CHACHA20-POLY1305; fi
suites=ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256
like "$(talk -cipher $suites)" "Cipher is $first" "the server's order of suites holds"
for suite in ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305; do
	like "$(talk -cipher $suite)" "Cipher is $suite" "$suite works"
done
like "$(talk -cipher ECDHE-ECDSA-AES128-SHA:AES128-SHA)" 'Cipher is \(NONE\)' "no suite without AEAD"
like "$(talk -alpn h2,http/1.1)" 'No ALPN negotiated' "ALPN is ignored"
like "$(talk)" 'Secure Renegotiation IS supported' "RFC 5746 is spoken"
out=$( (printf 'R\n'; await 5 grep -q 'RENEG' "$T/reneg"; sleep 0.3; printf 'Q\n') |
	openssl s_client -connect "127.0.0.1:$PORT" 2>&1 | tee "$T/reneg")
like "$out" 'no renegotiation|:no_renegotiation' "the client's wish to renegotiate is refused"
like "$($CLIENT version "$PORT" 1.1)" 'VERSION' "TLS 1.1 is refused"
like "$($CLIENT version "$PORT" 1.0)" 'VERSION' "so is TLS 1.0"
is "$($CLIENT alert "$PORT" "TLS 1.1 hello")" "2 70" "with protocol_version"
is "$($CLIENT alert "$PORT" "no suite in common")" "2 40" "no common suite: handshake_failure"
await 5 quiet
like "$(cat "$LOG")" '^saca-tlsd: 127.0.0.1: handshake failed: alert sent: protocol version$' "which is logged"

serve saca-tlsd -m 1.0 cat
is "$($CLIENT version "$PORT" 1.0)" "TLSv1 ECDHE-ECDSA-AES128-SHA" "-m 1.0 lets TLS 1.0 in"
is "$($CLIENT version "$PORT" 1.1)" "TLSv1.1 ECDHE-ECDSA-AES128-SHA" "and TLS 1.1"
like "$($CLIENT version "$PORT" 1.2)" "^TLSv1.2 .*(GCM|CHACHA)" "and TLS 1.2 stays as it is"
serve saca-tlsd -m 1.1 -c rsa.crt -k rsa.key cat
is "$($CLIENT version "$PORT" 1.1)" "TLSv1.1 ECDHE-RSA-AES128-SHA" "with an RSA key too"
like "$($CLIENT version "$PORT" 1.0)" 'VERSION' "-m 1.1 refuses TLS 1.0"
serve saca-tlsd -q cat
$CLIENT starts "$PORT" >/dev/null
await 5 quiet
is "$(cat "$LOG")" "" "-q says nothing of clients"

# --- Certificates by name ---
cat rsa.key rsa.crt >both.pem
serve env CERTFILE:other.example="$T/other.crt" KEYFILE:other.example="$T/other.key" \
	CERTFILE:rsa.example="$T/both.pem" saca-tlsd cat
like "$(talk -servername other.example)" 'subject=CN = other.example' "a certificate by name"
like "$(talk -servername OTHER.example)" 'subject=CN = other.example' "in whatever case"
like "$(talk -servername rsa.example)" 'subject=CN = rsa.example' "key and certificate in one file"
like "$(talk -servername elsewhere.example)" 'subject=CN = localhost' "another name gets the nameless one"
like "$(talk -noservername)" 'subject=CN = localhost' "so does no name"
like "$(talk -servername rsa.example -cipher ECDHE-ECDSA-AES128-GCM-SHA256)" 'subject=CN = localhost' \
	"so does a client that cannot use the name's kind of key"
cp other.crt ec.crt && cp other.key ec.key
like "$(talk -noservername)" 'subject=CN = other.example' "a renewed certificate needs no restart"
serve env -u CERTFILE -u KEYFILE CERTFILE:rsa.example="$T/both.pem" saca-tlsd cat
like "$(talk -servername rsa.example)" 'subject=CN = rsa.example' "names alone will do"
like "$(talk -noservername)" 'alert handshake failure' "and then no other name is served"
serve env CERTFILE:a.example="$T/other.crt" KEYFILE:a.example="$T/other.key" saca-tlsd sh look
like "$(printf '' | openssl s_client -connect 127.0.0.1:"$PORT" -servername a.example -ign_eof 2>&1)" \
	'^SSL_TLS_SNI_SERVERNAME=a.example' "the name is told to the program"
like "$(printf '' | openssl s_client -connect 127.0.0.1:"$PORT" -servername 'a=b;c' -ign_eof 2>&1)" \
	'^SSL_PROTOCOL=' "a name that is none is no error"
unlike "$(printf '' | openssl s_client -connect 127.0.0.1:"$PORT" -servername 'a=b;c' -ign_eof 2>&1)" \
	'^SSL_TLS_SNI' "but is not told"
certificate ec2 P-256 localhost
serve saca-tlsd -c ec2.crt -k other.key cat
talk >/dev/null
await 5 quiet
like "$(cat "$LOG")" '^saca-tlsd: other.key is not the key of the certificate' \
	"another EC key is named when a client complains"

# A chain longer than a record.
for i in 1 2 3 4 5 6 7 8; do cat rsa.crt; done >long.crt
serve saca-tlsd -c long.crt -k rsa.key cat
is "$($CLIENT echo "$PORT")" hello "a chain of several records"
for bits in 1024 3072 4096; do
	certificate rsa$bits rsa:$bits localhost
	serve saca-tlsd -c rsa$bits.crt -k rsa$bits.key cat
	like "$(talk -cipher DEFAULT@SECLEVEL=0)" 'Cipher is ECDHE-RSA' "RSA of $bits bits"
done
for curve in P-384 P-521; do
	certificate $curve $curve localhost
	serve saca-tlsd -c $curve.crt -k $curve.key cat
	is "$($CLIENT echo "$PORT")" hello "EC on $curve"
done
openssl rsa -in rsa.key -traditional -out pkcs1.key 2>/dev/null
serve saca-tlsd -c rsa.crt -k pkcs1.key cat
is "$($CLIENT echo "$PORT")" hello "a key in PKCS#1"
openssl ec -in other.key -out sec1.key 2>/dev/null
serve saca-tlsd -c other.crt -k sec1.key cat
is "$($CLIENT echo "$PORT")" hello "a key in SEC 1"
done_testing
