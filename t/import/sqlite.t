#!/bin/sh
# saca-import into SQLite: the tests of all engines, those of SQLite, and the command line.
. "$(dirname "$0")/../lib/tap.sh"

STORE=$T/saca.db
WEB=$T/web
IMPORT_OPTIONS=
CREATED=c.created_at
SPOOLED=spooled_at
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/lib/import.sh"

all_promises

is "$(sql 'pragma foreign_key_check')" '' 'SQLite: every foreign key holds'
is "$(sql 'pragma integrity_check')" ok 'SQLite: integrity_check finds no fault'
is "$(sql 'pragma journal_mode')" wal 'SQLite: the file has a write-ahead log'

# If the store fails, no file is lost or set aside.
campaign llena | put new "$(key 2000)" 3000 3000 $D victor.acme remitente@dominio.com \
	$(seq -f 'lleno%05.0f@y.es' 1 3000)
failed=$(ls "$SPOOL/failed" | wc -l)
rows=$(sql "$ROWS")
out=$(trap '' XFSZ; ulimit -f 64; import 2>&1)
is "$?" 111 'saca-import exits 111 if the store has no room'
is "$(waiting):$(ls "$SPOOL/failed" | wc -l)" "1:$failed" 'a file waits if the store has no room'
is "$(sql "$ROWS")" "$rows" 'a file adds no row if the store has no room'
like "$(import 2>&1)" 'imported=1 sends=1 contacts=3000 new=3000 failed=0' 'saca-import continues when the store has room again'

campaign nadie | put new "$(key 2001)" 3001 3001 $D victor.acme remitente@dominio.com x@y.es
out=$(saca-import "$SPOOL" "$T/none/saca.db" 2>&1)
is "$?:$(waiting)" 111:1 'saca-import exits 111 if the store cannot be opened'
echo 'this is no database, whatever its name says' >"$T/text.db"
out=$(saca-import "$SPOOL" "$T/text.db" 2>&1)
is "$?:$(waiting)" 111:1 'saca-import exits 111 if the store is not a database'
like "$out" '^saca-import: fatal: unable to open the store: .*text.db: file is not a database' 'saca-import says that a store is not a database'
: >"$T/notafolder"
import 2>/dev/null

# A trigger drops one address: its file is set aside.
sql "create trigger black before insert on contact when new.email like 'negra%'
	begin select raise(ignore); end"
put new "$(uuid 2010)" 0 3010 $D victor.acme remitente@dominio.com a@y.es negra@y.es z@y.es
put new "$(uuid 2011)" 0 3011 $D victor.acme remitente@dominio.com a@y.es z@y.es
out=$(import 2>&1)
is "$?:$(waiting)" 1:0 'a trigger that leaves out a contact does not stop other files'
like "$out" 'imported=1 sends=0 contacts=2 new=[0-2] failed=1' 'a file of which a trigger leaves out a contact is set aside'
like "$(cat "$SPOOL/failed/$(uuid 2010).reason")" 'Z the store leaves out a row of contact ' 'the reason of a file of which a trigger leaves out a row names the table'
is "$(sql 'select count(*) from group_member where contact_id not in (select id from contact)')" 0 \
	'every member of a group is a contact'
sql 'drop trigger black'
failed=$(ls "$SPOOL/failed" | wc -l)

# If the web folder fails, the run ends like one whose store fails.
put new "$(key 2002)" 3002 3002 $D victor.acme remitente@dominio.com x@y.es <<'MESSAGE'
MIME-Version: 1.0
Content-Type: multipart/related; boundary=r

--r
Content-Type: text/plain

hola
--r
Content-Type: text/html

<img src="cid:foto">
--r
Content-ID: <foto>

GIF89a-no-other-octets-matter
--r--
MESSAGE
out=$(import -w "$T/notafolder/web" 2>&1)
is "$?:$(waiting):$(ls "$SPOOL/failed" | wc -l)" "111:1:$failed" \
	'saca-import exits 111 if the web folder cannot be written, and the file waits'
