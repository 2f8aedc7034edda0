#!/bin/sh
# saca-queue: lists, shows, retries and drops files of the spool.
. "$(dirname "$0")/../lib/tap.sh"

STORE=$T/saca.db
SPOOL=$T/spool
json() { python3 -c 'import json, sys; print(eval(sys.argv[1], {"d": json.load(sys.stdin)}))' "$1"; }
. "$TOP/t/lib/import.sh"

out=$(saca-queue "$SPOOL" 2>&1); is "$?" 111 'saca-queue exits 111 if there is no spool'
[ ! -e "$SPOOL" ]; ok $? 'saca-queue makes no spool where there is none'
saca-import "$SPOOL" "$STORE" 2>/dev/null
out=$(saca-queue "$SPOOL" 2>&1); quiet $? "$out" 'saca-queue prints nothing for an empty spool'
is "$(saca-queue -j "$SPOOL" list)" '[]' 'saca-queue -j prints an empty array for an empty spool'

campaign uno | put new "$(key 255)" 1167 1 $D victor.acme remitente@dominio.com b@y.es a@y.es
campaign dos | put cur "$(printf '%064d' 7):2,S" 1166 2 $D eva.otro ella@otro.es a@y.es
put new "$(uuid 3)" 0 3 2013-09-12T11:00:00Z eva.otro ella@otro.es z@y.es
size=$(stat -c %s "$SPOOL/new/$(key 255)")
like "$(saca-queue "$SPOOL")" \
	"^new    0{16} +1167  $(uuid 1)  $D  victor.acme  remitente@dominio.com +2 +$size  -\$" 'the table shows number, UUID, date, login, sender, contacts and size'
is "$(saca-queue -j "$SPOOL" | json '[(f["where"], f["send"]) for f in d]')" \
	"[('new', None), ('cur', 1166), ('new', 1167)]" 'the list has the order of the import'
like "$(saca-queue -C "$SPOOL")" "^cur,\"0{63}7:2,S\",1166,$(uuid 2),$D,eva.otro,ella@otro.es,1,[0-9]+,\$" 'saca-queue -C prints CSV'
is "$(saca-queue -j "$SPOOL" | json 'd[2]')" \
	"{'where': 'new', 'file': '$(key 255)', 'send': 1167, 'id': '$(uuid 1)', 'date': '$D', 'user': 'victor.acme', 'sender': 'remitente@dominio.com', 'contacts': 2, 'octets': $size, 'reason': None}" 'saca-queue -j prints JSON'

printf 'Subject: x\n\nsolo texto\n' |
	put new "$(key 4000)" 1168 4 $D victor.acme remitente@dominio.com b@y.es
printf 'garbage\033[2J\n' >"$SPOOL/new/zz$(printf '\033')[31m"
saca-import "$SPOOL" "$STORE" 2>/dev/null
out=$(saca-queue "$SPOOL")
is "$(printf '%s\n' "$out" | wc -l)" 3 'saca-queue lists files that were set aside'
like "$out" '^failed .* 1168 .* text/html' 'saca-queue lists the reason of a file that was set aside'
unlike "$out" "$(printf '\033')" 'an escape in a file name does not reach the terminal'
is "$(saca-queue "$SPOOL" show 1168 2>/dev/null | cmp - "$SPOOL/failed/$(key 4000)")" '' 'saca-queue show writes the file'
like "$(saca-queue "$SPOOL" show 1168 2>&1 >/dev/null)" 'set aside: .*text/html' 'saca-queue show writes the reason to standard error'
if command -v script >/dev/null; then
	like "$(script -qec "saca-queue '$SPOOL' show zz" /dev/null </dev/null)" '^garbage\\u001b\[2J' \
		'saca-queue show escapes control characters on a terminal'
	for pad in 0 1 2; do # reads end in every octet of a character
		{ printf "%${pad}s" ''; for i in $(seq 5000); do printf 'años€😀\n€€€€€€€€'; done; } \
			>"$SPOOL/failed/wide"
		script -qec "saca-queue '$SPOOL' show wide" /dev/null </dev/null | tr -d '\r' |
			cmp -s - "$SPOOL/failed/wide"
		ok $? "saca-queue show never splits a UTF-8 character on a terminal ($pad)"
	done
	printf 'x\342\202' >"$SPOOL/failed/wide"
	is "$(script -qec "saca-queue '$SPOOL' show wide" /dev/null </dev/null)" 'x�' \
		'saca-queue show marks a character that is cut off at the end of the file'
	rm "$SPOOL/failed/wide"
