#!/bin/sh
# saca-tlsd with clients that break the protocol, stop, or vanish: it does not hang, uses no
# processor time, and leaves no process.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/tls.sh"
cd "$T" || exit 1
certificate ec P-256 localhost
export CERTFILE="$T/ec.crt" KEYFILE="$T/ec.key"

serve saca-tlsd -t 20 cat
is "$($CLIENT echo "$PORT")" hello "saca-tlsd carries octets to its program and back"
is "$($CLIENT chopped "$PORT")" octets "a session works with every octet in its own packet"
is "$($CLIENT small "$PORT")" same "a session works with records of one octet"
is "$($CLIENT large "$PORT")" same "the largest records go both ways at once"
is "$($CLIENT starts "$PORT")" "26 starts, bad: none" "saca-tlsd closes the connection after every malformed start of TLS"
is "$($CLIENT cut "$PORT" ${WRAPPED:+29})" "cuts fine" "saca-tlsd ends when the session is cut at any octet" # under valgrind, at some octets
await 5 quiet
ok $? "no process is left after malformed and cut sessions"
saca-tlsd -M 100 -S cache
serve saca-tlsd -S "$T/cache" cat
is "$($CLIENT flights "$PORT")" "2 1" "ChangeCipherSpec and Finished are sent in one write, full and resumed"
is "$($CLIENT split "$PORT" 16384)" resumed "a session is resumed with a ClientHello in one record"
is "$($CLIENT split "$PORT" 20)" resumed "a session is resumed with a ClientHello in records of 20 octets"
is "$($CLIENT split "$PORT" 1)" resumed "a session is resumed with a ClientHello in records of one octet"
is "$($CLIENT split "$PORT" 1 chop)" resumed "a session is resumed with records of one octet, each octet in its own packet"
is "$($CLIENT split "$PORT" 3 chop)" resumed "a session is resumed with records of three octets, each octet in its own packet"
is "$($CLIENT split "$PORT" 20 "" b.example)" full "a ClientHello in many records does not resume under another server name"
is "$($CLIENT padded "$PORT" 12000 16384)" resumed "a session is resumed with a ClientHello of 12000 octets"
is "$($CLIENT padded "$PORT" 12000 1000)" resumed "a session is resumed with a ClientHello of 12000 octets in records of 1000"
is "$($CLIENT padded "$PORT" 40000 1000)" "full" "a ClientHello of 40000 octets gets a full handshake"
is "$($CLIENT padded "$PORT" 12000 1)" "full" "a ClientHello of 72000 octets on the wire gets a full handshake"
is "$($CLIENT hurried "$PORT" text)" "True True " "octets sent together with Finished are not lost"
is "$($CLIENT hurried "$PORT" "$(printf '%030000d' 7)")" "True True " "30000 octets sent together with Finished are not lost"
SERVE=-1RHl0
serve saca-tlsd sh -c 'echo hello; exec cat'
SERVE=
is "$($CLIENT prompt "$PORT" 30)" prompt "saca-tlsd sets TCP_NODELAY if the caller has not"
is "$($CLIENT pipes saca-tlsd cat)" "through pipes 0" "saca-tlsd serves a client on pipes"

# --- Deadlines ---
serve saca-tlsd -t 1 touch "$T/ran"
is "$($CLIENT silent "$PORT")" closed "saca-tlsd closes after -t seconds without a handshake"
is "$($CLIENT half_way "$PORT")" closed "saca-tlsd closes after -t seconds in the middle of a handshake"
await 5 quiet
like "$(cat "$LOG")" '^saca-tlsd: 127.0.0.1: handshake failed: timed out$' "saca-tlsd logs that a handshake timed out"
[ ! -e "$T/ran" ]
ok $? "saca-tlsd does not run its program after a handshake that timed out"
await 5 quiet
ok $? "no process is left after handshakes that timed out"

