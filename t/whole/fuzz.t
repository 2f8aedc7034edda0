#!/bin/sh
# Every fuzzing target over all its seeds, then over mutations of them for FUZZ_SECONDS each:
# by default 20 under the sanitizers and 1 without; those that read a small part of what the
# nine below read too, an eighth of it. (scripts/fuzz searches for hours.) FUZZ_START is where
# the mutations start; without it they differ from run to run, and the number is told.
. "$(dirname "$0")/../lib/tap.sh"
cd "$TOP" || exit 1
. t/lib/fuzz.sh

case $BIN in
*/sanitize/*) flavour=SANITIZE=1 build=build/sanitize seconds=${FUZZ_SECONDS:-20} ;;
*) flavour= build=${BUILD:-build/plain} seconds=${FUZZ_SECONDS:-1} ;;
esac
start=${FUZZ_START:-$(date +%s)}
kept=$build/t/kept
nine="dialogue mime address header param cid accounts file proxy"
echo "# $seconds seconds each, FUZZ_START=$start"

# shellcheck disable=SC2086 # nothing or one word
make -s fuzz $flavour >"$T/make.log" 2>&1
ok $? "the targets are built" "$(cat "$T/make.log")"
mkdir -p "$kept"

# As many at a time as there are cores, the long ones first.
# shellcheck disable=SC2086
{
	printf "%s $seconds\n" $nine
	fuzz_targets | grep -vxF "$(printf '%s\n' $nine)" | sed "s/\$/ $((seconds / 8 + 1))/"
} >"$T/queue"
# shellcheck disable=SC2016 # it is the inner shell's
build=$build start=$start kept=$kept xargs -P "$(nproc)" -L 1 sh -c '. t/lib/fuzz.sh
	"$build/t/$(fuzz_path "$1")" -t "$2" -r "$start" $(fuzz_dictionary "$1") -k "$kept/$1" $(fuzz_seeds "$1") >"$T/$1.out" 2>&1
	echo $? >"$T/$1.code"' sh <"$T/queue"

for target in $(fuzz_targets); do
	is "$(cat "$T/$target.code")" 0 "$target: $(grep seeds "$T/$target.out")"
	[ "$(cat "$T/$target.code")" -eq 0 ] || {
		sed 's/^/# /' "$T/$target.out"
		echo "# the input is kept in $kept/$target"
	}
done

# --- what could make a run say nothing
is "$(cut -d' ' -f1 "$T/queue" | sort | tr '\n' ' ')" "$(fuzz_targets | sort | tr '\n' ' ')" "every target has run"
for target in $(fuzz_targets); do
	[ -d "t/$(fuzz_path "$target").seeds" ] || absent="${absent-} $target"
done
is "${absent-}" "" "every target has seeds of its own"
for seeds in t/*/fuzz/*.seeds t/*/fuzz/*.words; do
	[ -f "${seeds%.*}.c" ] || stray="${stray-} $seeds"
done
is "${stray-}" "" "every folder of seeds and every list of words has its target"
printf 'Fa@b.es\0Tx\0\0\007' >"$T/seed"
"$build/t/spool/fuzz/envelope" -x /dev/stdin "$T/seed" >"$T/out" 2>&1 <<'EOS'
word="abc
EOS
is $? 100 "a list of words with a fault in it is refused"
"$build/t/spool/fuzz/envelope" "$T/nothing" >"$T/out" 2>&1
is $? 111 "seeds that are not there are missed"
"$build/t/spool/fuzz/envelope" >"$T/out" 2>&1
is $? 100 "and so is a run without any"

done_testing