else
	skip 'a file on a terminal' 'no script(1) here'
fi
is "$(saca-queue "$SPOOL" show 1168 >/dev/full 2>"$T/full"; echo $?)" 111 'saca-queue show exits 111 if it cannot write'
is "$(saca-queue "$SPOOL" >/dev/full 2>"$T/full"; echo $?)" 111 'saca-queue exits 111 if it cannot write the list'

printf 'X-Saca-Send: 007\nX-Saca-Recipients: many\n\n' >"$SPOOL/failed/odd"
is "$(saca-queue -j "$SPOOL" | json '[(f["send"], f["contacts"], f["reason"]) for f in d if f["file"] == "odd"]')" \
	'[(7, None, None)]' 'saca-queue -j prints valid JSON for a malformed file'
saca-queue "$SPOOL" drop odd

out=$(saca-queue "$SPOOL" retry 1168 2>&1); quiet $? "$out" 'saca-queue retry takes the number of a send'
is "$(ls "$SPOOL/new")" "$(key 4000)" 'saca-queue retry moves a file that was set aside to new'
is "$(ls "$SPOOL/failed" | grep -c "$(key 4000)")" 0 'saca-queue retry removes the reason of the file'
out=$(saca-queue "$SPOOL" retry 1168 2>&1); is $? 1 'saca-queue retry refuses a file that waits'
out=$(saca-import "$SPOOL" "$STORE" 2>&1); is $? 1 'saca-import tries a file again that was put back'
cp "$SPOOL/failed/$(key 4000)" "$SPOOL/new/"
saca-import "$SPOOL" "$STORE" 2>/dev/null
out=$(saca-queue "$SPOOL" drop 1168 2>&1); is $? 1 'saca-queue drop refuses a number that two files have'
like "$out" 'more than one' 'saca-queue drop says that a number means more than one file'
out=$(saca-queue "$SPOOL" retry "$(key 4000).1" 2>&1); quiet $? "$out" 'saca-queue retry takes a name with .1'
is "$(ls "$SPOOL/new")" "$(key 4000)" 'saca-queue retry moves a file of any name in failed to its key in new'
out=$(saca-queue "$SPOOL" retry "$(key 4000)" 2>&1)
is "$?:$(ls "$SPOOL/new" | wc -l)" 1:1 'saca-queue retry overwrites no file that waits'
rm "$SPOOL/new/$(key 4000)"
out=$(saca-queue "$SPOOL" drop "$(key 4000)" 2>&1); quiet $? "$out" 'saca-queue drop takes a whole name'
out=$(saca-queue "$SPOOL" drop zz 2>&1); quiet $? "$out" 'saca-queue drop takes the beginning of a name that has no key'
is "$(find "$SPOOL/new" "$SPOOL/failed" -type f)" '' 'saca-queue drop removes the file and its reason'
out=$(saca-queue "$SPOOL" show nothing 2>&1); is $? 1 'saca-queue show exits 1 if there is no such file'

# The file that a word names: by its whole name, the number of its send, or the beginning of its name.
name=8981$(printf '%060d' 5)
campaign uno | put new "$name" 1 5 $D victor.acme remitente@dominio.com b@y.es
like "$(saca-queue "$SPOOL" show 1)" '^X-Saca-Send: 1$' 'saca-queue show finds a file by its number'
out=$(saca-queue "$SPOOL" drop 8 2>&1)
is "$?:$(ls "$SPOOL/new")" "1:$name" 'saca-queue does not take a short number for the beginning of a name'
out=$(saca-queue "$SPOOL" drop 898100000000000 2>&1)
is "$?:$(ls "$SPOOL/new")" "1:$name" '15 digits of a key do not name a file'
like "$(saca-queue "$SPOOL" show 8981000000000000)" '^X-Saca-Send: 1$' '16 digits of a key name a file'
campaign otro | put cur "8981$(printf '%060d' 6):2,S" 2 6 $D victor.acme remitente@dominio.com b@y.es
out=$(saca-queue "$SPOOL" show 8981000000000000 2>&1); is $? 1 'the beginning of a name that two files share names neither'
like "$(saca-queue "$SPOOL" show "$name")" '^X-Saca-Send: 1$' 'the whole name of one file wins over the beginning of another name'
campaign tres | put new zz 8981000000000000 7 $D victor.acme remitente@dominio.com b@y.es
like "$(saca-queue "$SPOOL" show 8981000000000000)" '^X-Saca-Send: 8981000000000000$' \
	'a number of a send wins over the beginning of a name'