# --- Ends ---
serve saca-tlsd sh -c 'read x; echo "got $x"; exec cat >/dev/null'
is "$($CLIENT tcp_eof "$PORT" 'one\ntwo\n')" "got one" "saca-tlsd sends the program's output after the client has ended its side of TCP"
await 5 quiet
ok $? "the program of saca-tlsd reads an end of file when the client ends its side of TCP"
serve saca-tlsd sh -c 'cat >"$1/received"; echo late; echo done >"$1/ended"' sh "$T"
is "$($CLIENT close_early "$PORT" 'all of it\n')" closed "saca-tlsd answers close_notify at once"
await 5 [ -s "$T/ended" ]
is "$(cat "$T/received")" "all of it" "the program of saca-tlsd gets all octets before close_notify, and may go on writing"
serve saca-tlsd sh -c 'exec <&-; echo bye'
is "$($CLIENT farewell "$PORT" "$(printf '%0100d' 0)")" "bye closed" \
	"all output of a program that ends with unread input is sent"
serve saca-tlsd head -c 3000000 /dev/zero
is "$($CLIENT farewell "$PORT" | tr -d '\0' | tail -c 7)" closed "3 MB of output are sent after the program has ended"
serve saca-tlsd sh -c 'sleep 1000 <&- >&- 2>&- & echo $! >"$1/sleeper"; echo bye' sh "$T"
is "$($CLIENT farewell "$PORT")" "bye closed" "a child that the program leaves running does not hold the session"
kill "$(cat sleeper)"

# --- No busy loop, no process left ---
# costs_no_time NAME: tests that the server uses less than 200 ms of processor time in a second
costs_no_time() {
	if [ -n "$WRAPPED" ]; then
		skip "$1" "valgrind takes longer to come to rest"
		return
	fi
	before=$(ticks)
	sleep 1
	after=$(ticks)
	[ $((after - before)) -lt 20 ]
	ok $? "$1" "$before to $after"
}
serve saca-tlsd sleep 1000
$CLIENT glutton "$PORT" "$T/stay2" >"$T/glutton" &
await 20 [ -e "$T/stay2" ]
costs_no_time "a program that does not read uses no processor time"
rm -f stay2
wait $!
kill $(children $(children "$SERVER")) 2>/dev/null
await 5 quiet
ok $? "a session ends when its program, which does not read, ends"

serve saca-tlsd head -c 50000000 /dev/zero
$CLIENT deaf "$PORT" "$T/stay3" >"$T/deaf" &
await 20 [ -e "$T/stay3" ]
costs_no_time "a client that does not read uses no processor time"
rm -f stay3
wait $!
await 5 quiet
ok $? "the program and the TLS process end when a client that does not read vanishes"

serve saca-tlsd cat
$CLIENT hold "$PORT" 20 "$T/stay4" >"$T/held" &
await 30 [ -e "$T/stay4" ]
costs_no_time "twenty idle sessions use no processor time"
is "$($CLIENT echo "$PORT")" hello "saca-tlsd serves a client beside twenty idle sessions"
tlsd=$(children "$SERVER")
tlsd=${tlsd%% *}
prog=$(children "$tlsd")
kill -KILL "$tlsd"
await 5 sh -c "! kill -0 $prog"
ok $? "the program of saca-tlsd ends when its TLS process is killed"
rm -f stay4
wait $!
await 5 quiet
ok $? "idle sessions end with their clients"

# The program has ended and the client does not read. The output of the first program fits into the
# buffers of the network, that of the second does not.
serve saca-tlsd sh -c 'head -c 200000 /dev/zero; kill -KILL $$'
$CLIENT deaf "$PORT" "$T/stay5" >"$T/deaf2" &
deaf=$! first=$SERVER
serve saca-tlsd timeout -s KILL 1 head -c 50000000 /dev/zero
$CLIENT deaf "$PORT" "$T/stay6" >"$T/deaf3" &
await 20 [ -e "$T/stay5" ]
await 20 [ -e "$T/stay6" ]
await 25 quiet "$first"
ok $? "saca-tlsd ends a few seconds after the program if the client does not read"
await 25 quiet
ok $? "saca-tlsd ends a few seconds after the program if much output is unread"
rm -f stay5 stay6
wait "$deaf" $!
done_testing
