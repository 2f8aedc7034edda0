#!/bin/sh
# saca-count into SQLite: the common tests, then a kill at every write.
. "$(dirname "$0")/../lib/tap.sh"

STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
HOUR_OF="substr(at, 1, 14) || '00:00Z'"
. "$TOP/t/lib/count.sh"

all_counts

saca-count "$T/none" "$STORE" 2>"$T/err"
is $? 111 'a missing folder is a temporary failure'
like "$(cat "$T/err")" "^saca-count: fatal: unable to open the folder $T/none: No such file" 'saca-count names a missing folder'
saca-count "$HITS" "$T/none/saca.db" 2>/dev/null
is $? 111 'a store that cannot be opened is a temporary failure'
saca-count "$HITS" 2>/dev/null
is $? 100 'a missing argument is misuse'

# Killed at each of its writes, it counts every line once.
if [ -n "$WRAPPED" ] || ! command -v strace >/dev/null; then
	skip 'a line counts once, whatever is killed' 'strace cannot be had, or cannot reach the program'
	all_forgets
	done_testing
fi
NOW=$(date +%s)
before=$(sql 'select sum(opens) from delivery')
lines=0 point=0
while [ $point -lt 40 ]; do
	point=$((point + 1))
	hit 'open 1 101 1 - person @20 - -' 'open 1 101 2 - person @20 - -'
	lines=$((lines + 2))
	ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e trace=pwrite64,write,fdatasync,unlink \
		-e "inject=pwrite64,write,fdatasync,unlink:signal=KILL:when=$point" saca-count "$HITS" "$STORE" >/dev/null 2>&1 && break
done
count 2>/dev/null
is "$(sql 'select sum(opens) from delivery')" $((before + lines)) "a line counts once, at whatever call saca-count is killed ($point points)"
figures_match 'killed'
all_forgets
done_testing
