#!/bin/sh
# saca-proxy: it reads the header only, sets the variables, and refuses other connections.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
unset REMOTE_ADDR SSLREMOTEIP SSL6REMOTEIP SSL_PROTOCOL

# The program after saca-proxy prints its variables and the rest of the input.
cat >"$T/show" <<'END'
#!/bin/sh
for v in PROTO TCPREMOTEIP TCPREMOTEPORT TCPREMOTEHOST TCPREMOTEINFO TCPLOCALIP TCPLOCALPORT TCPLOCALHOST \
	REMOTE_ADDR SSLREMOTEIP SSL6REMOTEIP SSL_PROTOCOL; do
	eval "[ -z \"\${$v+x}\" ] || echo \"$v=\$$v\""
done
cat
END
chmod +x "$T/show"

# proxy OPTION...: runs it with the variables of a TCP server
proxy() {
	env PROTO=TCP TCPREMOTEIP=10.0.0.1 TCPREMOTEPORT=999 TCPREMOTEHOST=lb.example.com \
		TCPREMOTEINFO=lb TCPLOCALIP=10.0.0.2 TCPLOCALPORT=58700 TCPLOCALHOST=here.example.com \
		saca-proxy "$@" "$T/show" 2>&1
}
changed='PROTO=TCP
TCPREMOTEIP=192.0.2.1
TCPREMOTEPORT=12345
TCPLOCALIP=198.51.100.2
TCPLOCALPORT=58700'
kept='PROTO=TCP
TCPREMOTEIP=10.0.0.1
TCPREMOTEPORT=999
TCPREMOTEHOST=lb.example.com
TCPREMOTEINFO=lb
TCPLOCALIP=10.0.0.2
TCPLOCALPORT=58700
TCPLOCALHOST=here.example.com'
V2='\r\n\r\n\000\r\nQUIT\n'
ENDS='\300\000\002\001\306\063\144\002\060\071\345\114'
TLS='\040\000\017\001\000\000\000\000\041\000\007TLSv1.3'

# --- headers
out=$(printf 'PROXY TCP4 192.0.2.1 198.51.100.2 12345 58700\r\nEHLO x\nQUIT\n' | proxy)
is "$? $out" "0 $changed
EHLO x
QUIT" "version 1: the variables of the balancer are replaced, and the rest can be read"
out=$(printf "$V2"'\041\021\000\014'"$ENDS"'EHLO x\nQUIT\n' | proxy)
is "$? $out" "0 $changed
EHLO x
QUIT" "version 2: the variables of the balancer are replaced, and the rest can be read"
out=$(printf 'PROXY TCP6 2001:DB8:0::1 ::ffff:198.51.100.2 1 2\r\n' | proxy)
like "$out" '^TCPREMOTEIP=2001:db8::1$' "saca-proxy writes an IPv6 address in its short form"
like "$out" '^TCPLOCALIP=198\.51\.100\.2$' "saca-proxy writes a mapped IPv4 address as IPv4"
out=$(printf 'PROXY UNKNOWN\r\nrest' | proxy)
is "$? $out" "0 $kept
rest" "UNKNOWN changes no variables"
out=$(printf "$V2"'\040\000\000\000rest' | proxy)
is "$? $out" "0 $kept
rest" "LOCAL changes no variables"
out=$(printf 'PROXY TCP4 192.0.2.1 198.51.100.2 12345 58700\r\n' |
	REMOTE_ADDR=10.0.0.1 REMOTE_PORT=9 PROTO=SSL SSLREMOTEIP=10.0.0.1 saca-proxy "$T/show")
is "$out" "PROTO=SSL
SSLREMOTEIP=192.0.2.1" "with PROTO=SSL the names begin with SSL, and the variables of systemd are unset"

