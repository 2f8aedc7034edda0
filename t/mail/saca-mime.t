#!/bin/sh
# saca-mime the program: alone and in the line, over pipes and files, and when it fails.
# shellcheck disable=SC2016 # the programs run in the line expand their own variables
. "$(dirname "$0")/../lib/tap.sh"

GOOD=$TOP/t/mail/samples/alternative.eml
BAD=$TOP/t/mail/samples/text-only.eml
WHY='^falta la parte text/html: '

# A program for the end of the line: how fd 0 is, where it stands, and what is in it.
cat >"$T/end" <<'END'
#!/bin/sh
case $(readlink /proc/self/fd/0) in
/memfd:* | /tmp/saca.*) kind=memory ;;
/*) kind=file ;;
*) kind=pipe ;;
esac
echo "$kind $(sed -n 's/^pos:[[:space:]]*//p' /proc/self/fdinfo/0) $(cksum)"
END
chmod +x "$T/end"

# --- alone
out=$(saca-mime <"$GOOD" 2>&1)
is "$? $out" "0 " "a good message: silence, exit 0"
out=$(saca-mime <"$BAD" 2>/dev/null)
is $? 31 "a bad one: exit 31"
like "$out" "$WHY" "and the reason on stdout"
is "$(printf '%s\n' "$out" | wc -l)" 1 "which is one line"
out=$(saca-mime -v <"$BAD")
is "$? $(printf '%s\n' "$out" | wc -l)" "31 3" "-v: heading, part and reason of a refused message"
like "$(printf '%s\n' "$out" | tail -n 1)" "$WHY" "the reason comes last"
out=$(saca-mime </dev/null)
is "$? $out" "0 " "an empty message is no error"
is "$(saca-mime -v </dev/null)" "empty: only contacts" "-v says what it means"
out=$(printf '\n \n\n' | saca-mime)
is $? 31 "blank lines are not empty"
like "$out" 'falta' "and incomplete"
out=$(saca-mime <"$T" 2>&1)
is $? 71 "a folder can't be read: exit 71"
like "$out" '^saca-mime: .*unable to read the message: Is a directory$' "said on stderr"
if [ -w /dev/full ]; then
	saca-mime -v <"$GOOD" >/dev/full 2>"$T/err"
	is $? 71 "nor a full stdout written"
	like "$(cat "$T/err")" 'unable to write to stdout' "said on stderr"
else
	skip "a full stdout" "no /dev/full"
fi

# --- options
for arguments in '-x' '-s' '-s x' '-s -1' '-s 1k' '-s 1073741825' '-v true' '-s 99999999999999999999'; do
	# shellcheck disable=SC2086 # several words
	saca-mime $arguments <"$GOOD" >"$T/out" 2>"$T/err"
	is "$? $(wc -c <"$T/out")" "100 0" "misuse is exit 100: $arguments"
done
size=$(wc -c <"$GOOD")
out=$(saca-mime -s "$size" <"$GOOD")
is "$? $out" "0 " "a message of just the size passes"
out=$(saca-mime -s $((size - 1)) <"$GOOD")
is "$? $out" "31 mensaje demasiado grande: como maximo $((size - 1)) octetos" "one more octet and it fails"
out=$(saca-mime -s $((size - 1)) "$T/end" <"$GOOD" 2>&1)
is "$? $out" "31 saca-mime: mensaje demasiado grande: como maximo $((size - 1)) octetos" "in the line too"
yes | saca-mime -s 1000000 >"$T/out"
is "$(cat "$T/out")" "mensaje demasiado grande: como maximo 1000000 octetos" "an endless message has an end"
is "$(printf 'x' | saca-mime -s 0)" "mensaje demasiado grande: como maximo 0 octetos" "-s 0 lets only contacts pass"

# --- NUL
out=$({ cat "$GOOD"; printf '\0'; } | saca-mime)
is $? 31 "a NUL is refused"
like "$out" '^el mensaje contiene un octeto NUL' "and said"
out=$({ cat "$GOOD"; printf '\0'; } | saca-mime -v)
is "$(printf '%s\n' "$out" | wc -l)" 5 "its tree is drawn all the same"

