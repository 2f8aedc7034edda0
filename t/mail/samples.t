#!/bin/sh
# The samples of t/mail/samples: what saca-mime -v draws of each is what stands beside it, and
# its exit code says whether a reason follows.
. "$(dirname "$0")/../lib/tap.sh"

for sample in "$TOP"/t/mail/samples/*.eml; do
	name=$(basename "$sample" .eml)
	out=$(saca-mime -v <"$sample" 2>&1)
	code=$?
	wanted=$(cat "$TOP/t/mail/samples/$name.tree")
	is "$out" "$wanted" "$name is read as it should be"
	case $wanted in
	*falta* | *vacia*) is $code 31 "$name is refused" ;;
	*) is $code 0 "$name is accepted" ;;
	esac
	! printf '%s' "$out" | tr -d '\n' | LC_ALL=C grep -q '[^ -~]'
	ok $? "$name: nothing but printable ASCII reaches the terminal"
done

# The document's example and what makes it an example.
for sample in document fold-broken loose; do
	saca-mime <"$TOP/t/mail/samples/$sample.eml"
	is $? 0 "$sample passes"
done

done_testing
