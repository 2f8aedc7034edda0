#!/bin/sh
# The house is in order: layers look up only, every program has a manual that names its
# options, no file is longer than one sitting.
. "$(dirname "$0")/../lib/tap.sh"
cd "$TOP" || exit 1

# includes LAYER PATTERN: lines of that layer that include what the pattern names
includes() {
	grep -nE "^#[[:space:]]*include[[:space:]]*[<\"]($2)" src/"$1"/*.[ch] 2>/dev/null
}

found=$(includes core 'io/|tls/|store/|prog/|skalibs/|bearssl|sqlite3|libpq|uuid|crypt|iconv|unistd|fcntl|sys/|stdio|poll|signal|errno|locale')
is "$found" "" "core needs libc's memory and string functions only"
found=$(grep -nE '\b(exit|abort|printf|getenv|setenv|fopen|malloc_usable)\(' src/core/*.c)
is "$found" "" "core neither exits, prints nor asks the environment"
found=$(includes io 'tls/|store/|prog/|sqlite3|libpq|iconv')
is "$found" "" "io looks up only"
found=$(includes tls 'store/|prog/')
is "$found" "" "tls looks up only"
found=$(includes store 'tls/|prog/|bearssl')
is "$found" "" "store looks up only"
found=$(grep -lE '^#[[:space:]]*include[[:space:]]*<bearssl' src/core/* src/io/* src/store/* src/prog/* | grep -v '^src/io/hash\.c$')
is "$found" "" "BearSSL is included in src/tls and by the file that hashes"

for main in src/prog/*.c; do
	program=$(basename "$main" .c)
	page=src/prog/$program.8
	[ -f "$page" ]
	ok $? "$program has a manual" || continue
	missing=
	for letter in $(sed -n 's/.*getopt[^"]*"\([A-Za-z0-9:]*\)".*/\1/p' "$main" | tr -d ':\n' | sed 's/./& /g'); do
		grep -qE "(^\.|[[:space:]])Fl [A-Za-z]*$letter" "$page" || missing="$missing -$letter"
	done
	is "$missing" "" "its manual names every option"
done

# A cross reference is found or not according to what else is installed: not our matter.
for page in src/prog/*.[1-8]; do
	found=$(mandoc -Tlint "$page" 2>&1 | grep -vE 'referenced manual not found|lacks .* entry, run makewhatis')
	is "$found" "" "mandoc has nothing to say of $(basename "$page")"
done
for reference in $(sed -n 's/^\.Xr \(saca-[a-z]*\) \([1-8]\).*/\1.\2/p' src/prog/*.[1-8] | sort -u); do
	[ -f "src/prog/$reference" ]
	ok $? "the manual $reference exists, since others refer to it"
done

found=$(wc -l src/*/*.[ch] | awk '$2 != "total" && $1 > 450 {print $2, $1}')
is "$found" "" "every file can be read in one sitting"
found=$(grep -nIiE '\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented\b|for now\b' -r src scripts Makefile INSTALL README 2>/dev/null | grep -vE 'Command not implemented|parameter is not implemented')
is "$found" "" "nothing says that it is unfinished"

case $BIN in */sanitize/*) flavour=SANITIZE=1 ;; *) flavour= ;; esac
make -s install DESTDIR="$T/root" PREFIX=/usr $flavour >"$T/install.log" 2>&1
ok $? "make install works" "$(cat "$T/install.log")"
for main in src/prog/*.c; do
	program=$(basename "$main" .c)
	[ -x "$T/root/usr/bin/$program" ] && [ -f "$T/root/usr/share/man/man8/$program.8" ]
	ok $? "$program is installed with its manual"
done
chmod 4750 "$T/root/usr/bin/saca-spool"
echo older >"$T/root/usr/bin/saca-mime"
make -s install DESTDIR="$T/root" PREFIX=/usr $flavour >"$T/install.log" 2>&1
is "$?:$(stat -c %a "$T/root/usr/bin/saca-spool"):$(find "$T/root" -name '*.new')" "0:4750:" \
	"installed over an older version, a program keeps its bits"
cmp -s "$T/root/usr/bin/saca-mime" "$BIN/saca-mime"
ok $? "and is the newer one"
done_testing
