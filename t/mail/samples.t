#!/bin/sh
# The samples of t/mail/samples: saca-mime -v draws NAME.tree of each NAME.eml. Its exit code is 31
# if the tree ends with a reason.
. "$(dirname "$0")/../lib/tap.sh"

for sample in "$TOP"/t/mail/samples/*.eml; do
	name=$(basename "$sample" .eml)
	out=$(saca-mime -v <"$sample" 2>&1)
	code=$?
	wanted=$(cat "$TOP/t/mail/samples/$name.tree")
	is "$out" "$wanted" "saca-mime -v draws $name.tree of $name.eml"
	case $wanted in
	*falta* | *vacia*) is $code 31 "$name.eml is refused" ;;
	*) is $code 0 "$name.eml is accepted" ;;
	esac
	! printf '%s' "$out" | tr -d '\n' | LC_ALL=C grep -q '[^ -~]'
	ok $? "$name: the tree is printable ASCII"
done

# The example of the platform's document with its two faults.
for sample in document fold-broken loose; do
	saca-mime <"$TOP/t/mail/samples/$sample.eml"
	is $? 0 "$sample is accepted without options"
done

done_testing
