#!/bin/sh
# UCSPI-TLS: saca-tlsd -d around another program, saca-smtpd under another wrapper, and both together
# with real clients.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/tls.sh"
. "$TOP/t/lib/message.sh"
cd "$T" || exit 1
certificate ec P-256 localhost
export CERTFILE="$T/ec.crt" KEYFILE="$T/ec.key"
UCSPI="python3 $TOP/t/tls/ucspi.py" WRAPPER="python3 $TOP/t/tls/wrapper.py"
cat >starttls.py <<'END'
import socket, ssl, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
print(s.recv(100).decode().strip())
s.sendall(b"now\n")
print(s.recv(100).decode().strip())
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
s = c.wrap_socket(s, server_hostname="a.example")
f = s.makefile("rwb")
print(f.readline().decode().strip())
f.write(b"hello\n")
f.flush()
print(f.readline().decode().strip())
END

# --- saca-tlsd -d around another program ---
serve saca-tlsd -d $UCSPI y
out=$(python3 starttls.py "$PORT")
is "$out" "clear 3
go
secret
HELLO" "saca-tlsd -d starts TLS when the program sends y"
await 5 quiet
ok $? "no process is left after a session with TLS on demand"
serve env SSL_CIPHER=inherited SSL_PROTOCOL=inherited saca-tlsd -d $UCSPI Y
out=$(python3 starttls.py "$PORT")
like "$out" '^SSL_PROTOCOL=TLSv1.2 SSL_CIPHER=ECDHE-ECDSA-[A-Z0-9-]* SSL_TLS_SNI_SERVERNAME=a.example  secret$' \
	"the program gets the TLS variables when it sends Y"
like "$out" '^HELLO$' "the program reads through TLS after it has asked for it with Y"
serve saca-tlsd -d sh -c 'env | grep -E "^(SSL[CRW]|SSL_PROT|SSL_CIPH|SSL_TLS|UCSPITLS|CERTFILE|KEYFILE)" | sed "s/=[0-9][0-9]*$/=number/" | sort; exit 4'
is "$($CLIENT clear "$PORT" '')" "SSLCTLFD=number
SSLREADFD=number
SSLWRITEFD=number
UCSPITLS=" "saca-tlsd -d sets the variables of UCSPI-TLS and no others"
serve sh -c 'saca-tlsd -d "$@"; echo "code $?" >&2' sh $UCSPI none
$CLIENT clear "$PORT" '' >/dev/null
await 5 grep -q code "$LOG"
is "$(cat "$LOG")" "code 5" "saca-tlsd -d exits with the code of a program that does not ask for TLS"
serve saca-tlsd -d $UCSPI late
$CLIENT clear "$PORT" 'now\n' >/dev/null
await 5 quiet
like "$(cat "$LOG")" 'warning: unknown command' "saca-tlsd logs an unknown command on the control socket"
serve saca-tlsd -d -t 1 $UCSPI Y
is "$($CLIENT clear "$PORT" 'now\nEHLO x\n')" "clear 3
go" "clear text instead of a handshake gets no answer"
await 5 quiet
ok $? "clear text instead of a handshake ends the session"

# --- saca-smtpd under saca-tlsd ---
hash=$(openssl passwd -6 -salt sal secreto)
cat >accounts <<END
plan   acme
user   victor.acme  $hash
sender acme         remitente@dominio.com
END
mkdir acc && saca-accounts acc <accounts || exit 1
campaign | sed '/^Message-ID/d' >message # each copy is a send of its own
SMTPD="saca-smtpd -h api.example.com -b teenvio.com -a $T/acc/senders.cdb
	saca-checkpassword $T/acc/passwords.cdb -- saca-mime saca-spool $T/spool"
