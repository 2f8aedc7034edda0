#!/bin/sh
# The same transaction twice gives one send and the same answer, wherever its file is.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

envelope r@d.es b@x.es a@x.es >"$T/env"
campaign 1 >"$T/m"
deliver "$T/m" "$T/env" "$S"
first=$REPLY repeat=R${REPLY#K}
like "$first" '^Kid=1 ' "a new message is answered with K, a number and a UUID"
f=$(spooled)
key=${f##*/}

same() { # NAME: sends the transaction again, and tests that it is a repeat
	deliver "$T/m" "$T/env" "$S"
	is "$CODE:$REPLY" "0:$repeat" "$1"
}
same "a repeat is answered with R, the same number and the same UUID"
envelope R@D.es a@X.es B@x.es b@x.es >"$T/env2"
deliver "$T/m" "$T/env2" "$S"
is "$REPLY" "$repeat" "recipients in another order, or repeated, make no new transaction"
is "$(count_files "$S/new")" 1 "a message and its repeat are one file"

mv "$f" "$S/cur/$key:2,S"
same "a repeat is recognized after a Maildir reader moved the file to cur"
mv "$S/cur/$key:2,S" "$S/cur/$key"
same "a repeat is recognized by a file in cur without flags"
mv "$S/cur/$key" "$S/cur/$key,S=400:2,RS"
same "a repeat is recognized by a file in cur with a size in its name"
is "$(count_files "$S/new")" 0 "a repeat of a message in cur makes no file in new"
mv "$S/cur/$key,S=400:2,RS" "$S/failed/$key"
echo "$key 1 ${first#* } 2013-09-12T11:59:19Z" >"$S/seen/$key"
same "a repeat is recognized after the import by seen"
is "$(count_files "$S/new")" 0 "a repeat after the import makes no file"
like "$(deliver "$T/m" "$T/env" -i 0/1 "$S"; cat "$S/count")" '^next 0*2 of' "repeats of a message take no numbers"

echo "rubbish" >"$S/seen/$key"
deliver "$T/m" "$T/env" "$S"
is "$CODE:$REPLY" "62:" "saca-spool exits 62 if an entry of seen cannot be read"
rm "$S/seen/$key"
deliver "$T/m" "$T/env" "$S"
like "$REPLY" '^Kid=2 ' "a message whose entry in seen is gone is a new send"

# Changes that make another transaction.
n=2
other() { # NAME ENVELOPE-FILE: tests that the message is a new send
	n=$((n + 1))
	deliver "$T/m" "$2" "$S"
	like "$REPLY" "^Kid=$n " "$1"
}
envelope r@d.es a@x.es >"$T/e"; other "a message to other recipients is a new send" "$T/e"
envelope s@d.es b@x.es a@x.es >"$T/e"; other "a message of another sender is a new send" "$T/e"
SACA_PLAN=otra; SACA_USER=victor.otra
other "a message of another plan is a new send" "$T/env"
SACA_PLAN=acme; SACA_USER=victor.acme
campaign 1 otro >"$T/m"; other "a message with another text is a new send" "$T/env"
campaign 2 >"$T/m"; other "a message with another Message-ID is a new send" "$T/env"
SACA_USER=maria.acme
deliver "$T/m" "$T/env" "$S"
like "$REPLY" "^Rid=$n " "a message sent again by another login of the plan is a repeat"
SACA_USER=victor.acme
printf 'message-id:\n <x@y>\nSubject: folded\n\nx\n' >"$T/m"; other "a message with a folded Message-ID is a new send" "$T/env"
repeat=R${REPLY#K}
same "a folded Message-ID is recognized in a repeat"
printf '\357\273\277Message-ID: <mark@y>\n\nx\n' >"$T/m"; other "a message with its Message-ID after a byte order mark is a new send" "$T/env"
repeat=R${REPLY#K}
same "a Message-ID after a byte order mark is recognized in a repeat"
printf 'Subject: none\n\nMessage-ID: <in@body>\n' >"$T/m"; other "a message without a Message-ID is a new send" "$T/env"
other "a message without a Message-ID is never a repeat" "$T/env"
printf 'Message-ID: \nSubject: empty\n\nx\n' >"$T/m"; other "a message with an empty Message-ID is a new send" "$T/env"
other "a message with an empty Message-ID is never a repeat" "$T/env"
: >"$T/m"
deliver "$T/m" "$T/env" "$S"
was=$REPLY
deliver "$T/m" "$T/env" "$S"
[ "$REPLY" != "$was" ]
ok $? "contacts alone are never a repeat"

# A mail library makes Date and boundaries anew each time it sends a message.
cat >"$T/mail.py" <<-'END'
	import sys, time
	from email.message import EmailMessage
	from email.utils import formatdate
	m = EmailMessage()
	m['Subject'], m['From'], m['Message-ID'] = 'Pedido', 'r@d.es', '<pedido-7@tienda.example>'
	m['Date'] = formatdate(float(sys.argv[1]))
	m.set_content('hola')
	m.add_alternative('<p>hola <img src="cid:logo"></p>', subtype='html')
	m.get_payload()[1].add_related(b'GIF89a', 'image', 'gif', cid='<logo>')
	sys.stdout.write(m.as_string())
END
python3 "$T/mail.py" 1000000000 >"$T/m"
python3 "$T/mail.py" 1000000300 >"$T/m2"
[ "$(grep -c '^--=' "$T/m")" = 6 ] && ! cmp -s "$T/m" "$T/m2"
ok $? "Python's email library makes new boundaries each time"
other "a message of Python's email library is a new send" "$T/env"
repeat=R${REPLY#K}
cp "$T/m2" "$T/m"
same "a message that Python's email library makes again is a repeat"

# 24 clients that send one message at once
campaign 77 >"$T/m"
pids=
for i in $(seq 24); do
	(deliver "$T/m" "$T/env" "$S" && echo "$CODE $REPLY" >"$T/same.$i") &
	pids="$pids $!"
done
wait $pids
is "$(cut -c 4- "$T"/same.* | sort -u | wc -l | tr -d ' ')" 1 "24 clients that send one message at once get one number and UUID"
is "$(cut -c 3 "$T"/same.* | sort | uniq -c | tr -d ' \n')" "1K23R" "of 24 clients that send one message at once, 23 get a repeat"
is "$(cat "$T"/same.* | wc -l | tr -d ' ')" 24 "each of 24 clients at once gets an answer"
like "$(cat "$T/same.1")" "^0 [KR]id=$((n + 1)) " "24 repeats at once take one number"
is "$(grep -l 'Message-ID: <77@' "$S"/new/* | wc -l | tr -d ' ')" 1 "24 repeats at once make one file"
done_testing
