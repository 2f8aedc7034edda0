#!/bin/sh
# Credit: only sends cost, each exactly once, and never below zero.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

envelope r@d.es a@x.es b@x.es c@x.es >"$T/env"
: >"$T/empty"
message 1 >"$T/m"

deliver "$T/m" "$T/env" "$S"
is "$CODE" 0 "without SACA_CREDIT nothing is asked"
export SACA_CREDIT=yes
message 2 >"$T/m"
deliver "$T/m" "$T/env" "$S"
like "$CODE:$REPLY" '^82:Zsaldo' "no credit file is a temporary failure"
saca-spool "$S" <"$T/m" 1<"$T/env" 6>&- 2>"$T/err"
is "$?" 71 "also without fd 6"
like "$(cat "$T/err")" 'plan acme has no credit file' "which the operator is told"

is "$(saca-spool -c acme=+10 "$S")" 10 "a plan gets credit"
is "$(saca-spool -c acme=+0 "$S")" 10 "what is left can be asked"
is "$(saca-spool -c acme=-3 "$S")" 7 "credit can be taken away"
saca-spool -c acme=-8 "$S" 2>"$T/err"
is "$?" 100 "not more than there is"
for c in acme acme= acme=5 acme=+ acme=+x acme=+-1 Acme=+1 ../x=+1 =+1 acme=+9223372036854775808; do
	saca-spool -c "$c" "$S" 2>"$T/err"
	is "$?" 100 "misuse: -c $c"
done
saca-spool -c nadie=-0 "$S" 2>"$T/err"
is "$?" 100 "nothing can be taken from who has no file"
saca-spool -c nadie=+0 "$S" 2>"$T/err"
is "$?" 100 "nor is there anything to show"
[ ! -e "$S/credit/nadie" ]
ok $? "and none is made"
is "$(balance acme)" 7 "none of that changed anything"

deliver "$T/m" "$T/env" "$S"
first=$REPLY
like "$first" '^Kid=2 ' "a send of 3"
is "$(balance acme)" 4 "costs 3"
deliver "$T/m" "$T/env" "$S"
is "$REPLY" "R${first#K}" "its repeat"
is "$(balance acme)" 4 "costs nothing"
deliver "$T/empty" "$T/env" "$S"
like "$REPLY" '^Kcontacts=3 ' "contacts"
is "$(balance acme)" 4 "cost nothing"
message 3 >"$T/m"
deliver "$T/m" "$T/env" "$S"
is "$(balance acme)" 1 "another send"
message 4 >"$T/m"
before=$(spooled)
deliver "$T/m" "$T/env" "$S"
is "$CODE:$REPLY" "82:Denvios insuficientes: quedan 1, hacen falta 3" "too little is left: both figures"
is "$(spooled)" "$before" "nothing is spooled"
saca-spool "$S" <"$T/m" 1<"$T/env" 6>&-
is "$?" 31 "without fd 6 that is 31"
envelope r@d.es a@x.es A@x.es >"$T/one"
deliver "$T/m" "$T/one" "$S"
like "$REPLY" '^Kid=4 ' "what is refused takes no number; equal recipients are one"
is "$(balance acme)" 0 "down to nothing"
deliver "$T/m" "$T/one" "$S"
like "$REPLY" '^Rid=4 ' "a repeat is a repeat with nothing left"

echo 500 >"$S/credit/acme"
message 5 >"$T/m"
deliver "$T/m" "$T/env" "$S"
is "$CODE:$(balance acme)" 0:497 "a file written by hand is read"
for bad in '' x '5 5' -1 '9223372036854775808'; do
	printf '%s\n' "$bad" >"$S/credit/acme"
	message "bad$bad" >"$T/m"
	deliver "$T/m" "$T/env" "$S"
	like "$CODE:$REPLY" '^82:Zsaldo' "a file with '$bad' is a temporary failure"