# --- in the line
sum=$(cksum <"$GOOD")
is "$(saca-mime "$T/end" <"$GOOD")" "file 0 $sum" "a file stays that file, rewound"
# shellcheck disable=SC2002 # a pipe is what is wanted
is "$(cat "$GOOD" | saca-mime "$T/end")" "memory 0 $sum" "a pipe becomes a memory file, rewound"
out=$({ dd bs=1 count=1 2>/dev/null >&2; saca-mime "$T/end"; } <"$BAD" 2>"$T/err")
is "$? $out" "31 " "a file in mid-way is judged from there"
is "$({ printf x; cat "$GOOD"; } >"$T/m"; { dd bs=1 count=1 2>/dev/null >&2; saca-mime "$T/end"; } <"$T/m" 2>"$T/err")" \
	"memory 0 $sum" "and handed on from there"
is "$(: | saca-mime "$T/end")" "pipe 0 $(cksum </dev/null)" "an empty message passes untouched"
out=$(saca-mime sh -c 'cat >/dev/null; echo "$1"; exit 7' x y <"$GOOD")
is "$? $out" "7 y" "the program gets its arguments, and its exit code counts"
{ printf 'Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n<p>\n--x\n\n'
	head -c 3000000 /dev/zero | tr '\0' 'a'; } >"$T/big"
# shellcheck disable=SC2002
is "$(cat "$T/big" | saca-mime "$T/end")" "memory 0 $(cksum <"$T/big")" "a big one arrives whole"
# shellcheck disable=SC2002
is "$(cat "$GOOD" | saca-mime sh -c 'cat <&1 >&3' 3>&1 1<"$BAD")" "$(cat "$BAD")" "fd 1 arrives untouched"
out=$(saca-mime "$T/missing" <"$GOOD" 2>&1)
is $? 71 "a program that is not there is exit 71"
like "$out" '^saca-mime: fatal: unable to run .*missing' "said on stderr"

# --- refusing in the line: the reply on fd 6, or none
# refuse FILE: exit code and what came on fd 6
refuse() {
	{ saca-mime "$T/end" <"$1" 6>&1 >"$T/out" 2>"$T/err"; echo " $?" >"$T/code"; } | cat >"$T/reply"
	echo "$(cat "$T/reply")$(cat "$T/code")"
}
like "$(refuse "$BAD")" '^Dfalta la parte text/html: .* 82$' "fd 6 a pipe: D, the reason, exit 82"
is "$(wc -l <"$T/reply")" 0 "without a line end"
is "$(cat "$T/out")" "" "nothing on stdout"
like "$(refuse "$T")" '^Zno se pudo leer el mensaje: .* 82$' "what may pass is Z"
like "$(refuse "$GOOD")" '^ 0$' "a good one leaves fd 6 to the program"
is "$(saca-mime sh -c 'cat >/dev/null; echo K >&6' <"$GOOD" 6>&1 | cat)" "K" "which can write there"
out=$(saca-mime "$T/end" <"$BAD" 6>"$T/file" 2>&1)
is "$? $(wc -c <"$T/file")" "31 0" "fd 6 a file: exit 31, and nothing is written"
like "$out" '^saca-mime: falta la parte text/html' "the reason is on stderr"
mkfifo "$T/fifo"
exec 5<>"$T/fifo"
saca-mime "$T/end" <"$BAD" 6<"$T/fifo" 2>/dev/null
is $? 31 "fd 6 a pipe to read from: exit 31"
saca-mime "$T/end" <"$BAD" 6>&- 2>/dev/null
is $? 31 "fd 6 closed: exit 31"
exec 5>&-
# A pipe that has lost its reader for sure.
mkfifo "$T/gone"
exec 4<>"$T/gone"
exec 6>"$T/gone" 4>&-
saca-mime "$T/end" <"$BAD" 2>/dev/null
is $? 31 "nobody reads fd 6: exit 31, not a signal"
saca-mime "$T/end" <"$BAD" 2>&6
is $? 31 "nor fd 2"
saca-mime "$T/end" <"$T" 2>&6
is $? 71 "nor that, when the message can't be read"
saca-mime "$T/missing" <"$GOOD" 2>&6
is $? 71 "nor that, when the program can't be run"
exec 6>&-
out=$({ cat "$GOOD"; printf '\0'; } | saca-mime "$T/end" 2>&1)
is $? 31 "a NUL is refused in the line"

