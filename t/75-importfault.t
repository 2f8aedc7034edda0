#!/bin/sh
# saca-import killed before a system call, or with one that fails: whatever it was, the
# next run leaves every file's rows in the store, once, and nothing in the spool.
. "$(dirname "$0")/lib.sh"

if ! strace -qq -o /dev/null true 2>/dev/null; then
	skip 'faults at every system call' 'strace is missing or may not trace'
	done_testing
fi
if grep -q __asan_init "$BIN/saca-import"; then
	skip 'faults at every system call' 'the sanitizers make calls of their own'
	done_testing
fi
STORE=$T/saca.db
SPOOL=$T/spool
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/import.sh"

saca-import "$SPOOL" "$STORE"
message uno | put new "$(key 1)" 1166 1 $D victor.acme remitente@dominio.com a@y.es b@y.es
message dos | put cur "$(key 2):2,S" 1167 2 $D victor.acme remitente@dominio.com b@y.es c@y.es
put new "$(uuid 3)" 0 3 $D victor.acme remitente@dominio.com d@y.es
printf 'Subject: x\n\nsolo texto\n' |
	put new "$(key 4)" 1168 4 $D victor.acme remitente@dominio.com e@y.es
put new "$(key 5)" 1169 5 $D victor.acme remitente@dominio.com f@y.es <<'MESSAGE'
MIME-Version: 1.0
Content-Type: multipart/related; boundary=r

--r

hola
--r
Content-Type: text/html

<img src="cid:foto">
--r
Content-ID: <foto>

GIF89a-and-more-octets
--r--
MESSAGE
cp -a "$SPOOL" "$T/spool0"
cp "$STORE" "$T/db0"

again() {
	rm -rf "$SPOOL" "$STORE" "$STORE-wal" "$STORE-shm" "$T/web"
	cp -a "$T/spool0" "$SPOOL"
	cp "$T/db0" "$STORE"
}

# whole: what must be there, however many runs it took
whole() {
	echo "$(sql "$ROWS") $(sql 'select group_concat(id) from send') $(waiting)" \
		"$(sql 'pragma foreign_key_check')$(sql 'pragma integrity_check')" \
		"$(ls "$SPOOL/failed" | tr '\n' ' ')$(ls "$T/web/i" | wc -l)"
}
WHOLE="1|1|5|4|6|3|3 1166,1167,1169 0 ok $(key 4) $(key 4).reason 1"

again
strace -qq -o "$T/trace" saca-import "$SPOOL" "$STORE" 2>/dev/null
is "$(whole)" "$WHOLE" 'without faults'

# `name occurrence` a line, from the first call that has to do with the spool.
sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$T/trace" | awk '{print $1, ++n[$1]}' |
	sed 1,"$(grep -n "\"$SPOOL" "$T/trace" | sed -n '2s/:.*//p')"d | grep -v ^exit_group >"$T/points"
points=$(wc -l <"$T/points")
[ "$points" -gt 200 ]
ok $? "system calls are recorded: $points"

# Each 7th call: a step that meets all kinds of them, at all times.
bad=
for point in $(awk 'NR % 7 == 0 {print $1 ":" $2}' "$T/points"); do
	again
	strace -qq -o /dev/null -e inject="${point%:*}:signal=KILL:when=${point#*:}" \
		saca-import "$SPOOL" "$STORE" >/dev/null 2>&1
	[ $? -ge 128 ] || bad="$bad $point:not-killed"
	saca-import "$SPOOL" "$STORE" 2>/dev/null
	[ "$(whole)" = "$WHOLE" ] || bad="$bad $point:$(whole)"
done
is "$bad" '' 'killed before a call: the next run sets it right'

# fault CALL ERROR: each occurrence of that call in turn; the exit code tells the truth,
# and nothing is set aside for the system's faults.
fault() {
	_bad=
	for _i in $(sed -n "s/^$1 //p" "$T/points"); do
		again
		strace -qq -o /dev/null -e inject="$1:error=$2:when=$_i" saca-import "$SPOOL" "$STORE" \
			>"$T/out" 2>&1
		_code=$?
		case $_code in
		1) [ "$(whole)" = "$WHOLE" ] || _bad="$_bad $_i:said-done" ;;
		111) ;;
		*) _bad="$_bad $_i:exit-$_code" ;;
		esac
		ls "$SPOOL/failed" | grep -qv "^$(key 4)" && _bad="$_bad $_i:set-aside"
		saca-import "$SPOOL" "$STORE" 2>/dev/null
		[ "$(whole)" = "$WHOLE" ] || _bad="$_bad $_i:$(whole)"
	done
	is "$_bad" '' "$1 fails with $2: $(grep -c "^$1 " "$T/points") times"
}
for call in fsync fdatasync linkat unlinkat renameat read openat getdents64; do fault $call EIO; done
for call in write pwrite64 ftruncate; do fault $call ENOSPC; done

done_testing