campaign tres | put new 2 3 8 $D victor.acme remitente@dominio.com b@y.es
like "$(saca-queue "$SPOOL" show 2)" '^X-Saca-Send: 3$' 'the whole name of one file wins over the number of another send'
like "$(saca-queue "$SPOOL" show cur/2)" '^X-Saca-Send: 2$' 'cur/ before a word names a file of cur'
out=$(saca-queue "$SPOOL" show failed/2 2>&1); is $? 1 'failed/ before a word names only files of failed'
campaign viejo | put failed "$name" 4 9 $D victor.acme remitente@dominio.com b@y.es
for verb in show retry drop; do
	out=$(saca-queue "$SPOOL" $verb "$name" 2>&1)
	is "$?:$out" "1:saca-queue: fatal: more than one file is meant by $name" \
		"saca-queue $verb changes nothing if two files have the name"
done
out=$(saca-queue "$SPOOL" retry "failed/$name" 2>&1)
like "$?:$out" "^1:saca-queue: fatal: a file of that name waits already: (new/)?$name\$" 'saca-queue tells two files of one name apart by their folder'
out=$(saca-queue "$SPOOL" drop 4 2>&1); quiet $? "$out" 'a number tells two files of one name apart'
is "$(ls "$SPOOL/failed"):$(ls "$SPOOL/new" | grep -c "$name")" :1 'saca-queue drop of a file in one folder keeps the file of that name in another'
rm "$SPOOL/new/"* "$SPOOL/cur/"*

# Everything in failed/ goes back, with the command of the manual.
for i in 1 2 3; do
	campaign "$i" | put failed "$(key $i)" $i $i $D victor.acme remitente@dominio.com b@y.es
done
campaign otro | put new "$(key 2)" 9 9 $D victor.acme remitente@dominio.com b@y.es
if command -v jq >/dev/null; then
	saca-queue -j "$SPOOL" | jq -r '.[] | select(.where == "failed") | "failed/" + .file' |
		while IFS= read -r f; do saca-queue "$SPOOL" retry "$f" 2>/dev/null; done
	is "$(ls "$SPOOL/new" | wc -l):$(ls "$SPOOL/failed")" "3:$(key 2)" \
		'the command of the manual puts back every file whose name is free'
else
	skip 'the command of the manual puts files back' 'jq is not installed'
fi
rm -f "$SPOOL/new/"* "$SPOOL/failed/"*

# --- A send whose number is another's in the store
sql() { sqlite3 "$STORE" "$1"; }
campaign primero | put new "$(key 5000)" 20 20 $D victor.acme remitente@dominio.com b@y.es
saca-import "$SPOOL" "$STORE" 2>/dev/null
{ campaign segundo; head -c 200000 /dev/zero | tr '\0' x; } |
	put new "$(key 5001)" 20 21 $D victor.acme remitente@dominio.com a@y.es
saca-import "$SPOOL" "$STORE" 2>/dev/null
like "$(saca-queue "$SPOOL" list)" '^failed .* send 20 is in the store under another id: .*saca-queue renumber' \
	'the reason of a number that is taken names saca-queue renumber'
cp "$SPOOL/failed/$(key 5001)" "$T/aside"
out=$(saca-queue "$SPOOL" renumber 20)
is "$?" 0 'saca-queue renumber exits 0 for a file that was set aside'
fresh=$(printf '%s\n' "$out" | sed -n 's/^send 20 is now send \([0-9]*\): tell the client, whose reply names 20$/\1/p')
[ "${fresh:-0}" -gt "$(sql "select max(id) from send where source = 'smtp'")" ]
ok $? 'saca-queue renumber gives a number above those of the store, and prints both' "$out"
is "$(ls "$SPOOL/failed" "$SPOOL/tmp" | grep -c "$(key 5001)"):$(ls "$SPOOL/new")" "0:$(key 5001)" \
	'saca-queue renumber puts the file back to be imported, and leaves nothing else'
