#!/bin/sh
# Python's email package and GMime read the samples of t/mail/samples as saca-mime does, except for
# those in the table of t/mail/samples/README.
. "$(dirname "$0")/../lib/tap.sh"

LC_ALL=C
export LC_ALL

# differing READER: prints the samples that READER reads differently
differing() {
	sed -n "s/ $1\$//p" "$T/differences" | sort
}

# explained READER: prints the samples of the table in README, whose lines are `| sample |
# reader(s) | why |`
explained() {
	awk -F '|' -v reader="$1" '$3 ~ reader { gsub(/ /, "", $2); print $2 }' "$TOP/t/mail/samples/README" | sort
}

# The system's python3 has the system's bindings to GMime.
PYTHON=
for p in /usr/bin/python3 python3; do
	command -v $p >/dev/null && PYTHON=$p && break
done
if [ -z "$PYTHON" ]; then
	skip "python's email package" "no python3"
	skip "GMime" "no python3"
	done_testing
fi
"$PYTHON" "$TOP/t/mail/samples/compare.py" >"$T/differences" 2>"$T/err"
ok $? "compare.py reads the samples" "$(cat "$T/err")"
is "$(differing python)" "$(explained python)" \
	"Python reads all samples but those in README as saca-mime does"
if grep -q 'gmime is missing' "$T/err"; then
	skip "GMime reads all samples but those in README as saca-mime does" "no gir1.2-gmime-3.0 and python3-gi"
else
	is "$(differing gmime)" "$(explained gmime)" \
		"GMime reads all samples but those in README as saca-mime does"
fi
done_testing