# sslserver sets SSL6 if it listens on IPv6.
# six HEADER: prints the variables that a program gets under sslserver with IPv6
six() { printf '%b' "$1" | PROTO=SSL6 SSLREMOTEIP=fe80::1 SSL6REMOTEIP=fe80::1 saca-proxy "$T/show"; }
is "$(six 'PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n')" "PROTO=SSL6
SSLREMOTEIP=2001:db8::1
SSL6REMOTEIP=2001:db8::1" "saca-proxy keeps SSL6 for an IPv6 client, and sets both variables"
is "$(six 'PROXY TCP4 192.0.2.1 198.51.100.2 12345 58700\r\n')" "PROTO=SSL
SSLREMOTEIP=192.0.2.1" "SSL6 becomes SSL for an IPv4 client"
is "$(six 'PROXY UNKNOWN\r\n')" "PROTO=SSL6
SSLREMOTEIP=fe80::1
SSL6REMOTEIP=fe80::1" "UNKNOWN keeps SSL6 and both variables"

# --- one octet at a time, and all at once
whole='PROXY TCP4 192.0.2.1 198.51.100.2 12345 58700\r\nrest'
out=$(python3 - "$whole" <<'END' | proxy
import os, sys, time
for c in sys.argv[1].encode().decode("unicode_escape").encode():
	os.write(1, bytes([c]))
	time.sleep(0.001)
END
)
is "$out" "$changed
rest" "saca-proxy reads a header that comes octet by octet"

# --- TLS at the balancer
out=$(printf "$V2"'\041\021\000\036'"$ENDS$TLS" | proxy)
is "$? $out" "0 $changed" "saca-proxy without -s does not set SSL_PROTOCOL"
out=$(printf "$V2"'\041\021\000\036'"$ENDS$TLS" | proxy -s)
is "$? $out" "0 $changed
SSL_PROTOCOL=TLSv1.3" "-s sets SSL_PROTOCOL from the header"
out=$(printf "$V2"'\041\021\000\014'"$ENDS" | SSL_PROTOCOL=old proxy -s)
is "$? $out" "0 $changed" "saca-proxy -s unsets SSL_PROTOCOL if the client does not use TLS"

# --- refused connections: one line, exit 1, and the program does not run
# refused FORMAT REASON: tests that printf FORMAT as a header is refused for REASON
refused() {
	# shellcheck disable=SC2059 # it is a format
	out=$(printf "$1" | proxy)
	is "$? $out" "1 saca-proxy: 10.0.0.1: refused: $2" "saca-proxy exits 1 with the reason: $2"
}
refused 'EHLO x\r\n' 'no PROXY header'
refused '' 'no PROXY header'
refused 'PROXY TCP4 192.0.2.1 198.51' 'the header ends too early'
refused 'PROXY TCP4 192.0.2.1\r\n' 'malformed line'
refused 'PROXY TCP4 192.0.2.300 1.2.3.4 1 2\r\n' 'malformed address'
refused 'PROXY TCP4 192.0.2.3 1.2.3.4 1 99999\r\n' 'malformed port'
refused 'PROXY UNIX4 192.0.2.3 1.2.3.4 1 9\r\n' 'unknown family or protocol'
refused "$V2"'\061\021\000\014'"$ENDS" 'unknown version'
refused "$V2"'\041\021\000\013'"$ENDS" 'addresses missing'
refused "$V2"'\041\021\377\377'"$ENDS" 'header too long'
refused "$V2"'\041\021\000\020'"$ENDS"'\001\000\007x' 'malformed field after the addresses'
refused "$V2"'\041\021\000\023'"$ENDS"'\003\000\004\000\000\000\000' 'wrong checksum'
out=$(printf 'EHLO x\r\n' | proxy -q)
is "$? $out" "1 " "saca-proxy -q logs no refused connections"

mkfifo "$T/slow"
background sh -c 'exec >"$1"; printf "PROXY TCP4 1"; exec sleep 60' sh "$T/slow"
before=$(date +%s)
out=$(proxy -t 1 <"$T/slow")
is "$? $out" "1 saca-proxy: 10.0.0.1: refused: timed out" "saca-proxy -t 1 refuses a header that is not complete after a second"
[ $(($(date +%s) - before)) -le 5 ]
ok $? "saca-proxy -t 1 ends after a second without a header"