done
chmod 700 "$S/credit" && rm "$S/credit/acme" && mkdir "$S/credit/acme"
deliver "$T/m" "$T/env" "$S"
is "$CODE" 62 "a folder in its place is one too"
rmdir "$S/credit/acme"

# What a dead sender left pending: given back unless its file is there, in whatever folder.
message 6 >"$T/m"
saca-spool -c acme=+100 "$S" >"$T/out"
deliver "$T/m" "$T/env" "$S"
id=${REPLY#* }
f=$(grep -l "^X-Saca-Id: $id" "$S"/new/*)
key=${f##*/}
none=0123456789abcdef0123456789abcdef
pending() { # BALANCE UUID: a file as its holder left it
	echo "$1 $2 3 $key" >"$S/credit/acme"
}
pending 97 $id; is "$(balance acme)" 97 "pending, and its file is in new: spent"
pending 97 $none; is "$(balance acme)" 100 "the key is another's: given back"
for place in "cur/$key:2,S" "failed/$key" "failed/$key.1" "done/$key" "done/$key.2"; do
	mv "$f" "$S/$place"
	f=$S/$place
	pending 97 $id
	is "$(balance acme)" 97 "its file is ${place%/*}/KEY${place##*"$key"}: spent"
done
rm "$f"
pending 97 $id; is "$(balance acme)" 100 "it is nowhere: given back"
echo "$key 6 $id 2013-09-12T11:59:19Z" >"$S/seen/$key"
pending 97 $id; is "$(balance acme)" 97 "it is in seen: spent"
rm "$S/seen/$key"
pending 1 $none
message 7 >"$T/m"
deliver "$T/m" "$T/env" "$S"
is "$CODE:$(balance acme)" 0:1 "a sender settles what is pending before it counts"

# Between the first look and the lock somebody else was faster.
if command -v python3 >/dev/null; then
	echo 4 >"$S/credit/acme"
	message late >"$T/m"
	mkfifo "$T/go"
	background python3 -c 'import fcntl, sys
f = open(sys.argv[1], "r+")
fcntl.lockf(f, fcntl.LOCK_EX)
open(sys.argv[2] + "/locked", "w").close()
open(sys.argv[2] + "/go").read()
f.truncate(0)
f.write("1\n")' "$S/credit/acme" "$T"
	await 20 test -e "$T/locked"
	(deliver "$T/m" "$T/env" "$S"; echo "$CODE:$REPLY" >"$T/late") &
	PIDS="$PIDS $!"
	written() { [ -n "$(find "$S/tmp" -type f -size +0)" ]; }
	await 20 written
	ok $? "a sender who finds enough waits for the lock"
	: >"$T/go"
	wait $!
	is "$(cat "$T/late")" "82:Denvios insuficientes: quedan 1, hacen falta 3" "and is told what is left by then"
	is "$(balance acme):$(count_files "$S/tmp")" 1:0 "nothing is taken, nothing left behind"
else
	skip "a sender who finds enough" "no python3"
fi

# 32 at once on one credit
rm -f "$S/credit/acme"
saca-spool -c acme=+300 "$T/crowd" >"$T/out" 2>"$T/err"
is "$(cat "$T/err")" "saca-spool: there was no spool, so one is made: $T/crowd" "a new spool is told of"
for i in $(seq 32); do
	(
		for j in 1 2 3 4 5; do
			message "c$i.$j" >"$T/m.$i"
			deliver "$T/m.$i" "$T/env" "$T/crowd"
			echo "$CODE $REPLY"
		done >"$T/crowd.$i"
	) &
done
wait
is "$(cat "$T"/crowd.[0-9]* | grep -c '^0 Kid=')" 100 "32 senders at once, 160 sends of 3, credit for 300: 100 are taken"
is "$(cat "$T"/crowd.[0-9]* | grep -c '^82 Denvios insuficientes: quedan 0, hacen falta 3$')" 60 "60 are refused"
is "$(count_files "$T/crowd/new")" 100 "100 files"
S=$T/crowd
is "$(balance acme)" 0 "and nothing is left"
done_testing
