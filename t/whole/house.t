#!/bin/sh
# The rules of the house: layers, pure files, manuals, sizes of files, make install.
. "$(dirname "$0")/../lib/tap.sh"
cd "$TOP" || exit 1

# A folder includes only its own headers and those of folders on an earlier line.
LAYERS='base
ucspi service
mail
tls accounts
smtp spool
store
import
send
web
prog'

# includes FILES PATTERN: prints the #include lines of FILES that match PATTERN
includes() {
	# shellcheck disable=SC2086 # names without blanks
	grep -nE "^#[[:space:]]*include[[:space:]]*[<\"]($2)" $1 /dev/null
}

is "$(ls -d src/*/ | cut -d/ -f2 | sort | tr '\n' ' ')" "$(printf '%s' "$LAYERS" | tr ' ' '\n' | sort | tr '\n' ' ')" \
	"every folder of src is in a layer"
later=$(printf '%s' "$LAYERS" | tr '\n' ' ')
printf '%s\n' "$LAYERS" >"$T/layers"
while read -r layer; do
	later=${later#"$layer"}
	later=${later# }
	for folder in $layer; do
		forbidden=$(printf '%s %s' "$layer" "$later" | tr -s ' ' '\n' | grep -vx "$folder" | tr '\n' '|')
		is "$(includes "src/$folder/*.[ch]" "(${forbidden%|})/")" "" "src/$folder includes no header of its own or a later layer"
	done
done <"$T/layers"

# The lists of pure files.
grep -v '^#' src/PURE >"$T/pure"
pure=
while read -r folder names; do
	for name in $names; do
		found=$(ls "src/$folder/$name".[ch] 2>/dev/null)
		[ -n "$found" ] || ok 1 "src/PURE: $folder/$name exists"
		pure="$pure $found"
	done
done <"$T/pure"
is "$(includes "$pure" 'skalibs/|bearssl|sqlite3|libpq|uuid|crypt|iconv|curl|unistd|fcntl|sys/|stdio|poll|signal|errno|locale')" "" \
	"pure files include only memory, string and integer headers of libc"
# shellcheck disable=SC2086
is "$(grep -nE '\b(exit|abort|printf|getenv|setenv|fopen|malloc_usable)\(' $pure)" "" \
	"pure files do not exit, print or read the environment"
# shellcheck disable=SC2086
impure=$(includes "$pure" '[a-z]+/' | sed -n 's/.*"\([a-z]*\)\/\([a-z0-9_]*\)\.h".*/\1 \2/p' | sort -u | while read -r folder name; do
	grep -Eq "^$folder .*\b$name\b" src/PURE || echo "$folder/$name.h"
done)
is "$impure" "" "pure files include only headers of pure files"

is "$(includes 'src/*/*.[ch]' bearssl | cut -d: -f1 | sort -u | grep -vE '^src/(tls/|base/hash\.c$)')" "" \
	"BearSSL is included only in src/tls and src/base/hash.c"
is "$(includes 'src/*/*.[ch]' 'sqlite3|libpq' | cut -d: -f1 | sort -u | grep -v '^src/store/')" "" \
	"SQLite and libpq are included only in src/store"

for main in src/prog/*.c; do
	program=$(basename "$main" .c)
	page=src/prog/$program.8
	[ -f "$page" ]
	ok $? "$program has a manual" || continue
	missing=
	for letter in $(sed -n 's/.*getopt[^"]*"\([A-Za-z0-9:]*\)".*/\1/p' "$main" | tr -d ':\n' | sed 's/./& /g'); do
		grep -qE "(^\.|[[:space:]])Fl [A-Za-z]*$letter" "$page" || missing="$missing -$letter"
	done
	is "$missing" "" "$program.8 names every option of $program"
done

# A reference to a manual that is not installed here is not a fault.
for page in src/prog/*.[1-8]; do
	found=$(mandoc -Tlint "$page" 2>&1 | grep -vE 'referenced manual not found|lacks .* entry, run makewhatis')
	is "$found" "" "mandoc -Tlint reports nothing for $(basename "$page")"
done
for reference in $(sed -n 's/^\.Xr \(saca-[a-z]*\) \([1-8]\).*/\1.\2/p' src/prog/*.[1-8] | sort -u); do
	[ -f "src/prog/$reference" ]
	ok $? "the referenced manual $reference exists"
done

found=$(wc -l src/*/*.[ch] | awk '$2 != "total" && $1 > 450 {print $2, $1}')
is "$found" "" "no source file has more than 450 lines"
is "$(awk 'length > 120 {print FILENAME ":" FNR}' Makefile)" "" "no line of the Makefile has more than 120 columns"
found=$(grep -rnIE '\b(TODO|FIXME|XXX|HACK)\b' src scripts Makefile INSTALL README
	grep -rnIiE 'not (yet )?implemented\b|for now\b' src scripts Makefile INSTALL README |
		grep -vE 'Command not implemented|parameter is not implemented')
is "$found" "" "no text says that something is unfinished"

case $BIN in */sanitize/*) flavour=SANITIZE=1 ;; *) flavour= ;; esac
make -s install DESTDIR="$T/root" PREFIX=/usr $flavour >"$T/install.log" 2>&1
ok $? "make install succeeds" "$(cat "$T/install.log")"
for main in src/prog/*.c; do
	program=$(basename "$main" .c)
	[ -x "$T/root/usr/bin/$program" ] && [ -f "$T/root/usr/share/man/man8/$program.8" ]
	ok $? "make install installs $program and its manual"
done
is "$(cat "$T/install.log")" "" "make install prints nothing when no set-id bit is there"
chmod 4750 "$T/root/usr/bin/saca-spool"
echo older >"$T/root/usr/bin/saca-mime"
make -s install DESTDIR="$T/root" PREFIX=/usr $flavour >"$T/install.log" 2>&1
is "$?:$(stat -c %a "$T/root/usr/bin/saca-spool"):$(find "$T/root" -name '*.new')" "0:755:" \
	"make install sets mode 755 and leaves no temporary file"
like "$(cat "$T/install.log")" "bits of .*/saca-spool are removed .was -rwsr-x---" "make install names the program whose set-id bit it removes"
cmp -s "$T/root/usr/bin/saca-mime" "$BIN/saca-mime"
ok $? "make install replaces an older program"
done_testing
