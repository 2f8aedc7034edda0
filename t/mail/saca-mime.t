#!/bin/sh
# saca-mime: alone and in the line, with pipes and files, and its failures.
# shellcheck disable=SC2016 # the programs run in the line expand their own variables
. "$(dirname "$0")/../lib/tap.sh"

GOOD=$TOP/t/mail/samples/alternative.eml
BAD=$TOP/t/mail/samples/text-only.eml
WHY='^falta la parte text/html: '

# The last program of the line: prints the kind of fd 0, its offset, and a checksum.
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
is "$? $out" "0 " "an accepted message: exit 0, no output"
out=$(saca-mime <"$BAD" 2>/dev/null)
is $? 31 "a refused message: exit 31"
like "$out" "$WHY" "a refused message: the reason is on stdout"
is "$(printf '%s\n' "$out" | wc -l)" 1 "the reason is one line"
out=$(saca-mime -v <"$BAD")
is "$? $(printf '%s\n' "$out" | wc -l)" "31 3" "-v prints heading, part and reason of a refused message"
like "$(printf '%s\n' "$out" | tail -n 1)" "$WHY" "-v prints the reason last"
out=$(saca-mime </dev/null)
is "$? $out" "0 " "an empty message is accepted"
is "$(saca-mime -v </dev/null)" "empty: only contacts" "-v says that an empty message is only contacts"
out=$(printf '\n \n\n' | saca-mime)
is $? 31 "a message of blank lines is refused"
like "$out" 'falta' "a message of blank lines is incomplete, not empty"
out=$(saca-mime <"$T" 2>&1)
is $? 71 "a message that cannot be read: exit 71"
like "$out" '^saca-mime: .*unable to read the message: Is a directory$' "a message that cannot be read: the reason is on stderr"
if [ -w /dev/full ]; then
	saca-mime -v <"$GOOD" >/dev/full 2>"$T/err"
	is $? 71 "a full stdout: exit 71"
	like "$(cat "$T/err")" 'unable to write to stdout' "a full stdout: the reason is on stderr"
else
	skip "a full stdout" "no /dev/full"
fi

# --- options
for arguments in '-x' '-s' '-s x' '-s -1' '-s 1k' '-s 1073741825' '-v true' '-s 99999999999999999999'; do
	# shellcheck disable=SC2086 # several words
	saca-mime $arguments <"$GOOD" >"$T/out" 2>"$T/err"
	is "$? $(wc -c <"$T/out")" "100 0" "misuse exits 100: $arguments"
done
size=$(wc -c <"$GOOD")
out=$(saca-mime -s "$size" <"$GOOD")
is "$? $out" "0 " "-s accepts a message of exactly that size"
out=$(saca-mime -s $((size - 1)) <"$GOOD")
is "$? $out" "31 mensaje demasiado grande: como maximo $((size - 1)) octetos" "-s refuses a message of one octet more"
out=$(saca-mime -s $((size - 1)) "$T/end" <"$GOOD" 2>&1)
is "$? $out" "31 saca-mime: mensaje demasiado grande: como maximo $((size - 1)) octetos" "-s refuses it before another program, too"
yes | saca-mime -s 1000000 >"$T/out"
is "$(cat "$T/out")" "mensaje demasiado grande: como maximo 1000000 octetos" "an endless message is refused at the limit"
is "$(printf 'x' | saca-mime -s 0)" "mensaje demasiado grande: como maximo 0 octetos" "-s 0 refuses every message that is not empty"

# --- NUL
out=$({ cat "$GOOD"; printf '\0'; } | saca-mime)
is $? 31 "a message with a NUL is refused"
like "$out" '^el mensaje contiene un octeto NUL' "the reason names the NUL"
out=$({ cat "$GOOD"; printf '\0'; } | saca-mime -v)
is "$(printf '%s\n' "$out" | wc -l)" 5 "-v draws the tree of a message with a NUL"

