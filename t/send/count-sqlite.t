#!/bin/sh
# saca-count into SQLite: the common tests, then a kill at every write.
. "$(dirname "$0")/../lib/tap.sh"

STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
HOUR_OF="substr(at, 1, 14) || '00:00Z'"
. "$TOP/t/lib/count.sh"

all_counts

saca-count "$T/none" "$STORE" 2>"$T/err"
is $? 111 'saca-count exits 111 if the folder of hits is missing'
like "$(cat "$T/err")" "^saca-count: fatal: unable to open the folder $T/none: No such file" 'saca-count names a folder of hits that is missing'
saca-count "$HITS" "$T/none/saca.db" 2>/dev/null
is $? 111 'saca-count exits 111 if the store cannot be opened'
saca-count "$HITS" 2>/dev/null
is $? 100 'saca-count without a store exits 100'

# Killed at each of its writes, it counts every line once.
if [ -n "$WRAPPED" ] || ! command -v strace >/dev/null; then
	skip 'a line counts once, whatever is killed' 'strace cannot be had, or cannot reach the program'
	all_forgets
	done_testing
fi
# prepare_run: writes lines of this hour, and of an old one, whose file will be removed
prepare_run() {
	NOW=$(date +%s)
	hit 'open 1 101 1 - person @20 - -' 'open 1 101 2 - person @20 - -' "open 1 101 3 - person @$((8000 + 3600 * points)) - -"
	lines=$((lines + 3))
}
lines=0 points=0
before=$(sql 'select sum(opens) from delivery')
prepare_run
ASAN_OPTIONS=detect_leaks=0 strace -qq -y -o "$T/trace" saca-count "$HITS" "$STORE" 2>/dev/null
is "$(sed -n "s|^fdatasync([0-9]*<$HITS/.*|hits|p; s|^fdatasync([0-9]*<$STORE.*|store|p" "$T/trace" | uniq | head -n 2 | tr '\n' ' ')" 'hits store ' \
	'lines are on disk before the store says that they were counted'
# name and number of each system call, of those after the program has locked the folder
awk -F '(' '/^[a-z]/ { n[$1]++ } /^flock/ { on = 1 } on && $1 !~ /^(exit|mmap|munmap|mremap|brk|madvise|rt_sig|getpid|clock)/ { print $1, n[$1] }' \
	"$T/trace" >"$T/points"
every=1
[ -z "${BUILD:-}" ] || [ "$BUILD" = build/plain ] || every=7 # sanitized programs start slowly
while read -r call when; do
	points=$((points + 1))
	[ $((points % every)) -eq 0 ] || continue
	prepare_run
	ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e trace="$call" -e "inject=$call:signal=KILL:when=$when" \
		saca-count "$HITS" "$STORE" >/dev/null 2>&1
done <"$T/points"
count 2>/dev/null
is "$(sql 'select sum(opens) from delivery')" $((before + lines)) "a line counts once, at whichever system call saca-count is killed ($points points)"
is "$(sql "select count(*) from hit_log where name < '$(hour $((NOW - 7300)))'")" 0 'the store forgets each file that was removed, at whichever system call saca-count is killed'
[ "$points" -gt 50 ]
ok $? 'saca-count is killed at every system call of a whole run' "$(cat "$T/points")"
figures_match 'killed'

# A file of several batches whose end is cut off. It is killed in the first batches of the part that is left.
rm -rf "${HITS:?}"/*
NOW=$(date +%s)
awk -v t=$((NOW - 60)) 'BEGIN { for (i = 0; i < 90000; i++) printf "\nopen 1 101 1 - person %d - -\n", t }' >"$HITS/$(hour)"
count 2>/dev/null
before=$(sql 'select sum(opens) from delivery')
truncate -s -100 "$HITS/$(hour)"
for when in 1 2 3; do
	ASAN_OPTIONS=detect_leaks=0 strace -qq -P "$HITS/$(hour)" -o "$T/trace" -e trace=fdatasync -e "inject=fdatasync:signal=KILL:when=$when" \
		saca-count "$HITS" "$STORE" >/dev/null 2>&1
done
grep -q 'killed by SIGKILL' "$T/trace"
ok $? 'saca-count was killed in the third batch of a file from which the end was cut' "$(cat "$T/trace")"
count 2>/dev/null
is "$(sql 'select sum(opens) from delivery')" "$before" 'a file from which the end was cut counts no open twice, whatever is killed'
all_forgets
done_testing
