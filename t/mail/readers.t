#!/bin/sh
# Other readers of mail see the samples of t/mail/samples as saca-mime does, but for those whose
# difference t/mail/samples/README explains: no more, and no less.
. "$(dirname "$0")/../lib/tap.sh"

LC_ALL=C
export LC_ALL

# differing READER: the samples that it reads otherwise
differing() {
	sed -n "s/ $1\$//p" "$T/differences" | sort
}

# explained READER: the samples in README's table, a line `| sample | reader(s) | why |`
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
ok $? "the samples are compared" "$(cat "$T/err")"
is "$(differing python)" "$(explained python)" \
	"python's email package differs where README says so"
if grep -q 'gmime is missing' "$T/err"; then
	skip "GMime differs where README says so" "no gir1.2-gmime-3.0 and python3-gi"
else
	is "$(differing gmime)" "$(explained gmime)" \
		"GMime differs where README says so"
fi
done_testing