sends() { grep -l '^X-Saca-Send:' spool/new/* 2>/dev/null | wc -l; }
COUNT=0
sent() { # NAME: tests that the spool has one more message
	COUNT=$((COUNT + 1))
	is "$(sends)" "$COUNT" "$1"
}

serve saca-tlsd -d $SMTPD
CLEAR=$PORT CLEARLOG=$LOG CLEARD=$SERVER
serve saca-tlsd -S "$T/cache" $SMTPD
like "$($CLIENT farewell "$PORT" 'QUIT\r\n'; cat "$LOG")" 'warning: unable to open session cache .*/cache: No such file' \
	"saca-tlsd logs a missing cache and serves"
serve saca-tlsd $SMTPD
SMTPS=$PORT SMTPSLOG=$LOG
login="--auth LOGIN --auth-user victor.acme --auth-password secreto"
mail="--from remitente@dominio.com --data $T/message"
if command -v swaks >/dev/null; then
	swaks --server "127.0.0.1:$CLEAR" --tls $login $mail --to a@b.es >swaks.log 2>&1
	sent "swaks sends with STARTTLS" || sed 's/^/# /' swaks.log
	swaks --server "127.0.0.1:$SMTPS" --tlsc $login $mail --to b@b.es >swaks.log 2>&1
	sent "swaks sends with implicit TLS" || sed 's/^/# /' swaks.log
else
	skip "swaks sends with STARTTLS and implicit TLS" "swaks is not installed"
fi
if command -v curl >/dev/null; then
	curl -sSk --ssl-reqd "smtp://127.0.0.1:$CLEAR" --user victor.acme:secreto \
		--mail-from remitente@dominio.com --mail-rcpt c@b.es -T message >curl.log 2>&1
	sent "curl sends with STARTTLS" || sed 's/^/# /' curl.log
	curl -sSk "smtps://127.0.0.1:$SMTPS" --user victor.acme:secreto \
		--mail-from remitente@dominio.com --mail-rcpt d@b.es -T message >curl.log 2>&1
	sent "curl sends with implicit TLS" || sed 's/^/# /' curl.log
else
	skip "curl sends with STARTTLS and implicit TLS" "curl is not installed"
fi
cat >mail.py <<'END'
import smtplib, ssl, sys
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
port, how = int(sys.argv[1]), sys.argv[2]
s = smtplib.SMTP_SSL("127.0.0.1", port, context=c) if how == "at once" else smtplib.SMTP("127.0.0.1", port)
if how != "at once":
    s.starttls(context=c)
s.login("victor.acme", "secreto")
s.sendmail("remitente@dominio.com", [how[:2] + "@b.es"], open(sys.argv[3], "rb").read())
s.quit()
END
python3 mail.py "$CLEAR" STARTTLS message
sent "Python sends with STARTTLS"
python3 mail.py "$SMTPS" "at once" message
sent "Python sends with implicit TLS"
# openssl s_client starts TLS, then sends our lines. Lines that begin with R or Q are its own commands.
{
	printf 'EHLO x\nAUTH PLAIN %s\n' "$(printf '\0victor.acme\0secreto' | base64)"
	printf 'MAIL FROM:<remitente@dominio.com>\nrcpt to:<e@b.es>\nDATA\n'
	cat message
	printf '.\nquit\n'
} >session
through_openssl() { # PORT OPTIONS: runs openssl s_client until the server closes
	mkfifo pipe
	openssl s_client -quiet -crlf -connect "127.0.0.1:$1" $2 <pipe >openssl.log 2>&1 &
	exec 9>pipe
	cat session >&9
	await 10 grep -q '^221' openssl.log
	exec 9>&-
	wait $!
	rm pipe
}
through_openssl "$CLEAR" "-starttls smtp"
sent "openssl s_client sends with STARTTLS" || sed 's/^/# /' openssl.log
through_openssl "$SMTPS" ""
sent "openssl s_client sends with implicit TLS" || sed 's/^/# /' openssl.log
is "$(grep -c 'verdict=ok.*tls=TLSv1.2' "$CLEARLOG" "$SMTPSLOG" | sed 's/.*://' | tr '\n' ' ')" "4 4 " \
	"all messages are logged with tls=TLSv1.2"
like "$($CLIENT clear "$CLEAR" 'EHLO x\r\nAUTH LOGIN\r\nQUIT\r\n')" '^538 ' "AUTH without TLS gets 538"
like "$($CLIENT clear "$CLEAR" 'EHLO x\r\nQUIT\r\n')" '^250-STARTTLS' "EHLO without TLS offers STARTTLS"
printf 'EHLO x\r\nSTARTTLS\r\nQUIT\r\n' >again
out=$($CLIENT dialogue "$SMTPS" again)
unlike "$out" '^250-STARTTLS' "EHLO under TLS does not offer STARTTLS"
like "$out" '^503 ' "STARTTLS under TLS gets 503"
like "$out" '^closed$' "saca-tlsd sends close_notify after QUIT"
out=$($CLIENT dialogue "$CLEAR" again STARTTLS)
like "$out" '^503 ' "a second STARTTLS gets 503"

# --- The document's PHP example, which sends LF ---
for how in at-once STARTTLS; do
	[ $how = STARTTLS ] && port=$CLEAR || port=$SMTPS
	out=$($CLIENT dialogue "$port" "$TOP/t/smtp/dialogue/php-example.smtp" $how)
	like "$out" '^250 AUTH LOGIN PLAIN$' "the PHP example of the document works over TLS, $how"
	like "$out" '^221 ' "the PHP example of the document reaches QUIT, $how"
done

# --- A connection that ends in the middle of a body ---
before=$(sends)
head=$(printf 'EHLO x\\r\\nAUTH PLAIN %s\\r\\nMAIL FROM:<remitente@dominio.com>\\r\\nRCPT TO:<f@b.es>\\r\\n' \
	"$(printf '\0victor.acme\0secreto' | base64)")
body=$(sed 's/$/\\r\\n/' message | tr -d '\n')
$CLIENT tcp_eof "$SMTPS" "${head}DATA\\r\\n$body" >cut.log
like "$(cat cut.log)" '^354 ' "DATA gets 354 before the connection of a cut session ends"
$CLIENT tcp_eof "$SMTPS" "${head}BDAT 1000 LAST\\r\\n$body" >/dev/null
$CLIENT tcp_eof "$SMTPS" "${head}DATA\\r\\n$body." >/dev/null
$CLIENT close_early "$SMTPS" "${head}DATA\\r\\n$body" >/dev/null
await 10 quiet
is "$(sends)" "$before" "a body without its end makes no message"

# --- No certificate ---
serve env CERTFILE="$T/none" saca-tlsd -d $SMTPD
out=$($CLIENT clear "$PORT" 'EHLO x\r\nSTARTTLS\r\nNOOP\r\nQUIT\r\n')
like "$out" '^454 ' "STARTTLS without a certificate gets 454"
like "$out" '^221 ' "a session goes on after a STARTTLS that got 454"
is "$(grep -c "^saca-tlsd: warning: unable to read $T/none: No such file" "$LOG")" 1 "saca-tlsd -d logs a missing certificate once"
cat >offered.py <<'END'
import os, select
fds = [int(os.environ[v]) for v in ("SSLCTLFD", "SSLREADFD", "SSLWRITEFD")]
p = select.poll()
for fd in fds:
    p.register(fd, select.POLLIN)
ready = [fd for fd, what in p.poll(0) if what & select.POLLHUP and os.read(fd, 1) == b""]
print(os.getppid(), len(set(fds)), min(fds) >= 10, sorted(ready) == sorted(fds))
print(sorted(v for v in os.environ if v.startswith(("SSL", "CERT", "KEY", "TLS_", "UCSPI")) and "SSL_CERT" not in v))
links = {fd: os.readlink("/proc/self/fd/%d" % fd) for fd in range(3, 1000) if os.path.lexists("/proc/self/fd/%d" % fd)}
print([fd for fd in links if fd not in fds and "socket" in links[fd]])
END
serve env TLS_UID=1234 SSL_CIPHER=inherited CERTFILE:x.example="$T/none" saca-tlsd -d python3 "$T/offered.py"
is "$($CLIENT clear "$PORT" '')" "$SERVER 3 True True
['SSLCTLFD', 'SSLREADFD', 'SSLWRITEFD', 'UCSPITLS']
[]" "saca-tlsd -d without a certificate becomes the program, with closed sockets"
serve $SMTPD
out=$($CLIENT clear "$PORT" 'EHLO x\r\nSTARTTLS\r\nQUIT\r\n')
like "$out" '^502 ' "STARTTLS without a wrapper gets 502"
unlike "$out" '^250-STARTTLS' "EHLO without a wrapper does not offer STARTTLS"
serve env SSLCTLFD=3x SSLREADFD=4 SSLWRITEFD=5 sh -c '"$@"; echo "code $?" >&2' sh $SMTPD
$CLIENT clear "$PORT" 'QUIT\r\n' >/dev/null
await 5 grep -q code "$LOG"
like "$(cat "$LOG")" '^code 100$' "saca-smtpd exits 100 if SSLCTLFD is malformed"

# --- Clocks and ends ---
# shellcheck disable=SC2086
serve saca-tlsd -d -t 60 saca-smtpd -l 1 ${SMTPD#saca-smtpd}
cat >waiting.py <<'END'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
s.sendall(b"STARTTLS\r\n")
while s.recv(1000):
    pass
print("closed")
END
is "$(python3 waiting.py "$PORT" 2>&1)" closed "saca-smtpd -l ends a session that hangs in the handshake"
serve saca-tlsd -d $SMTPD
cat >stopped.py <<'END'
import os, smtplib, ssl, sys
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20)
s.starttls(context=c)
s.login("victor.acme", "secreto")
for command in "MAIL FROM:<remitente@dominio.com>", "RCPT TO:<a@x.es>", "DATA":
    code, text = s.docmd(command)
    print(code, end=" ")
s.send("Subject: x\r\n")
children = lambda p: open(f"/proc/{p}/task/{p}/children").read().split()
for wrapper in children(sys.argv[2]):
    dialogue = children(wrapper)
    os.kill(int(wrapper), 15)
    for p in dialogue:
        os.kill(int(p), 15)
print(s.getreply())
END
like "$(python3 stopped.py "$PORT" "$SERVER" 2>&1)" '^250 250 354 \(421, .*shutting down' "SIGTERM to all processes of a session gives the client a 421 under TLS"
await 5 quiet
like "$(cat "$LOG")" ' verdict=shutdown ' "SIGTERM in a body is logged as verdict=shutdown"

# --- saca-smtpd under another wrapper ---
printf 'EHLO x\r\nQUIT\r\n' >short
for form in two one socket; do
	serve $WRAPPER $form "$T/ec.crt" "$T/ec.key" $SMTPD
	out=$($CLIENT dialogue "$PORT" short STARTTLS 2>&1)
	like "$out" '^250 AUTH LOGIN PLAIN$' "saca-smtpd works under a wrapper of the form $form"
	like "$out" '^221 ' "a session under a wrapper of the form $form reaches QUIT"
done
serve env PROTO=SSL SSLREMOTEIP=127.0.0.1 $WRAPPER two "$T/ec.crt" "$T/ec.key" $SMTPD
like "$($CLIENT dialogue "$PORT" short STARTTLS 2>&1)" '^250 AUTH LOGIN PLAIN$' "saca-smtpd works under a wrapper that sets PROTO=SSL, as sslserver -n does"
serve env PROTO=SSL SSLREMOTEIP=127.0.0.1 SSLCTLFD=9 SSLREADFD=7 SSLWRITEFD=8 $SMTPD
out=$($CLIENT clear "$PORT" 'EHLO x\r\nSTARTTLS\r\nQUIT\r\n')
like "$out" '^503 ' "STARTTLS under the variables of an sslserver that is under TLS gets 503"
like "$out" '^221 ' "a session under the variables of an sslserver that is under TLS reaches QUIT"
serve $WRAPPER dead "$T/ec.crt" "$T/ec.key" $SMTPD
like "$($CLIENT clear "$PORT" 'EHLO x\r\nSTARTTLS\r\nQUIT\r\n')" '^454 ' "STARTTLS under a wrapper that has died gets 454"
for form in fails half; do
	serve $WRAPPER $form "$T/ec.crt" "$T/ec.key" $SMTPD
	$CLIENT dialogue "$PORT" short STARTTLS >out 2>&1
	unlike "$(cat out)" '^250|^221' "saca-smtpd sends nothing under a wrapper whose handshake ends with $form"
	await 5 quiet
	ok $? "no process is left under a wrapper whose handshake ends with $form"
done

# --- Two hundred idle sessions (ten under valgrind) ---
idle=200
[ -z "$WRAPPED" ] || idle=10
serve saca-tlsd $SMTPD
$CLIENT hold "$PORT" $idle "$T/stay" >held &
await 60 [ -e stay ]
pss=$(for p in $(descendants); do
	cat "/proc/$p/smaps_rollup" 2>/dev/null
done | awk '/^Pss:/ {n += $2} END {printf "%d\n", n / '$idle'}')
python3 mail.py "$PORT" "at once" message
sent "a client is served beside $idle idle sessions"
case $BIN$WRAPPED in
*/sanitize/* | *yes) skip "an idle session takes at most 170 KB" "the sanitizers, and valgrind, take more" ;;
*)
	[ "$pss" -gt 0 ] && [ "$pss" -le 170 ]
	ok $? "an idle session takes at most 170 KB ($pss)"
	;;
esac
rm -f stay
wait $!
is "$(cat held)" "held $idle" "all of $idle idle sessions get their greeting"
await 10 quiet
ok $? "all of $idle idle sessions end with their clients"
await 5 quiet "$CLEARD"
ok $? "no process of a server is left after its sessions"
done_testing
