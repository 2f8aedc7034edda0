#!/bin/sh
# Every fuzz target runs on all its seeds, then on mutations of them for FUZZ_SECONDS: by
# default 20 under the sanitizers and 1 without. Only the nine targets below take the whole
# time; the others read a part of the same input, and take an eighth. FUZZ_START is the
# start of the mutations; by default it is the time, and is printed. scripts/fuzz searches
# for hours.
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
ok $? "every fuzz target builds" "$(cat "$T/make.log")"
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
	is "$(cat "$T/$target.code")" 0 "fuzz target $target finds no fault: $(grep seeds "$T/$target.out")"
	[ "$(cat "$T/$target.code")" -eq 0 ] || {
		sed 's/^/# /' "$T/$target.out"
		echo "# the input is kept in $kept/$target"
	}
done

# --- Guards against a run that tests nothing
is "$(cut -d' ' -f1 "$T/queue" | sort | tr '\n' ' ')" "$(fuzz_targets | sort | tr '\n' ' ')" "whole/fuzz.t runs every fuzz target"
for target in $(fuzz_targets); do
	[ -d "t/$(fuzz_path "$target").seeds" ] || absent="${absent-} $target"
done
is "${absent-}" "" "every fuzz target has seeds"
for seeds in t/*/fuzz/*.seeds t/*/fuzz/*.words; do
	[ -f "${seeds%.*}.c" ] || stray="${stray-} $seeds"
done
is "${stray-}" "" "every folder of seeds and every dictionary has its target"
printf 'Fa@b.es\0Tx\0\0\007' >"$T/seed"
"$build/t/spool/fuzz/envelope" -x /dev/stdin "$T/seed" >"$T/out" 2>&1 <<'EOS'
word="abc
EOS
is $? 100 "a fuzz target exits 100 for a faulty dictionary"
"$build/t/spool/fuzz/envelope" "$T/nothing" >"$T/out" 2>&1
is $? 111 "a fuzz target without its seed files exits 111"
"$build/t/spool/fuzz/envelope" >"$T/out" 2>&1
is $? 100 "a fuzz target without arguments exits 100"

done_testing
