#!/bin/sh
# The unit tests of the parsers pass with a stack of 256 KB, which tap.sh gives every test. The
# exceptions of scripts/analyze and scripts/coverage have reasons, and name existing files.
. "$(dirname "$0")/../lib/tap.sh"
cd "$TOP" || exit 1

case $BIN in
*/sanitize/*)
	skip "the programs run with a small stack" "the sanitizers' stacks are larger"
	;;
*)
	is "$(ulimit -S -s)" 256 "the programs run with a small stack"
	BUILD=${BUILD:-build/plain}
	for test in mail/mime mail/message smtp/dialogue smtp/data mail/address mail/header mail/param mail/encword mail/cid \
		mail/html_meta accounts/accounts spool/envelope import/content import/convert; do
		CK_TIMEOUT_MULTIPLIER=10 "$BUILD/t/$test" >"$T/out" 2>&1
		ok $? "t/$test.c passes with a stack of 256 KB" "$(grep -v '^ok' "$T/out")"
	done
	;;
esac

bad=$(awk '/^#/ {reason = 1} /^$/ {reason = 0} /^{/ && !reason' t/whole/analysis/valgrind.supp)
is "$bad" "" "every suppression of t/whole/analysis/valgrind.supp has a reason"
for list in t/whole/analysis/accepted t/whole/analysis/coverage; do
	bad=$(grep -vE '^(#|$)' "$list" | awk -v list="$list" 'NF < (list ~ /accepted/ ? 5 : 3)')
	is "$bad" "" "every line of $list has a reason"
	for file in $(grep -vE '^(#|$)' "$list" | grep -oE '(src|t)/[a-z0-9/_-]+\.[ch]' | sort -u); do
		[ -f "$file" ] || gone="${gone-} $file"
	done
done
is "${gone-}" "" "the lists of exceptions from analysis name existing files"
done_testing
