#!/bin/sh
# t/README is true: the tests that it names exist, and it names every test and transcript.
. "$(dirname "$0")/../lib/tap.sh"
cd "$TOP/t" || exit 1

sed -n '/^PORTS/,/^THE DRIVERS/p' README >"$T/index"
[ -s "$T/index" ]
ok $? "t/README has an index"
for name in $(grep -oE '\b[a-z0-9_/-]+\.(t|c|smtp)\b' "$T/index" | sort -u); do
	[ -f "$name" ] || [ -f "smtp/dialogue/$name" ] || echo "$name"
done >"$T/unknown"
is "$(cat "$T/unknown")" "" "every test that t/README names exists"
for test in */*.t; do
	grep -qF "$test" "$T/index" || echo "$test"
done >"$T/unnamed"
is "$(cat "$T/unnamed")" "" "t/README names every shell test"
for test in [!l]*/*.c; do # t/lib has no unit tests
	grep -qF "$test" "$T/index" || echo "$test"
done >"$T/untold"
is "$(cat "$T/untold")" "" "t/README names every unit test"
for test in smtp/dialogue/*.smtp; do
	grep -qF " ${test##*/}" "$T/index" || echo "$test"
done >"$T/unlisted"
is "$(cat "$T/unlisted")" "" "t/README names every transcript"
for test in smtp/dialogue/*.smtp; do
	[ -f "${test%.smtp}.replies" ] || echo "$test"
done >"$T/unreplied"
is "$(cat "$T/unreplied")" "" "every transcript of t/smtp/dialogue has its replies"
done_testing
