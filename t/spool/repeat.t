#!/bin/sh
# The same transaction twice, wherever its file is by then: one send, the same answer.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

envelope r@d.es b@x.es a@x.es >"$T/env"
message 1 >"$T/m"
deliver "$T/m" "$T/env" "$S"
first=$REPLY repeat=R${REPLY#K}
like "$first" '^Kid=1 ' "a message that was not there before is answered with K"
f=$(spooled)
key=${f##*/}

same() { # NAME: the transaction again, and its answer
	deliver "$T/m" "$T/env" "$S"
	is "$CODE:$REPLY" "0:$repeat" "$1"
}
same "a repeat is answered with R, the same number and the same UUID"
envelope R@D.es a@X.es B@x.es b@x.es >"$T/env2"
deliver "$T/m" "$T/env2" "$S"
is "$REPLY" "$repeat" "the recipients in another order, and twice: the same"
is "$(count_files "$S/new")" 1 "one file"

mv "$f" "$S/cur/$key:2,S"
same "a Maildir reader moved it to cur"
mv "$S/cur/$key:2,S" "$S/cur/$key"
same "without a flag"
mv "$S/cur/$key" "$S/cur/$key,S=400:2,RS"
same "with a size in its name"
is "$(count_files "$S/new")" 0 "none of these is a second file"
mv "$S/cur/$key,S=400:2,RS" "$S/failed/$key"
echo "$key 1 ${first#* } 2013-09-12T11:59:19Z" >"$S/seen/$key"
same "it was imported: seen has it"
is "$(count_files "$S/new")" 0 "that is no second file either"
like "$(deliver "$T/m" "$T/env" -i 0/1 "$S"; cat "$S/count")" '^next 0*2 of' "repeats take no numbers"

echo "rubbish" >"$S/seen/$key"
deliver "$T/m" "$T/env" "$S"
is "$CODE:$REPLY" "62:" "a seen entry that cannot be read is a temporary failure"
rm "$S/seen/$key"
deliver "$T/m" "$T/env" "$S"
like "$REPLY" '^Kid=2 ' "once seen has forgotten, it is a new send"

# What makes another transaction
n=2
other() { # NAME ENVELOPE-FILE: not a repeat of any
	n=$((n + 1))
	deliver "$T/m" "$2" "$S"
	like "$REPLY" "^Kid=$n " "$1"
}
envelope r@d.es a@x.es >"$T/e"; other "other recipients" "$T/e"
envelope s@d.es b@x.es a@x.es >"$T/e"; other "another sender" "$T/e"
SACA_PLAN=otra; SACA_USER=victor.otra
other "another plan" "$T/env"
SACA_PLAN=acme; SACA_USER=victor.acme
message 1 otro >"$T/m"; other "another text" "$T/env"
message 2 >"$T/m"; other "another Message-ID" "$T/env"
SACA_USER=maria.acme
deliver "$T/m" "$T/env" "$S"
like "$REPLY" "^Rid=$n " "another user of the plan makes none"
SACA_USER=victor.acme
printf 'message-id:\n <x@y>\nSubject: folded\n\nx\n' >"$T/m"; other "a folded Message-ID" "$T/env"
repeat=R${REPLY#K}
same "is one"
printf '\357\273\277Message-ID: <mark@y>\n\nx\n' >"$T/m"; other "a Message-ID behind a byte order mark" "$T/env"
repeat=R${REPLY#K}
same "is one too"
printf 'Subject: none\n\nMessage-ID: <in@body>\n' >"$T/m"; other "no Message-ID" "$T/env"
other "is never a repeat" "$T/env"
printf 'Message-ID: \nSubject: empty\n\nx\n' >"$T/m"; other "an empty Message-ID" "$T/env"
other "neither" "$T/env"
: >"$T/m"
deliver "$T/m" "$T/env" "$S"
was=$REPLY
deliver "$T/m" "$T/env" "$S"
[ "$REPLY" != "$was" ]
ok $? "contacts alone are never a repeat"

# 24 of the same at once
message 77 >"$T/m"
pids=
for i in $(seq 24); do
	(deliver "$T/m" "$T/env" "$S" && echo "$CODE $REPLY" >"$T/same.$i") &
	pids="$pids $!"
done
wait $pids
is "$(cut -c 4- "$T"/same.* | sort -u | wc -l | tr -d ' ')" 1 "24 at once get one number and UUID"
is "$(cut -c 3 "$T"/same.* | sort | uniq -c | tr -d ' \n')" "1K23R" "one of them is the first, and 23 are repeats"
is "$(cat "$T"/same.* | wc -l | tr -d ' ')" 24 "all of them"
like "$(cat "$T/same.1")" "^0 [KR]id=$((n + 1)) " "and one number is taken"
is "$(grep -l 'Message-ID: <77@' "$S"/new/* | wc -l | tr -d ' ')" 1 "one file"
done_testing
