#!/bin/sh
# The compiler's and linker's protections, read from the programs in $BIN.
. "$(dirname "$0")/../lib/tap.sh"

case $BIN$WRAPPED in
*/sanitize/* | *yes) echo "1..0 # SKIP sanitizers and valgrind need other flags"; exit 0 ;;
esac
command -v objdump >/dev/null || { echo "1..0 # SKIP binutils are not installed"; exit 0; }

# symbols FILE: prints the names in its symbol table, without versions
symbols() { readelf -sW "$1" | awk '{ sub(/@.*/, "", $8); print $8 }'; }

# protected NAME: prints the functions of src/prog/NAME.c that check their stack. (libc's have checks of their own.)
protected() {
	functions=$(sed -n 's/^[a-z_].*[ *]\([a-z_0-9]*\)(.*/\1/p' "$TOP/src/prog/$1.c" | sort -u | tr '\n' '|')
	objdump -d "$BIN/$1" | awk -v ours="^(${functions%|})$" '
		/^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]/, "", name) }
		/<__stack_chk_fail/ && name ~ ours { print name }'
}

is_static() { ! readelf -lW "$1" | grep -q INTERP; }

# Only glibc has the checked functions of _FORTIFY_SOURCE. Its programs name their ABI in a note.
is_glibc() { readelf -nW "$1" 2>/dev/null | grep -q NT_GNU_ABI_TAG; }

for program in "$BIN"/saca-*; do
	name=${program##*/}
	like "$(readelf -lW "$program")" '^ *GNU_RELRO' "$name has a read-only section for relocated data (relro)"
	if symbols "$program" | grep -q '^main$'; then
		like "$(protected "$name")" . "$name is built with -fstack-protector-strong"
	else
		skip "$name is built with -fstack-protector-strong" "the program is stripped"
	fi
	is_static "$program" && continue
	like "$(readelf -dW "$program")" 'NOW' "$name resolves its symbols at the start (-z now)"
	like "$(readelf -hW "$program")" 'Type: *DYN' "$name is a position-independent executable"
done

for name in saca-smtpd saca-tlsd saca-spool saca-import; do
	if is_glibc "$BIN/$name" && symbols "$BIN/$name" | grep -q '^main$'; then
		like "$(symbols "$BIN/$name")" '^__(snprintf|memcpy)_chk$' "$name is built with _FORTIFY_SOURCE"
	else
		skip "$name is built with _FORTIFY_SOURCE" "the program is stripped, or its libc has no checked functions"
	fi
done
done_testing
