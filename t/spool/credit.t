#!/bin/sh
# Credit: only sends cost credit, each exactly once, and it never goes below zero.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

envelope r@d.es a@x.es b@x.es c@x.es >"$T/env"
: >"$T/empty"
campaign 1 >"$T/m"

deliver "$T/m" "$T/env" "$S"
is "$CODE" 0 "a message without SACA_CREDIT needs no credit file"
export SACA_CREDIT=yes
campaign 2 >"$T/m"
deliver "$T/m" "$T/env" "$S"
like "$CODE:$REPLY" '^82:Zsaldo' "saca-spool fails temporarily if the plan has no credit file"
saca-spool "$S" <"$T/m" 1<"$T/env" 6>&- 2>"$T/err"
is "$?" 71 "saca-spool without descriptor 6 exits 71 if the plan has no credit file"
like "$(cat "$T/err")" 'plan acme has no credit file' "saca-spool logs that the plan has no credit file"

is "$(saca-spool -c acme=+10 "$S")" 10 "saca-spool -c plan=+N gives credit and prints the sum"
is "$(saca-spool -c acme=+0 "$S")" 10 "saca-spool -c plan=+0 prints the credit"
is "$(saca-spool -c acme=-3 "$S")" 7 "saca-spool -c plan=-N takes credit away"
saca-spool -c acme=-8 "$S" 2>"$T/err"
is "$?" 100 "saca-spool -c refuses to take away more than there is"
for c in acme acme= acme=5 acme=+ acme=+x acme=+-1 Acme=+1 ../x=+1 =+1 acme=+9223372036854775808; do
	saca-spool -c "$c" "$S" 2>"$T/err"
	is "$?" 100 "saca-spool -c '$c' exits 100"
done
saca-spool -c nadie=-0 "$S" 2>"$T/err"
is "$?" 100 "saca-spool -c refuses to take credit from a plan without a file"
saca-spool -c nadie=+0 "$S" 2>"$T/err"
is "$?" 100 "saca-spool -c plan=+0 refuses a plan without a file"
[ ! -e "$S/credit/nadie" ]
ok $? "saca-spool -c that refuses makes no credit file"
is "$(balance acme)" 7 "saca-spool -c that refuses changes no credit"

deliver "$T/m" "$T/env" "$S"
first=$REPLY
like "$first" '^Kid=2 ' "a send with enough credit is accepted"
is "$(balance acme)" 4 "a send to 3 recipients costs 3"
deliver "$T/m" "$T/env" "$S"
is "$REPLY" "R${first#K}" "a repeat of a send that cost credit gets the same answer"
is "$(balance acme)" 4 "a repeat costs nothing"
deliver "$T/empty" "$T/env" "$S"
like "$REPLY" '^Kcontacts=3 ' "saca-spool accepts contacts alone for a plan with credit"
is "$(balance acme)" 4 "contacts alone cost nothing"
campaign 3 >"$T/m"
deliver "$T/m" "$T/env" "$S"
is "$(balance acme)" 1 "a second send to 3 recipients costs 3 more"
campaign 4 >"$T/m"
before=$(spooled)
deliver "$T/m" "$T/env" "$S"
is "$CODE:$REPLY" "82:Denvios insuficientes: quedan 1, hacen falta 3" "a send with too little credit is refused with the credit left and the cost"
is "$(spooled)" "$before" "a refused send leaves no file"
saca-spool "$S" <"$T/m" 1<"$T/env" 6>&-
is "$?" 31 "saca-spool without descriptor 6 exits 31 if credit is short"
envelope r@d.es a@x.es A@x.es >"$T/one"
deliver "$T/m" "$T/one" "$S"
like "$REPLY" '^Kid=4 ' "a send refused for credit takes no number, and equal recipients cost once"
is "$(balance acme)" 0 "a plan can spend its credit down to 0"
deliver "$T/m" "$T/one" "$S"
like "$REPLY" '^Rid=4 ' "a repeat needs no credit"