# --- misuse
for o in '-t 0' '-t 1x' '-t 99999' '-t' '-z'; do
	# shellcheck disable=SC2086
	out=$(saca-proxy $o true </dev/null 2>&1)
	is $? 100 "saca-proxy exits 100: options $o"
done
saca-proxy </dev/null 2>/dev/null
is $? 100 "saca-proxy exits 100 without a program"
printf 'PROXY UNKNOWN\r\n' | saca-proxy "$T/none" 2>/dev/null
is $? 111 "saca-proxy exits 111 if the program cannot be run"

# --- with saca-smtpd
cat >"$T/session" <<'END'
EHLO x
AUTH PLAIN AGEuYgBj
QUIT
END
out=$({ printf 'PROXY TCP4 192.0.2.1 198.51.100.2 12345 58700\r\n'; cat "$T/session"; } |
	env -u PROTO -u TCPREMOTEIP saca-proxy saca-smtpd -A -p -d 0 false -- true 2>&1)
like "$out" '^221 ' "saca-proxy leaves the dialogue to saca-smtpd"
like "$out" 'ip=192\.0\.2\.1 .*verdict=auth-failed' "saca-smtpd logs the address of the PROXY header"

hello() { { printf "$V2"'\041\021\000\036'"$ENDS$TLS"; printf 'EHLO x\nQUIT\n'; } | saca-proxy "$@" saca-smtpd -A false -- true 2>&1; }
unlike "$(hello)" '^250.AUTH' "saca-smtpd after saca-proxy without -s offers no login"
like "$(hello -s)" '^250.AUTH' "saca-smtpd after saca-proxy -s offers login if the balancer did TLS"

for proto in SSL SSL6; do
	for end in 'TCP4 192.0.2.1 192.0.2.2' 'TCP6 2001:db8::1 2001:db8::2'; do
		out=$({ printf 'PROXY %s 1 2\r\n' "$end"; cat "$T/session"; } | PROTO=$proto SSL6REMOTEIP=fe80::1 \
			saca-proxy saca-smtpd -A -d 0 false -- true 2>&1)
		like "$out" '^250.AUTH' "saca-smtpd under PROTO=$proto offers a login: $end"
		ip=${end#* } ip=${ip%% *}
		like "$out" "ip=$ip " "saca-smtpd under PROTO=$proto logs the client: $end"
	done
done

# --- a real balancer
# behind_haproxy SEND-PROXY: tests saca-proxy with a HAProxy that has this option
behind_haproxy() {
	front=$(free_port)
	from=$(free_port)
	cat >"$T/$1.cfg" <<-END
		defaults
			mode tcp
			timeout connect 5s
			timeout client 5s
			timeout server 5s
		listen t
			bind 127.0.0.1:$front
			server one 127.0.0.1:$back $1
	END
	background env LD_LIBRARY_PATH="$libraries" haproxy -q -db -f "$T/$1.cfg"
	await 10 listening "$front"
	out=$(printf 'hello\n' | nc -N -s 127.0.0.2 -p "$from" 127.0.0.1 "$front")
	is "$out" "PROTO=TCP
TCPREMOTEIP=127.0.0.2
TCPREMOTEPORT=$from
TCPLOCALIP=127.0.0.1
TCPLOCALPORT=$front
hello" "saca-proxy reads the header of haproxy with $1"
}
libraries=
case $(command -v haproxy) in "$FETCHED"/*) libraries=$(echo "$FETCHED"/usr/lib/*-linux-gnu*) ;; esac
if command -v haproxy >/dev/null && command -v tcpserver >/dev/null; then
	back=$(free_port)
	background tcpserver -DRHl0 127.0.0.1 "$back" saca-proxy -t 5 "$T/show" 2>"$T/log"
	await 10 listening "$back"
	behind_haproxy send-proxy
	behind_haproxy send-proxy-v2
	behind_haproxy 'send-proxy-v2 proxy-v2-options crc32c,unique-id,authority,ssl'
else
	skip "saca-proxy reads the header of haproxy" "haproxy or tcpserver is not installed"
fi

done_testing
