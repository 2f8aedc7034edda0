#!/bin/sh
# What can be shown in little time: reading mail, accounts and dialogues, and converting text,
# takes no more stack than 256 KB. scripts/analyze and scripts/coverage do the rest;
# here their lists of exceptions are looked at.
. "$(dirname "$0")/lib.sh"
cd "$TOP" || exit 1

case $BIN in
*/sanitize/*)
	skip "a small stack" "the sanitizers' stacks are larger"
	;;
*)
	BUILD=${BUILD:-build/plain}
	for test in mime message smtp data address header param encword cid htmlmeta accounts envelope content convert; do
		(ulimit -s 256 && CK_TIMEOUT_MULTIPLIER=10 "$BUILD/t/unit/$test") >"$T/out" 2>&1
		ok $? "t/unit/$test.c with a stack of 256 KB" "$(grep -v '^ok' "$T/out")"
	done
	(ulimit -s 256 && exec sh t/21-saca-mime.t) >"$T/out" 2>&1
	ok $? "saca-mime with a stack of 256 KB" "$(grep -v '^ok' "$T/out")"
	;;
esac

for list in t/analysis/accepted t/analysis/coverage; do
	bad=$(grep -vE '^(#|$)' "$list" | awk -v list="$list" 'NF < (list ~ /accepted/ ? 5 : 3)')
	is "$bad" "" "$list: every line has its reason"
	for file in $(grep -vE '^(#|$)' "$list" | grep -oE '(src|t)/[a-z0-9/_-]+\.[ch]' | sort -u); do
		[ -f "$file" ] || gone="${gone-} $file"
	done
done
is "${gone-}" "" "and names files that are there"
done_testing