sed "s/^X-Saca-Send: 20\$/X-Saca-Send: $fresh/" "$T/aside" | cmp - "$SPOOL/new/$(key 5001)" 2>&1
ok $? 'saca-queue renumber changes only the number in the file'
out=$(saca-queue "$SPOOL" renumber "$fresh" 2>&1); is $? 1 'saca-queue renumber refuses a file that waits'
saca-import "$SPOOL" "$STORE" 2>/dev/null
is "$(sql "select id, subject from send where smtp_id = '$(uuid 21)'")" "$fresh|segundo" 'a renumbered send is imported'
put failed "$(uuid 22)" 0 22 $D victor.acme remitente@dominio.com a@y.es
out=$(saca-queue "$SPOOL" renumber "$(uuid 22)" 2>&1)
is "$?:$(ls "$SPOOL/failed")" "1:$(uuid 22)" 'saca-queue renumber refuses contacts alone'
rm "$SPOOL/failed/"*
campaign tercero | put failed "$(key 5002)" 20 23 $D victor.acme remitente@dominio.com a@y.es
out=$(saca-queue -i 3/7 "$SPOOL" renumber 20)
is "$(($(sed -n 's/^X-Saca-Send: //p' "$SPOOL/new/"*) % 7))" 3 'saca-queue renumber -i gives a number of this host'
rm "$SPOOL/new/"*
campaign cuarto | put failed "$(key 5003)" 20 24 $D victor.acme remitente@dominio.com a@y.es
mv "$SPOOL/count" "$T/count"
out=$(saca-queue "$SPOOL" renumber 20 2>&1)
is "$?:$(ls "$SPOOL/failed"):$(ls "$SPOOL/new")" "111:$(key 5003):" 'saca-queue renumber without a counter changes nothing'
like "$out" 'count is missing or damaged: run saca-import' 'saca-queue renumber says that the counter is lost'
mv "$T/count" "$SPOOL/count"
rm "$SPOOL/failed/"*

# --- Found by number, UUID, user, plan or date ---
campaign quien | put new "$(key 10)" 10 10 2026-01-02T03:04:05Z victor.acme remitente@dominio.com b@y.es
campaign cual | put failed "$(key 11)" 11 11 2026-01-03T03:04:05Z eva.otro remitente@dominio.com b@y.es
put new "$(uuid 12)" 0 12 2026-01-03T03:04:05Z eva.acme remitente@dominio.com b@y.es
listed() { # ARGUMENT...: prints the ids of the files that saca-queue lists, in one line
	saca-queue -j "$@" "$SPOOL" | json '" ".join(str(int(f["id"], 16)) for f in d)'
}
is "$(listed)" '10 12 11' 'saca-queue without an option lists every file'
is "$(listed -p acme)" '10 12' 'saca-queue -p lists files of a plan'
is "$(listed -u eva.otro)" 11 'saca-queue -u lists files of a login'
is "$(listed -d 2026-01-03)" '12 11' 'saca-queue -d lists files of a day'
is "$(listed -d 2026-01)" '10 12 11' 'saca-queue -d takes a month too'
is "$(listed -p acme -d 2026-01-03)" 12 'saca-queue lists only files that match each of -p, -u and -d'
for word in 10 "$(uuid 10)" "new/$(uuid 10)"; do
	like "$(saca-queue "$SPOOL" show "$word")" '^X-Saca-Send: 10$' "saca-queue show finds a file by $word"
done
like "$(saca-queue "$SPOOL" show "$(uuid 12)")" '^X-Saca-User: eva.acme$' 'saca-queue show finds contacts by their UUID'
out=$(saca-queue "$SPOOL" show "$(uuid 99)" 2>&1); is $? 1 'saca-queue show exits 1 for an unknown UUID'

