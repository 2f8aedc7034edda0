#!/bin/sh
# saca-tlsd against clients that do what they should not, and against the end of things: no
# hang, no spinning, no orphan, nothing believed that did not come under TLS.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/tls.sh"
cd "$T" || exit 1
certificate ec P-256 localhost
export CERTFILE="$T/ec.crt" KEYFILE="$T/ec.key"

serve saca-tlsd -t 20 cat
is "$($CLIENT echo "$PORT")" hello "an echo"
is "$($CLIENT chopped "$PORT")" octets "every octet in a packet of its own"
is "$($CLIENT small "$PORT")" same "records of one octet"
is "$($CLIENT large "$PORT")" same "maximal records, both ways at once"
is "$($CLIENT starts "$PORT")" "26 starts, bad: none" "every malformed start is closed"
is "$($CLIENT cut "$PORT" ${WRAPPED:+29})" "cuts fine" "a session cut off at every octet" # under valgrind, at some
await 5 quiet
ok $? "nothing of all that is left running"
saca-tlsd -M 100 -S cache
serve saca-tlsd -S "$T/cache" cat
is "$($CLIENT flights "$PORT")" "2 1" "ChangeCipherSpec and Finished come in one piece, full and resumed"
is "$($CLIENT split "$PORT" 16384)" resumed "a session is resumed"
is "$($CLIENT split "$PORT" 20)" resumed "with a ClientHello in many records, too"
is "$($CLIENT split "$PORT" 1)" resumed "even in records of one octet"
is "$($CLIENT split "$PORT" 1 chop)" resumed "each octet of them in a packet of its own"
is "$($CLIENT split "$PORT" 3 chop)" resumed "records of three octets, likewise"
is "$($CLIENT split "$PORT" 20 "" b.example)" full "but not under another name"
is "$($CLIENT padded "$PORT" 12000 16384)" resumed "a ClientHello of 12000 octets is resumed"
is "$($CLIENT padded "$PORT" 12000 1000)" resumed "in many records, too"
is "$($CLIENT padded "$PORT" 40000 1000)" "full" "one of 40000 octets is served, but not resumed"
is "$($CLIENT padded "$PORT" 12000 1)" "full" "so is one that takes 72000 on the wire"
is "$($CLIENT hurried "$PORT" text)" "True True " "what comes together with Finished is not lost"
is "$($CLIENT hurried "$PORT" "$(printf '%030000d' 7)")" "True True " "however much it is"
SERVE=-1RHl0
serve saca-tlsd sh -c 'echo hello; exec cat'
SERVE=
is "$($CLIENT prompt "$PORT" 30)" prompt "no write waits for Nagle, even where the caller allows it"
is "$($CLIENT pipes saca-tlsd cat)" "through pipes 0" "it serves pipes as well as sockets"

# --- Deadlines ---
serve saca-tlsd -t 1 touch "$T/ran"
is "$($CLIENT silent "$PORT")" closed "a client that says nothing is hung up on"
is "$($CLIENT half_way "$PORT")" closed "so is one that stops half-way"
await 5 quiet
like "$(cat "$LOG")" '^saca-tlsd: 127.0.0.1: handshake failed: timed out$' "which is logged"
[ ! -e "$T/ran" ]
ok $? "the program never ran"
await 5 quiet
ok $? "nothing is left running"

# --- Ends ---
serve saca-tlsd sh -c 'read x; echo "got $x"; exec cat >/dev/null'
is "$($CLIENT tcp_eof "$PORT" 'one\ntwo\n')" "got one" "behind an end of TCP the program is still heard"
await 5 quiet
ok $? "and ends at its end of file"
serve saca-tlsd sh -c 'cat >"$1/received"; echo late; echo done >"$1/ended"' sh "$T"
is "$($CLIENT close_early "$PORT" 'all of it\n')" closed "close_notify is answered at once"
await 5 [ -s "$T/ended" ]
is "$(cat "$T/received")" "all of it" "the program gets all that came before, and may go on writing"
serve saca-tlsd sh -c 'exec <&-; echo bye'
is "$($CLIENT farewell "$PORT" "$(printf '%0100d' 0)")" "bye closed" \
	"a program that ends with input unread is heard to its last word"
serve saca-tlsd head -c 3000000 /dev/zero
is "$($CLIENT farewell "$PORT" | tr -d '\0' | tail -c 7)" closed "a long last word arrives"
serve saca-tlsd sh -c 'sleep 1000 <&- >&- 2>&- & echo $! >"$1/sleeper"; echo bye' sh "$T"
is "$($CLIENT farewell "$PORT")" "bye closed" "what the program leaves behind does not hold the session"
kill "$(cat sleeper)"

# --- Nobody spins, nobody stays ---
# costs_no_time NAME: of a second
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
costs_no_time "a program that does not read costs no time"
rm -f stay2
wait $!
kill $(for p in $(pgrep -P "$SERVER"); do pgrep -P "$p"; done) 2>/dev/null
await 5 quiet
ok $? "and its session ends with it"

serve saca-tlsd head -c 50000000 /dev/zero
$CLIENT deaf "$PORT" "$T/stay3" >"$T/deaf" &
await 20 [ -e "$T/stay3" ]
costs_no_time "a client that does not read costs no time"
rm -f stay3
wait $!
await 5 quiet
ok $? "when it goes, the program and the TLS process go"

serve saca-tlsd cat
$CLIENT hold "$PORT" 20 "$T/stay4" >"$T/held" &
await 30 [ -e "$T/stay4" ]
costs_no_time "twenty idle sessions cost no time"
is "$($CLIENT echo "$PORT")" hello "and do not keep another from working"
tlsd=$(pgrep -P "$SERVER" | head -1)
prog=$(pgrep -P "$tlsd")
kill -KILL "$tlsd"
await 5 sh -c "! kill -0 $prog"
ok $? "a program ends when its TLS process is killed"
rm -f stay4
wait $!
await 5 quiet
ok $? "the rest ends with the client"

# A program that has ended, and a client that reads nothing of its last words: it gets its
# seconds, and no more. The first one's all go to the network, the second one's do not.
serve saca-tlsd sh -c 'head -c 200000 /dev/zero; kill -KILL $$'
$CLIENT deaf "$PORT" "$T/stay5" >"$T/deaf2" &
deaf=$! first=$SERVER
serve saca-tlsd timeout -s KILL 1 head -c 50000000 /dev/zero
$CLIENT deaf "$PORT" "$T/stay6" >"$T/deaf3" &
await 20 [ -e "$T/stay5" ]
await 20 [ -e "$T/stay6" ]
await 25 quiet "$first"
ok $? "a client that never reads the last words is left after some seconds"
await 25 quiet
ok $? "however many they are"
rm -f stay5 stay6
wait "$deaf" $!
done_testing
