#!/bin/sh
# saca-bounce: bounces, complaints and unsubscriptions become a line in hits/, and no other mail
# does.
. "$(dirname "$0")/../lib/tap.sh"

HITS=$T/hits
KEY=$T/link.key
SAMPLES=$TOP/t/send/bounces
mkdir "$HITS"
# new_key ID FILE: puts a key on top of FILE
new_key() {
	{ echo "$1 $(openssl rand -hex 32)"; [ ! -f "$2" ] || cat "$2"; } >"$2.new" && mv "$2.new" "$2"
}
new_key 1 "$KEY"
unset SENDER EXT ORIGINAL_RECIPIENT LOCAL

# token KIND [KEYFILE]: prints a token of plan 7, send 1166, contact 42
token() { python3 "$TOP/t/lib/link_token.py" "${2:-$KEY}" "$1" 7 1166 42; }
B=$(token b) U=$(token u)

# bounce SAMPLE [RECIPIENT]: sets $HIT to the new line of hits/, and $CODE to the exit code
bounce() {
	rm -f "$HITS"/*
	saca-bounce -k "$KEY" "$HITS" ${2+"$2"} <"$SAMPLES/$1.eml" 2>"$T/err"
	CODE=$?
	HIT=$(cat "$HITS"/* 2>/dev/null | grep .)
}

bounce postfix "bounce+$B@example.com"
like "$CODE:$HIT" "^0:bounce 7 1166 42 - - [0-9]+ 5\.1\.1 550 5\.1\.1 <ana@example\.org>: Recipient address rejected" \
	'a delivery status notification becomes a bounce with code and reason'
is "$(stat -c %a "$HITS"/*)" 660 'the file of hits is readable and writable for its group alone'
like "$(ls "$HITS")" "^$(hostname | tr -c 'A-Za-z0-9.\n-' -)\.20[0-9]{8}\$" 'the file of hits is named by host and hour'
bounce exchange "bounce-$(echo "$B" | tr a-z A-Z)@EXAMPLE.com"
like "$CODE:$HIT" '^0:bounce 7 1166 42 .* 5\.1\.10 ' 'a bounce to a token in capitals counts'
bounce postfix "rebote$B@example.com"
like "$HIT" '^bounce 7 1166 42 ' 'a prefix that ends in a letter does not hide the token of a bounce'

for sample in postfix-delayed postfix-relayed exim-delayed postmaster-delay receipt auto-es auto-en auto-de auto-fr auto-it auto-pt \
	auto-null-sender letter; do
	SENDER='' bounce "$sample" "bounce+$B@example.com"
	is "$CODE:$HIT" 0: "saca-bounce ignores the sample $sample"
done

# The environment of each MTA.
for name in EXT ORIGINAL_RECIPIENT LOCAL; do
	HIT=$(rm -f "$HITS"/*; env "$name=bounce-$B" saca-bounce -k "$KEY" "$HITS" <"$SAMPLES/postfix.eml"; cat "$HITS"/* | grep .)
	like "$HIT" '^bounce 7 1166 42 ' "saca-bounce takes the recipient from $name"
done
for sender in '' '<>' MAILER-DAEMON mailer-daemon@qm.example.net; do
	HIT=$(rm -f "$HITS"/*; SENDER=$sender saca-bounce -k "$KEY" "$HITS" "bounce+$B" <"$SAMPLES/qmail.eml"; cat "$HITS"/* | grep .)
	like "$HIT" '^bounce 7 1166 42 - - [0-9]+ 5\.1\.1 Sorry, no mailbox' "a bounce text of qmail from the sender '$sender' counts"
done
SENDER=ana@example.org bounce qmail "bounce+$B"
is "$CODE:$HIT" 0: 'a bounce text of qmail from a person does not count'
bounce qmail "bounce+$B"
is "$CODE:$HIT" 0: 'a bounce text of qmail from an unknown sender does not count'
{ echo 'Return-Path: <>'; cat "$SAMPLES/qmail.eml"; } >"$T/qmail.eml"
SAMPLES=$T bounce qmail "bounce+$B"
SAMPLES=$TOP/t/send/bounces
like "$HIT" '^bounce ' 'without SENDER the envelope sender is that in Return-Path'

bounce letter "bounce+$U@example.com"
like "$CODE:$HIT" '^0:unsub 7 1166 42 - person [0-9]+ - -$' 'any mail to the address in List-Unsubscribe unsubscribes'

# complaint TOKEN: prints the sample of a feedback report with that token in the returned header
complaint() {
	sed "s/abcdefghijklmnopqrstuvwxyz234567abcdefgh/$1/g" "$TOP/t/send/bounces/${2:-arf}.eml" >"$T/arf.eml"
}
SAMPLES=$T
complaint "$U"
bounce arf fbl@example.com
like "$CODE:$HIT" '^0:complaint 7 1166 42 - - [0-9]+ - abuse$' 'a complaint is found by the unsubscription token in the returned header'
complaint "$B"
bounce arf fbl@example.com
like "$HIT" '^complaint 7 1166 42 ' 'a complaint is found by the bounce token in the returned header'
for sample in arf-yahoo hotmail-complaint; do
	complaint "$U" $sample
	bounce arf fbl@example.com
	like "$CODE:$HIT" '^0:complaint 7 1166 42 - - [0-9]+ - abuse$' "a complaint is found in the sample $sample"
done
complaint "$(token o)"
bounce arf fbl@example.com
is "$CODE:$HIT" 0: 'a complaint with the token of a pixel is ignored'
SAMPLES=$TOP/t/send/bounces
bounce arf-not-spam "bounce+$B"
is "$CODE:$HIT" 0: 'a report of type not-spam is ignored'

# The line for qmail in scripts/service, run as qmail-local runs it.
rm -f "$HITS"/*
EXT=$B SENDER='' sh -c "$(sed -n 's/^|//p' "$TOP/scripts/service/qmail/dot-qmail-bounce-default" |
	sed "s|/usr/local/bin/|$BIN/|; s|/etc/saca/link.key|$KEY|; s|/var/lib/saca/hits|$HITS|")" <"$SAMPLES/qmail.eml"
like "$?:$(cat "$HITS"/* | grep .)" '^0:bounce 7 1166 42 ' 'the line for qmail in scripts/service hands a bounce to saca-bounce'

# traced SAMPLE RECIPIENT: prints the calls that write and sync the hit
traced() {
	rm -f "$HITS"/*
	ASAN_OPTIONS=detect_leaks=0 strace -y -o "$T/trace" -e trace=write,fdatasync,fsync saca-bounce -k "$KEY" "$HITS" "$2" <"$1" 2>/dev/null
	sed -n "s|^\([a-z]*\)([0-9]*<$HITS.*|\1|p" "$T/trace" | tr '\n' ' '
}
if [ -z "$WRAPPED" ] && command -v strace >/dev/null; then
	complaint "$U"
	is "$(traced "$SAMPLES/postfix.eml" "bounce+$B")" 'write fdatasync fsync ' 'a bounce is written at once, and on disk when saca-bounce ends'
	is "$(traced "$SAMPLES/letter.eml" "bounce+$U")" 'write fdatasync fsync ' 'an unsubscription by mail is on disk when saca-bounce ends'
	is "$(traced "$T/arf.eml" fbl@example.com)" 'write fdatasync fsync ' 'a complaint is on disk when saca-bounce ends'
else
	skip 'a bounce is written at once, and on disk when saca-bounce ends' 'strace cannot be had, or cannot reach the program'
fi

# Tokens that are not valid.
new_key 1 "$T/other.key"
for case in "another key:$(token b "$T/other.key")" "a changed digit:$(echo "$B" | tr 'a-y2' 'b-z3')" "a cut token:${B%?}" \
	"the token of a view:$(token v)" "the token of a pixel:$(token o)" "no token:" "garbage:$(head -c 100000 /dev/zero | tr '\0' a)"; do
	rm -f "$HITS"/*
	(ulimit -S -s 8192; saca-bounce -k "$KEY" "$HITS" "bounce+${case#*:}@example.com" <"$SAMPLES/postfix.eml" 2>"$T/err")
	is "$?:$(cat "$HITS"/* 2>/dev/null)" 0: "a bounce with ${case%%:*} is ignored"
done
new_key 2 "$KEY"
bounce postfix "bounce+$B@example.com"
like "$HIT" '^bounce 7 1166 42 ' 'a bounce to a token of an older key counts'

# Temporary failures: the MTA keeps the mail.
bounce postfix "bounce+$B@example.com"
saca-bounce -k "$T/none" "$HITS" "bounce+$B" <"$SAMPLES/postfix.eml" 2>"$T/err"
is $? 75 'saca-bounce exits 75 if the key file is missing'
like "$(cat "$T/err")" "^saca-bounce: fatal: unable to read the keys in $T/none: No such file" 'saca-bounce names a missing key file'
saca-bounce -k "$KEY" "$T/none" "bounce+$B" <"$SAMPLES/postfix.eml" 2>"$T/err"
is $? 75 'saca-bounce exits 75 if the folder of hits is missing'
saca-bounce -k "$KEY" 2>/dev/null </dev/null
is $? 100 'saca-bounce without a folder of hits exits 100'
saca-bounce "$HITS" 2>/dev/null </dev/null
is $? 100 'saca-bounce without -k exits 100'
is "$(saca-bounce -V)" "saca-bounce $(saca-import -V | cut -d' ' -f2)" 'saca-bounce -V prints name and version'

# Garbage. The octets are the same each time.
openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c 3000000 >"$T/garbage.eml"
{ printf 'From: mailer-daemon@x\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n'
	cat "$T/garbage.eml"; } >"$T/garbage-report.eml"
for sample in garbage garbage-report; do
	SAMPLES=$T SENDER='' bounce $sample "bounce+$B"
	is "$CODE:$HIT:$(cat "$T/err")" 0:: "a mail of binary octets ($sample) is read and ignored"
done

# A mail of 100 MB: memory is bounded, and the MTA's pipe is read to its end.
rm -f "$HITS"/*
{ cat "$SAMPLES/postfix.eml"; head -c 100000000 /dev/zero; } | (case $BIN in */sanitize/*) ;; *) ulimit -v 200000 ;; esac
	saca-bounce -k "$KEY" "$HITS" "bounce+$B")
is $? 0 'a mail of 100 MB is read to its end'
like "$(cat "$HITS"/*)" '^bounce 7 1166 42 ' 'the beginning of a mail of 100 MB is parsed'
done_testing