like "$out" "unable to write to the web folder $T/notafolder/web: Not a directory" 'saca-import names a web folder that cannot be written'
like "$(import -w "$T/other" 2>&1)" imported=1 'saca-import continues with another web folder'
is "$(ls "$T/other/i" | wc -l)" 1 'saca-import -w sets the folder of images'

# The web folder is replaced while saca-import -f runs: the next image goes to the new one.
photo() { # photo N: spools a message with an image
	put tmp "$(key "$1")" "$1" "$1" $D victor.acme remitente@dominio.com x@y.es <<-MESSAGE
	MIME-Version: 1.0
	Content-Type: multipart/related; boundary=r

	--r

	hola
	--r
	Content-Type: text/html

	<img src="cid:foto">
	--r
	Content-ID: <foto>

	GIF89a-octets-of-$1
	--r--
	MESSAGE
	mv "$SPOOL/tmp/$(key "$1")" "$SPOOL/new/"
}
background saca-import -f -w "$T/shown" "$SPOOL" "$STORE" 2>"$T/moved"
follower=$!
photo 3020
await 20 grep -q imported=1 "$T/moved"
mv "$T/shown" "$T/shown.old"
mkdir -p "$T/shown/i"
photo 3021
await 20 sh -c "[ \$(grep -c imported=1 '$T/moved') = 2 ]"
is "$(cd "$T" && cat shown.old/i/*):$(cd "$T" && cat shown/i/*)" 'GIF89a-octets-of-3020:GIF89a-octets-of-3021' \
	'images go to the new web folder after the old one was moved'
kill -TERM $follower
wait $follower

# A file that cannot be read stays, and does not stop the others.
if [ -z "$WRAPPED" ] && command -v strace >/dev/null; then
	campaign luego | put new "$(key 2003)" 3003 3003 $D victor.acme remitente@dominio.com x@y.es
	campaign ahora | put new "$(key 2004)" 3004 3004 $D victor.acme remitente@dominio.com x@y.es
	out=$(ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P "$SPOOL/new/$(key 2003)" -e inject=read:error=EIO \
		saca-import "$SPOOL" "$STORE" 2>&1)
	is "$?:$(waiting)" 111:1 'saca-import leaves a file that cannot be read, and exits 111'
	like "$out" imported=1 'files beside one that cannot be read are imported'
	like "$out" "left: $(key 2003): Input/output error" 'a file that cannot be read is reported'
	like "$(import 2>&1)" imported=1 'saca-import imports a file once it can be read again'
else
	skip 'a file that cannot be read' 'strace can not be had, or not reach the program'
fi

mkdir "$SPOOL/new/folder"
: >"$SPOOL/new/.hidden"
ln -s /etc/passwd "$SPOOL/new/link"
out=$(import 2>&1)
is "$?:$(printf '%s\n' "$out" | grep -c 'is not a regular file: skipped')" 0:2 \
	'folders and links in new are reported and skipped'
rm -r "$SPOOL/new/folder" "$SPOOL/new/.hidden" "$SPOOL/new/link"

# Folders that are not a spool yet: one with other files, and an empty one.
mkdir "$T/other_folder" "$T/empty_folder" && : >"$T/other_folder/file"
out=$(saca-import "$T/other_folder" "$STORE" 2>&1)
is "$?:$(ls "$T/other_folder")" 100:file 'a folder with other files does not become a spool'
like "$out" "other_folder is a folder with other files, and no spool" 'saca-import names a folder with other files that it refuses as a spool'
out=$(saca-import "$T/empty_folder" "$STORE" 2>&1); quiet $? "$out" 'an empty folder becomes a spool without a warning'

# Addresses with another scheme, and files that cannot be opened.
for address in postgre://h/x http://h/x Postgresql://h/x; do
	out=$(saca-import -w "$WEB" "$SPOOL" "$address" 2>&1)
	is "$?:$(ls "$T" | grep -c :)" 100:0 "$address is refused as a store"
	like "$out" "$address begins like a URL, but not with postgresql://" "the refusal of $address says how an address begins"
done
out=$(saca-import "$SPOOL" "$T/absent/saca.db" 2>&1)
like "$out" "absent/saca.db: unable to make a file in $T/absent: No such file or directory" \
	'a SQLite file that cannot be made is reported with the folder'