# --- in the line
sum=$(cksum <"$GOOD")
is "$(saca-mime "$T/end" <"$GOOD")" "file 0 $sum" "the next program gets the same file, rewound"
# shellcheck disable=SC2002 # a pipe is what is wanted
is "$(cat "$GOOD" | saca-mime "$T/end")" "memory 0 $sum" "the next program gets a pipe as a memory file, rewound"
out=$({ dd bs=1 count=1 2>/dev/null >&2; saca-mime "$T/end"; } <"$BAD" 2>"$T/err")
is "$? $out" "31 " "a file is judged from its offset on"
is "$({ printf x; cat "$GOOD"; } >"$T/m"; { dd bs=1 count=1 2>/dev/null >&2; saca-mime "$T/end"; } <"$T/m" 2>"$T/err")" \
	"memory 0 $sum" "the next program gets a file from its offset on, in memory"
is "$(: | saca-mime "$T/end")" "pipe 0 $(cksum </dev/null)" "the next program gets the same pipe if the message is empty"
out=$(saca-mime sh -c 'cat >/dev/null; echo "$1"; exit 7' x y <"$GOOD")
is "$? $out" "7 y" "the next program has its arguments, and its exit code is the result"
{ printf 'Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n<p>\n--x\n\n'
	head -c 3000000 /dev/zero | tr '\0' 'a'; } >"$T/big"
# shellcheck disable=SC2002
is "$(cat "$T/big" | saca-mime "$T/end")" "memory 0 $(cksum <"$T/big")" "a message of 3 MB reaches the next program whole"
# shellcheck disable=SC2002
is "$(cat "$GOOD" | saca-mime sh -c 'cat <&1 >&3' 3>&1 1<"$BAD")" "$(cat "$BAD")" "the next program gets fd 1 unchanged"
out=$(saca-mime "$T/missing" <"$GOOD" 2>&1)
is $? 71 "a next program that does not exist: exit 71"
like "$out" '^saca-mime: fatal: unable to run .*missing' "a next program that does not exist: the reason is on stderr"

# --- refusals in the line: the reply on fd 6, or no reply refuse FILE: prints the exit code and
# the octets on fd 6
refuse() {
	{ saca-mime "$T/end" <"$1" 6>&1 >"$T/out" 2>"$T/err"; echo " $?" >"$T/code"; } | cat >"$T/reply"
	echo "$(cat "$T/reply")$(cat "$T/code")"
}
like "$(refuse "$BAD")" '^Dfalta la parte text/html: .* 82$' "fd 6 is a pipe: D, the reason, exit 82"
is "$(wc -l <"$T/reply")" 0 "the answer has no line end"
is "$(cat "$T/out")" "" "a refusal in the line prints nothing on stdout"
like "$(refuse "$T")" '^Zno se pudo leer el mensaje: .* 82$' "a temporary failure is Z"
like "$(refuse "$GOOD")" '^ 0$' "an accepted message: nothing is written to fd 6"
is "$(saca-mime sh -c 'cat >/dev/null; echo K >&6' <"$GOOD" 6>&1 | cat)" "K" "the next program can write to fd 6"
out=$(saca-mime "$T/end" <"$BAD" 6>"$T/file" 2>&1)
is "$? $(wc -c <"$T/file")" "31 0" "fd 6 is a file: exit 31, nothing is written to it"
like "$out" '^saca-mime: falta la parte text/html' "fd 6 is a file: the reason is on stderr"
mkfifo "$T/fifo"
exec 5<>"$T/fifo"
saca-mime "$T/end" <"$BAD" 6<"$T/fifo" 2>/dev/null
is $? 31 "fd 6 is the reading end of a pipe: exit 31"
saca-mime "$T/end" <"$BAD" 6>&- 2>/dev/null
is $? 31 "fd 6 is closed: exit 31"
exec 5>&-
# A pipe without a reader.
mkfifo "$T/gone"
exec 4<>"$T/gone"
exec 6>"$T/gone" 4>&-
saca-mime "$T/end" <"$BAD" 2>/dev/null
is $? 31 "fd 6 has no reader: exit 31, not a signal"
saca-mime "$T/end" <"$BAD" 2>&6
is $? 31 "fd 6 and fd 2 have no reader: exit 31"
saca-mime "$T/end" <"$T" 2>&6
is $? 71 "fd 2 has no reader and the message cannot be read: exit 71"
saca-mime "$T/missing" <"$GOOD" 2>&6
is $? 71 "fd 2 has no reader and the program cannot be run: exit 71"
exec 6>&-
out=$({ cat "$GOOD"; printf '\0'; } | saca-mime "$T/end" 2>&1)
is $? 31 "a message with a NUL is refused in the line, too"