# --- Check, metrics, credit ---
out=$(saca-queue -c "$SPOOL")
is "$?:$out" "1:WRONG: 2 waiting, the oldest for ${out##*for }" 'saca-queue -c exits 1 if a file was set aside'
rm "$SPOOL/failed/$(key 11)"
touch -d '2 hours ago' "$SPOOL/new/$(key 10)"
out=$(saca-queue -c "$SPOOL"); is $? 1 'saca-queue -c exits 1 if a file waits for more than an hour'
out=$(saca-queue -c -a 9000 "$SPOOL")
is "$?" 0 'saca-queue -a sets how long a file may wait'
like "$out" '^OK: 2 waiting, the oldest for 72[0-9][0-9] seconds, 0 set aside, 0 not regular$' 'saca-queue -c prints one line with the counts and the oldest age'
saca-spool -c acme=+500 "$SPOOL" >/dev/null
saca-spool -c otro=+7 "$SPOOL" >/dev/null
: >"$SPOOL/credit/roto"
out=$(saca-queue "$SPOOL" metrics)
for line in 'saca_spool_waiting 2' 'saca_spool_waiting_octets [0-9]{3}' 'saca_spool_oldest_seconds 72[0-9][0-9]' 'saca_spool_failed 0' \
	'saca_credit\{plan="acme"\} 500' 'saca_credit\{plan="otro"\} 7'; do
	like "$out" "^$line\$" "saca-queue metrics prints $line"
done
unlike "$out" roto 'saca-queue metrics leaves out a credit file that cannot be read'
is "$(printf '%s\n' "$out" | grep -v '^# ' | grep -cvE '^[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9]+$')" 0 'saca-queue metrics prints valid lines'
is "$(saca-queue -j "$SPOOL" credit | json 'sorted((p["plan"], p["contacts"]) for p in d)')" "[('acme', 500), ('otro', 7)]" \
	'saca-queue credit lists the credit of all plans'