# --- when the system fails: 71, or Z and 82; never the wrong message
# failing CALLS ERROR: runs the line, the first of these calls failing; prints exit code, reply
failing() {
	cat "$GOOD" | { strace -qq -o /dev/null -e "inject=$1:error=$2:when=1" saca-mime "$T/end" \
		6>&1 >"$T/out" 2>"$T/err"; echo " $?" >"$T/code"; } | cat >"$T/reply"
	echo "$(cat "$T/reply")$(cat "$T/code")"
}
if [ -z "$WRAPPED" ] && strace -qq -o /dev/null true 2>/dev/null; then
	for fault in memfd_create:ENOMEM memfd_create:EMFILE pwrite64:ENOSPC '?dup2,dup3:EMFILE'; do
		like "$(failing "${fault%:*}" "${fault#*:}")" '^Zno se pudo leer el mensaje: .* 82$' "$fault is Z"
		is "$(cat "$T/out")" "" "$fault: the program does not run"
	done
	is "$(failing memfd_create ENOSYS) $(cat "$T/out")" " 0 memory 0 $sum" \
		"without memory files it takes a nameless one"
	# Where the loader reads libraries first, the first read is not ours.
	if LC_ALL=C grep -qE '/lib[a-z0-9]*/ld-' "$BIN/saca-mime"; then
		skip "reads that fail" "a dynamic program"
	else
		like "$(failing read EIO)" '^Zno se pudo leer el mensaje: .* 82$' "read:EIO is Z"
		is "$(failing read EINTR) $(cat "$T/out")" " 0 memory 0 $sum" "an interrupted read is done again"
	fi
	is "$(failing pwrite64 EINTR) $(cat "$T/out")" " 0 memory 0 $sum" "so is a write"
else
	skip "failing system calls" "strace can not be had, or not reach the program"
fi

# --- a recipient list in the main header
{ printf 'Subject: Boletin\nTo: '
	perl -e 'printf "suscriptor%05d\@correo-ejemplo.org,\n ", $_ for 1 .. 14000'
	printf 'fin@correo-ejemplo.org\n'
	cat "$GOOD"; } >"$T/to"
out=$(saca-mime <"$T/to")
is "$? $out" "0 " "a To field of 14000 addresses passes: $(wc -c <"$T/to") octets"

# --- floods: each is answered, and soon
# flood NAME BEFORE AGAIN WANTED
flood() {
	perl -e 'my ($before, $again, $i, $out) = (eval qq("$ARGV[0]"), eval qq("$ARGV[1]"), 0);
		$out = $before;
		while (length $out < 512000) { $i++; (my $s = $again) =~ s/#/$i/g; $out .= $s; }
		print $out' "$2" "$3" >"$T/flood"
	out=$(timeout 5 saca-mime <"$T/flood")
	is "$? $(printf '%.20s' "$out")" "31 $4" "$1"
}
M='Content-Type: multipart/mixed; boundary=x\n\n'
flood "5000 nested multiparts" '' 'Content-Type: multipart/mixed; boundary=#\n\n--#\n' 'demasiados niveles d'
flood "5000 nested messages" '' 'Content-Type: message/rfc822\n\nSubject: x\n\n' 'faltan las partes te'
flood "100000 tiny parts" "$M" '--x\n\n' 'demasiadas partes MI'
flood "30000 encoded words" 'Subject:' ' =?utf-8?q?a?=' 'campo de cabecera de'
flood "20000 parameters" 'Content-Type: text/plain' '; charset*#=b' 'campo de cabecera de'
flood "100000 header lines" '' 'a: b\n' 'falta la parte text/'
flood "one line of 512000 octets" 'a: b\n\n' 'xxxxxxxxxx' 'falta la parte text/'
flood "512000 lines" '\n' '\n' 'falta la parte text/'
flood "256000 lines in a multipart" "$M" 'x\n' 'demasiadas partes MI'

done_testing