echo 500 >"$S/credit/acme"
campaign 5 >"$T/m"
deliver "$T/m" "$T/env" "$S"
is "$CODE:$(balance acme)" 0:497 "a credit file with a number alone is read"
for bad in '' x '5 5' -1 '9223372036854775808'; do
	printf '%s\n' "$bad" >"$S/credit/acme"
	campaign "bad$bad" >"$T/m"
	deliver "$T/m" "$T/env" "$S"
	like "$CODE:$REPLY" '^82:Zsaldo' "saca-spool fails temporarily if the credit file has '$bad'"
done
chmod 700 "$S/credit" && rm "$S/credit/acme" && mkdir "$S/credit/acme"
deliver "$T/m" "$T/env" "$S"
is "$CODE" 62 "saca-spool exits 62 if the credit file is a folder"
rmdir "$S/credit/acme"

# An amount that a dead process left pending is returned, unless its file is in some folder.
campaign 6 >"$T/m"
saca-spool -c acme=+100 "$S" >"$T/out"
deliver "$T/m" "$T/env" "$S"
id=${REPLY#* }
f=$(grep -l "^X-Saca-Id: $id" "$S"/new/*)
key=${f##*/}
none=0123456789abcdef0123456789abcdef
pending() { # BALANCE UUID: writes a credit file with a pending amount
	echo "$1 $2 3 $key" >"$S/credit/acme"
}
pending 97 $id; is "$(balance acme)" 97 "a pending amount is spent if its file is in new"
pending 97 $none; is "$(balance acme)" 100 "a pending amount is returned if the key belongs to another transaction"
for place in "cur/$key:2,S" "failed/$key" "failed/$key.1" "done/$key" "done/$key.2"; do
	mv "$f" "$S/$place"
	f=$S/$place
	pending 97 $id
	is "$(balance acme)" 97 "a pending amount is spent if its file is ${place%/*}/KEY${place##*"$key"}"
done
rm "$f"
pending 97 $id; is "$(balance acme)" 100 "a pending amount is returned if its file is nowhere"
echo "$key 6 $id 2013-09-12T11:59:19Z" >"$S/seen/$key"
pending 97 $id; is "$(balance acme)" 97 "a pending amount is spent if its key is in seen"
rm "$S/seen/$key"
pending 1 $none
campaign 7 >"$T/m"
deliver "$T/m" "$T/env" "$S"
is "$CODE:$(balance acme)" 0:1 "saca-spool settles a pending amount before it takes credit"

# Another process takes credit between the first look and the lock.
if command -v python3 >/dev/null; then
	echo 4 >"$S/credit/acme"
	campaign late >"$T/m"
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
	ok $? "saca-spool writes its draft, then waits for the lock of the credit file"
	: >"$T/go"
	wait $!
	is "$(cat "$T/late")" "82:Denvios insuficientes: quedan 1, hacen falta 3" "a refusal names the credit that is left under the lock"
	is "$(balance acme):$(count_files "$S/tmp")" 1:0 "a send refused under the lock takes nothing and leaves no file"
else
	skip "saca-spool waits for the lock of the credit file" "python3 is not installed"
fi

# 32 at once on one credit
rm -f "$S/credit/acme"
saca-spool -c acme=+300 "$T/crowd" >"$T/out" 2>"$T/err"
is "$(cat "$T/err")" "saca-spool: there was no spool, so one is made: $T/crowd" "saca-spool -c says that it makes a new spool"
for i in $(seq 32); do
	(
		for j in 1 2 3 4 5; do
			campaign "c$i.$j" >"$T/m.$i"
			deliver "$T/m.$i" "$T/env" "$T/crowd"
			echo "$CODE $REPLY"
		done >"$T/crowd.$i"
	) &
done
wait
is "$(cat "$T"/crowd.[0-9]* | grep -c '^0 Kid=')" 100 "of 160 sends of 3 at once, with credit for 300, 100 are accepted"
is "$(cat "$T"/crowd.[0-9]* | grep -c '^82 Denvios insuficientes: quedan 0, hacen falta 3$')" 60 "of 160 sends of 3 at once, with credit for 300, 60 are refused with the credit left and the cost"
is "$(count_files "$T/crowd/new")" 100 "the spool has a file for each of 100 sends accepted at once"
S=$T/crowd
is "$(balance acme)" 0 "100 sends of 3 at once cost 300"
done_testing