# --- system calls that fail: exit 71, or Z and 82; never another message failing CALLS ERROR:
# runs the line; the first of these calls fails. Prints exit code and reply
failing() {
	cat "$GOOD" | { strace -qq -o /dev/null -e "inject=$1:error=$2:when=1" saca-mime "$T/end" \
		6>&1 >"$T/out" 2>"$T/err"; echo " $?" >"$T/code"; } | cat >"$T/reply"
	echo "$(cat "$T/reply")$(cat "$T/code")"
}
if [ -z "$WRAPPED" ] && strace -qq -o /dev/null true 2>/dev/null; then
	for fault in memfd_create:ENOMEM memfd_create:EMFILE pwrite64:ENOSPC '?dup2,dup3:EMFILE'; do
		like "$(failing "${fault%:*}" "${fault#*:}")" '^Zno se pudo leer el mensaje: .* 82$' "$fault: the answer is Z"
		is "$(cat "$T/out")" "" "$fault: the program does not run"
	done
	is "$(failing memfd_create ENOSYS) $(cat "$T/out")" " 0 memory 0 $sum" \
		"without memory files, the next program gets a nameless file"
	# Where the loader reads libraries first, the first read is not ours.
	if LC_ALL=C grep -qE '/lib[a-z0-9]*/ld-' "$BIN/saca-mime"; then
		skip "reads that fail" "a dynamic program"
	else
		like "$(failing read EIO)" '^Zno se pudo leer el mensaje: .* 82$' "read:EIO: the answer is Z"
		is "$(failing read EINTR) $(cat "$T/out")" " 0 memory 0 $sum" "an interrupted read is repeated"
	fi
	is "$(failing pwrite64 EINTR) $(cat "$T/out")" " 0 memory 0 $sum" "an interrupted write is repeated"
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

# --- floods: each is refused within 5 seconds
# flood NAME BEFORE AGAIN WANTED: tests that BEFORE and half a MB of AGAIN get the exit code WANTED in time
flood() {
	perl -e 'my ($before, $again, $i, $out) = (eval qq("$ARGV[0]"), eval qq("$ARGV[1]"), 0);
		$out = $before;
		while (length $out < 512000) { $i++; (my $s = $again) =~ s/#/$i/g; $out .= $s; }
		print $out' "$2" "$3" >"$T/flood"
	out=$(timeout 5 saca-mime <"$T/flood")
	is "$? $(printf '%.20s' "$out")" "31 $4" "$1 are refused in time"
}
M='Content-Type: multipart/mixed; boundary=x\n\n'
flood "5000 nested multiparts" '' 'Content-Type: multipart/mixed; boundary=#\n\n--#\n' 'demasiados niveles d'
flood "5000 nested messages" '' 'Content-Type: message/rfc822\n\nSubject: x\n\n' 'faltan las partes te'
flood "100000 tiny parts" "$M" '--x\n\n' 'demasiadas partes MI'
flood "30000 encoded words" 'Subject:' ' =?utf-8?q?a?=' 'campo de cabecera de'
flood "20000 parameters" 'Content-Type: text/plain' '; charset*#=b' 'campo de cabecera de'
flood "100000 header lines" '' 'a: b\n' 'falta la parte text/'
flood "512000 octets in one line" 'a: b\n\n' 'xxxxxxxxxx' 'falta la parte text/'
flood "512000 lines" '\n' '\n' 'falta la parte text/'
flood "256000 lines in a multipart" "$M" 'x\n' 'demasiadas partes MI'

done_testing