rm "$SPOOL/credit"/*

# --- A spool that can only be read, and entries that are not files ---
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	out=$(unshare -m sh -c 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && saca-queue -j "$1" && saca-queue "$1" metrics' \
		sh "$SPOOL" 2>&1)
	like "$?:$out" '^saca_spool_waiting 2$' 'saca-queue works on a read-only spool'
else
	skip 'saca-queue works on a read-only spool' 'needs root, and a mount name space of its own'
fi
mkfifo "$SPOOL/new/$(key 13)"
mkdir "$SPOOL/cur/$(printf 'dir\033')"
out=$(saca-queue "$SPOOL" 2>&1)
like "$out" "^saca-queue: warning: new/$(key 13) is not a regular file: saca-import skips it\$" 'saca-queue reports a FIFO in new'
like "$out" '^saca-queue: warning: cur/dir\\u001b is not a regular file' 'saca-queue reports a folder in cur, its name escaped'
out=$(saca-queue -c -a 9000 "$SPOOL"); is "$?:${out##*, }" '1:2 not regular' 'saca-queue -c exits 1 if an entry is not a regular file'
printf 'Message-ID: <fifo@cliente.es>\nSubject: x\n\nx\n' >"$T/m"
printf 'Fr@d.es\0Ta@x.es\0\0' >"$T/e"
out=$(SACA_PLAN=acme SACA_USER=v.acme saca-spool "$SPOOL" 6>&1 <"$T/m" 1<"$T/e" 2>&1)
like "$out" '^Kid=' 'saca-spool accepts a message beside entries that are not regular files'
rm -r "$SPOOL/new/"* "$SPOOL/cur/"*

# A message whose file was dropped can be sent again; any other is a repeat.
. "$TOP/t/lib/spool.sh"
S=$SPOOL
envelope remitente@dominio.com b@y.es >"$T/e"
printf 'Message-ID: <caida@cliente.es>\nSubject: x\n\nsolo texto\n' >"$T/m"
send() { deliver "$T/m" "$T/e" "$S"; }
queue() { out=$(saca-queue "$S" "$@" 2>&1); }
spool_and_fail() {
	send
	first=$REPLY
	saca-import "$S" "$STORE" 2>/dev/null
	key=$(ls "$S/failed" | head -n 1)
}
is_new() { # NAME: tests that the message, sent again, is another send
	send
	[ "$CODE" = 0 ] && [ -n "$REPLY" ] && [ "$REPLY" != "$first" ] && [ "$(count_files "$S/new")" = 1 ]
	ok $? "$1" "$REPLY, was $first"
	rm -f "$S/new/"*
}
is_repeat() { # NAME: tests that the message, sent again, is a repeat
	send
	is "$REPLY:$(count_files "$S/new")" "R${first#K}:$waiting" "$1"
}
spool_and_fail
waiting=0 is_repeat 'a message whose file was set aside is a repeat'
queue drop "$key"; quiet $? "$out" 'saca-queue drop takes a file that was set aside'
is "$(ls "$S/seen" "$S/failed" | grep -c "$key")" 0 'saca-queue drop removes the entry in seen'
is_new 'a message whose file was dropped from failed is a new send'

spool_and_fail
queue retry "$key"; quiet $? "$out" 'saca-queue retry takes a file that was set aside'
waiting=1 is_repeat 'a message whose file was put back is a repeat'
queue drop "$key"; quiet $? "$out" 'saca-queue drop takes a file that waits'
is_new 'a message whose waiting file was dropped is a new send'

spool_and_fail
cp "$S/failed/$key" "$S/failed/$key.1"
queue drop "$key.1"; quiet $? "$out" 'saca-queue drop takes one of two files of a send'
waiting=0 is_repeat 'a message is a repeat while one of two files of its send exists'
sed "s/ ${first#Kid=} / 77 $(uuid 77) /" "$S/seen/$key" >"$T/seen"
cat "$T/seen" >"$S/seen/$key"
queue drop "$key"; quiet $? "$out" 'saca-queue drop takes a file whose key another send has in seen'
is "$(ls "$S/seen" | grep "$key")" "$key" 'saca-queue drop keeps the entry of another send in seen'
rm "$S/seen/$key"

spool_and_fail
cp "$S/failed/$key" "$S/new/$key"
queue drop "new/$key"
is "$?:$out" "1:saca-queue: fatal: its import has begun, let saca-import end it: $key" \
	'saca-queue drop refuses a file whose import has begun'
is "$(ls "$S/new" "$S/seen" | grep -c "$key")" 2 'saca-queue drop that refuses changes no file'
rm "$S/new/$key"

# A drop waits for the process that holds the lock of the key.
background python3 -c 'import fcntl, os, sys, time
fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.lockf(fd, fcntl.LOCK_EX, 1, int(sys.argv[2][:15], 16))
print("locked", flush=True)
time.sleep(60)' "$S/lock" "$key" >"$T/locked"
holder=$!
await 10 test -s "$T/locked"
saca-queue "$S" drop "$key" 2>/dev/null &
dropper=$!
await 10 grep -q nanosleep "/proc/$dropper/wchan"
is "$(ls "$S/seen" "$S/failed" | grep -c "$key")" 3 'saca-queue drop waits for the lock of the key'
kill "$holder"
wait "$dropper"
is "$?:$(ls "$S/seen" "$S/failed" | grep -c "$key")" 0:0 'saca-queue drop goes on when the holder of the lock dies'
is_new 'a message whose file was dropped after a wait is a new send'

if [ -z "$WRAPPED" ] && command -v strace >/dev/null; then
	spool_and_fail
	ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e trace=unlinkat \
		-e inject=unlinkat:signal=KILL:when=2 saca-queue "$S" drop "$key" >/dev/null 2>&1
	is "$(ls "$S/seen" | grep -c "$key")" 0 'saca-queue drop that is killed half-way has removed the entry in seen'
	queue drop "$key"; is "$(ls "$S/failed" | grep -c "$key")" 0 'saca-queue drop can be repeated after it was killed'
	is_new 'a message whose file was dropped twice is a new send'
else
	skip 'saca-queue drop that is killed half-way' 'strace is not installed, or cannot trace the program'
fi

spool_and_fail
queue show "failed/$key.reason"; is $? 1 'saca-queue show refuses a .reason'
queue show "failed/../failed/$key"; is $? 1 'saca-queue show refuses a path with ..'
queue show "failed/$key"; is $? 0 'saca-queue show takes failed/ and a whole name'

misuse() {
	out=$(saca-queue "$@" 2>&1)
	is $? 100 "saca-queue $* exits 100"
}
misuse
misuse -x "$SPOOL"
misuse -j -C "$SPOOL"
misuse -c -j "$SPOOL"
misuse -c "$SPOOL" list
misuse -a x "$SPOOL"
misuse -p acme "$SPOOL" credit
misuse "$SPOOL" metrics x
misuse "$SPOOL" all
misuse "$SPOOL" show
misuse "$SPOOL" show ''
misuse "$SPOOL" show a b
misuse -j "$SPOOL" show a
misuse -i 1/2 "$SPOOL" retry a
misuse -i 2/2 "$SPOOL" renumber a

done_testing
