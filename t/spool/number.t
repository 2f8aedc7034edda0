#!/bin/sh
# Numbers of sends: no number is given twice, even if the counter is damaged or lost; hosts take
# different ones.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

envelope r@d.es a@x.es >"$T/env"
m=0
number() { # ARGUMENT...: spools a message, and sets NUMBER to its number
	m=$((m + 1))
	campaign $m >"$T/m"
	deliver "$T/m" "$T/env" "$@"
	NUMBER=${REPLY#Kid=}
	NUMBER=${NUMBER%% *}
}
limit() { sed -n 's/^limit 0*//p' "$S/count"; }

number "$S"; is "$NUMBER" 1 "the first send of a spool has number 1"
number "$S"; is "$NUMBER" 2 "the second send of a spool has number 2"
is "$(wc -c <"$S/count" | tr -d ' ')" 174 "the file count has 174 octets"
top=$(limit)
[ "$top" -gt 100 ]
ok $? "numbers are reserved in blocks"

# After a power cut the disk has the limit, and an older second line.
sed -i 's/boot ....../boot 000000/' "$S/count"
number "$S"; is "$NUMBER" "$top" "after a reboot numbers continue at the limit"
top=$(limit)
sed -i 2d "$S/count"
number "$S"; is "$NUMBER" "$top" "numbers continue at the limit if count has no second line"
top=$(limit)
cp "$S/count" "$S/copy" && mv "$S/copy" "$S/count"
number "$S"; is "$NUMBER" "$top" "in a copy of count numbers continue at the limit"
top=$(limit)
number "$S"
[ "$NUMBER" -lt "$top" ]
ok $? "the number after a reserved block is in the next block"

# A lost counter
before=$(count_files "$S/new")
for how in missing empty torn text; do
	cp -p "$S/count" "$T/keep"
	case $how in
	missing) rm "$S/count" ;;
	empty) : >"$S/count" ;;
	torn) printf 'limit 0000000' >"$S/count" ;;
	text) printf 'limit 0000000000000000x000\n' >"$S/count" ;;
	esac
	number "$S"
	like "$CODE:$REPLY" '^82:Zcontador' "saca-spool fails temporarily if the counter is $how"
	saca-spool "$S" <"$T/m" 1<"$T/env" 6>&- 2>"$T/err"
	is "$?" 71 "saca-spool without descriptor 6 exits 71 if the counter is $how"
	like "$(cat "$T/err")" 'count is missing or damaged' "saca-spool logs that a $how counter needs saca-import"
	: >"$T/empty"
	deliver "$T/empty" "$T/env" "$S"
	like "$REPLY" '^Kcontacts=1 ' "saca-spool accepts contacts alone if the counter is $how"
	cp "$T/keep" "$S/count"
done
is "$(count_files "$S/new")" $((before + 4)) "a send that gets no number leaves no file"
for folder in new cur failed done seen; do
	mkdir -p "$T/in-$folder/$folder"
	: >"$T/in-$folder/$folder/x"
	number "$T/in-$folder"
	like "$CODE:$REPLY" '^82:Zcontador' "a spool with a file in $folder gets no new counter"
done

# Several hosts
number -i 0/3 "$T/h0"; is "$NUMBER" 3 "host 0 of 3 starts with number 3"
number -i 1/3 "$T/h1"; is "$NUMBER" 1 "host 1 of 3 starts with number 1"
number -i 2/3 "$T/h2"; is "$NUMBER" 2 "host 2 of 3 starts with number 2"
number -i 2/3 "$T/h2"; is "$NUMBER" 5 "host 2 of 3 goes on with number 5"
number -i 0/3 "$T/h2"; is "$NUMBER" 6 "a host that changes -i does not give a lower number"

# 32 at once, from the very first
for i in $(seq 32); do
	(
		for j in 1 2 3 4; do
			campaign "c$i.$j" >"$T/m.$i"
			deliver "$T/m.$i" "$T/env" "$T/crowd"
			echo "$CODE $REPLY"
		done >"$T/crowd.$i"
	) &
done
wait
is "$(cat "$T"/crowd.* | grep -c '^0 Kid=')" 128 "128 sends of 32 clients at once are accepted"
is "$(sed 's/^0 Kid=//;s/ .*//' "$T"/crowd.[0-9]* | sort -n | tr '\n' ' ')" "$(seq 128 | tr '\n' ' ')" \
	"128 sends at once get the numbers 1 to 128"
is "$(count_files "$T/crowd/new")" 128 "128 sends at once make 128 files"
is "$(sed -n 's/^X-Saca-Send: //p' "$T"/crowd/new/* | sort -n | tr '\n' ' ')" "$(seq 128 | tr '\n' ' ')" \
	"each file has its number"

# A second spool of a store that has sends
for i in 1 2 3; do
	campaign "c$i" >"$T/m"
	deliver "$T/m" "$T/env" "$T/first"
done
saca-import "$T/first" "$T/saca.db" 2>/dev/null
mkdir "$T/second"
number "$T/second"
like "$CODE:$REPLY" '^82:Zcontador' "an empty folder that an operator made gives no number"
saca-spool "$T/second" <"$T/m" 1<"$T/env" 6>&- 2>"$T/err"
like "$?:$(cat "$T/err")" '^71:.*count is missing or damaged: run saca-import' \
	"the message names saca-import as the remedy"
deliver "$T/empty" "$T/env" "$T/second"
like "$REPLY" '^Kcontacts=1 ' "saca-spool accepts contacts alone without a counter"
number "$T/second"
like "$CODE:$REPLY" '^82:Zcontador' "contacts alone do not begin the numbers of an operator's folder"
saca-import "$T/second" "$T/saca.db" 2>/dev/null
number "$T/second"; is "$NUMBER" 4 "after saca-import a second spool goes on above the store's highest number"
saca-import "$T/third" "$T/saca.db" 2>/dev/null
rm "$T/third/count"
number "$T/third"
like "$CODE:$REPLY" '^82:Zcontador' "an empty spool that saca-import made gives no number without its counter"

done_testing