out=$(saca-list "$T/absent.db" sends 2>&1)
like "$out" "absent.db: No such file or directory" 'a SQLite file that is absent is reported with the reason'

# An image whose name cannot be written sets aside its message only.
gif='GIF89a-octets-of-3060'
hash=$(printf %s "$gif" | sha256sum | cut -d' ' -f1)
mkdir -p "$WEB/i/$hash.gif/in"
photo 3060
campaign sola | put new "$(key 3061)" 3061 3061 $D victor.acme remitente@dominio.com x@y.es
photo 3062
out=$(import 2>&1)
is "$?:$(waiting)" 1:0 'an image that cannot be written does not keep other files waiting'
like "$out" 'imported=2 .* failed=1' 'an image that cannot be written sets aside its message only'
like "$out" "set aside: $(key 3060): send 3060 of victor.acme: an image cannot be written to the web folder: Is a directory" \
	'saca-import reports an image that cannot be written with send, user and reason'
rmdir "$WEB/i/$hash.gif/in" "$WEB/i/$hash.gif"

# A file that is larger than the limit of saca-import(8) is set aside unread.
truncate -s 536870913 "$SPOOL/new/$(key 2012)"
import 2>/dev/null
is "$?:$(waiting)" 1:0 'a file of more than 512 MiB is set aside'
like "$(cat "$SPOOL/failed/$(key 2012).reason")" 'Z the file is larger than 512 MiB' 'the reason of a file of more than 512 MiB says that it is too large'
rm "$SPOOL/failed/$(key 2012)"*

# A file whose name is too long for failed does not stop the others.
long=$(printf 'a%.0s' $(seq 1 250))
echo x >"$SPOOL/new/$long"
campaign largo | put new "$(key 2005)" 3005 3005 $D victor.acme remitente@dominio.com x@y.es
out=$(import -n 1 2>&1)
is "$?:$(waiting)" 111:1 'saca-import leaves a file with too long a name, and exits 111'
like "$out" 'imported=1 ' 'files beside one with too long a name are imported'
background saca-import -f "$SPOOL" "$STORE" 2>"$T/left"
follower=$!
for i in 1 2 3; do
	campaign "luego $i" | put tmp "$(key $((3030 + i)))" $((3030 + i)) $((3030 + i)) $D victor.acme \
		remitente@dominio.com x@y.es
	mv "$SPOOL/tmp/$(key $((3030 + i)))" "$SPOOL/new/"
	await 20 sh -c "[ \$(grep -c imported=1 '$T/left') = $i ]"
done
kill -TERM $follower
wait $follower
is "$(grep -c 'not readable now, left' "$T/left"):$(waiting)" 1:1 'saca-import -f reports a file that it cannot import once'
rm "$SPOOL/new/$long"

# SQLite's special file names are ordinary ones here.
campaign memoria | put new "$(key 2006)" 3006 3006 $D victor.acme remitente@dominio.com x@y.es
(cd "$T" && saca-import "$SPOOL" :memory: 2>/dev/null)
is "$(sqlite3 "$T/./:memory:" 'select count(*) from send')" 1 'a SQLite file may be called :memory:'

misuse() {
	_name=$1
	shift
	out=$(saca-import "$@" 2>&1)
	is $? 100 "saca-import exits 100: $_name"
}
misuse 'no store' "$SPOOL"
misuse 'too many words' "$SPOOL" "$STORE" more
misuse 'an empty store' "$SPOOL" ''
misuse 'an unknown option' -z "$SPOOL" "$STORE"
misuse '-n 0' -n 0 "$SPOOL" "$STORE"
misuse '-n 1x' -n 1x "$SPOOL" "$STORE"
misuse '-b -1' -b -1 "$SPOOL" "$STORE"
misuse 'a prefix with a colon' -x X: "$SPOOL" "$STORE"
misuse 'an empty prefix' -x '' "$SPOOL" "$STORE"
misuse 'a URL that would end an attribute' -u 'http://x/"' "$SPOOL" "$STORE"
misuse 'an empty web folder' -w '' "$SPOOL" "$STORE"
misuse 'PostgreSQL without -w' "$SPOOL" postgresql:///x

done_testing
