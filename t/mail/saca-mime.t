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
is "$? $out" "0 " "saca-mime exits 0 for a good message, and prints nothing"
out=$(saca-mime <"$BAD" 2>/dev/null)
is $? 31 "saca-mime exits 31 for a refused message"
like "$out" "$WHY" "saca-mime prints the reason of a refusal on stdout"
is "$(printf '%s\n' "$out" | wc -l)" 1 "the reason of a refusal is one line"
out=$(saca-mime -v <"$BAD")
is "$? $(printf '%s\n' "$out" | wc -l)" "31 3" "saca-mime -v prints heading, part and reason of a refused message"
like "$(printf '%s\n' "$out" | tail -n 1)" "$WHY" "saca-mime -v prints the reason of a refusal last"
out=$(saca-mime </dev/null)
is "$? $out" "0 " "saca-mime accepts an empty message"
is "$(saca-mime -v </dev/null)" "empty: only contacts" "saca-mime -v says that an empty message is only contacts"
out=$(printf '\n \n\n' | saca-mime)
is $? 31 "a message of blank lines is refused"
like "$out" 'falta' "a message of blank lines is incomplete, not empty"
out=$(saca-mime <"$T" 2>&1)
is $? 71 "saca-mime exits 71 if the message cannot be read"
like "$out" '^saca-mime: .*unable to read the message: Is a directory$' "saca-mime says on stderr why a message cannot be read"
if [ -w /dev/full ]; then
	saca-mime -v <"$GOOD" >/dev/full 2>"$T/err"
	is $? 71 "saca-mime exits 71 if stdout is full"
	like "$(cat "$T/err")" 'unable to write to stdout' "saca-mime says on stderr that stdout cannot be written"
else
	skip "a full stdout" "no /dev/full"
fi

# --- options
for arguments in '-x' '-s' '-s x' '-s -1' '-s 1k' '-s 1073741825' '-v true' '-s 99999999999999999999'; do
	# shellcheck disable=SC2086 # several words
	saca-mime $arguments <"$GOOD" >"$T/out" 2>"$T/err"
	is "$? $(wc -c <"$T/out")" "100 0" "saca-mime exits 100 for misuse: $arguments"
done
size=$(wc -c <"$GOOD")
out=$(saca-mime -s "$size" <"$GOOD")
is "$? $out" "0 " "saca-mime -s N accepts a message of N octets"
out=$(saca-mime -s $((size - 1)) <"$GOOD")
is "$? $out" "31 mensaje demasiado grande: como maximo $((size - 1)) octetos" "saca-mime -s N refuses a message of N + 1 octets"
out=$(saca-mime -s $((size - 1)) "$T/end" <"$GOOD" 2>&1)
is "$? $out" "31 saca-mime: mensaje demasiado grande: como maximo $((size - 1)) octetos" "saca-mime -s N PROG refuses a message of N + 1 octets"
yes | saca-mime -s 1000000 >"$T/out"
is "$(cat "$T/out")" "mensaje demasiado grande: como maximo 1000000 octetos" "saca-mime -s N refuses an endless message after N octets"
is "$(printf 'x' | saca-mime -s 0)" "mensaje demasiado grande: como maximo 0 octetos" "saca-mime -s 0 refuses a message of one octet"

# --- NUL
out=$({ cat "$GOOD"; printf '\0'; } | saca-mime)
is $? 31 "a message with a NUL is refused"
like "$out" '^el mensaje contiene un octeto NUL' "the reason of a message with a NUL names the NUL"
out=$({ cat "$GOOD"; printf '\0'; } | saca-mime -v)
is "$(printf '%s\n' "$out" | wc -l)" 5 "saca-mime -v draws the tree of a message with a NUL"

# --- in the line
sum=$(cksum <"$GOOD")
is "$(saca-mime "$T/end" <"$GOOD")" "file 0 $sum" "the next program gets the same file, rewound"
# shellcheck disable=SC2002 # a pipe is what is wanted
is "$(cat "$GOOD" | saca-mime "$T/end")" "memory 0 $sum" "the next program gets a pipe as a memory file, rewound"
out=$({ dd bs=1 count=1 2>/dev/null >&2; saca-mime "$T/end"; } <"$BAD" 2>"$T/err")
is "$? $out" "31 " "saca-mime reads a file from its offset on"
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
is $? 71 "saca-mime exits 71 if the next program does not exist"
like "$out" '^saca-mime: fatal: unable to run .*missing' "saca-mime names a next program that does not exist"

# --- refusals in the line: the reply on fd 6, or no reply refuse FILE: prints the exit code and
# the octets on fd 6
refuse() {
	{ saca-mime "$T/end" <"$1" 6>&1 >"$T/out" 2>"$T/err"; echo " $?" >"$T/code"; } | cat >"$T/reply"
	echo "$(cat "$T/reply")$(cat "$T/code")"
}
like "$(refuse "$BAD")" '^Dfalta la parte text/html: .* 82$' "saca-mime with a pipe at fd 6 writes D and the reason to it, and exits 82"
is "$(wc -l <"$T/reply")" 0 "the answer at fd 6 has no line end"
is "$(cat "$T/out")" "" "a refusal before another program prints nothing on stdout"
like "$(refuse "$T")" '^Zno se pudo leer el mensaje: .* 82$' "a temporary failure is Z at fd 6"
like "$(refuse "$GOOD")" '^ 0$' "saca-mime writes nothing to fd 6 for a good message"
is "$(saca-mime sh -c 'cat >/dev/null; echo K >&6' <"$GOOD" 6>&1 | cat)" "K" "the next program can write to fd 6"
out=$(saca-mime "$T/end" <"$BAD" 6>"$T/file" 2>&1)
is "$? $(wc -c <"$T/file")" "31 0" "saca-mime with a file at fd 6 exits 31, and writes nothing to it"
like "$out" '^saca-mime: falta la parte text/html' "saca-mime with a file at fd 6 prints the reason on stderr"
mkfifo "$T/fifo"
exec 5<>"$T/fifo"
saca-mime "$T/end" <"$BAD" 6<"$T/fifo" 2>/dev/null
is $? 31 "saca-mime with the reading end of a pipe at fd 6 exits 31"
saca-mime "$T/end" <"$BAD" 6>&- 2>/dev/null
is $? 31 "saca-mime with a closed fd 6 exits 31"
exec 5>&-
# A pipe without a reader.
mkfifo "$T/gone"
exec 4<>"$T/gone"
exec 6>"$T/gone" 4>&-
saca-mime "$T/end" <"$BAD" 2>/dev/null
is $? 31 "saca-mime exits 31 for a refusal if fd 6 has no reader"
saca-mime "$T/end" <"$BAD" 2>&6
is $? 31 "saca-mime exits 31 for a refusal if fd 6 and fd 2 have no reader"
saca-mime "$T/end" <"$T" 2>&6
is $? 71 "saca-mime exits 71 for an unreadable message if fd 2 has no reader"
saca-mime "$T/missing" <"$GOOD" 2>&6
is $? 71 "saca-mime exits 71 for a missing program if fd 2 has no reader"
exec 6>&-
out=$({ cat "$GOOD"; printf '\0'; } | saca-mime "$T/end" 2>&1)
is $? 31 "a message with a NUL is refused before another program"

# --- system calls that fail: exit 71, or Z and 82; never another message failing CALLS ERROR:
# runs the line; the first of these calls fails. Prints exit code and reply
failing() {
	cat "$GOOD" | { strace -qq -o /dev/null -e "inject=$1:error=$2:when=1" saca-mime "$T/end" \
		6>&1 >"$T/out" 2>"$T/err"; echo " $?" >"$T/code"; } | cat >"$T/reply"
	echo "$(cat "$T/reply")$(cat "$T/code")"
}
if [ -z "$WRAPPED" ] && strace -qq -o /dev/null true 2>/dev/null; then
	for fault in memfd_create:ENOMEM memfd_create:EMFILE pwrite64:ENOSPC '?dup2,dup3:EMFILE'; do
		like "$(failing "${fault%:*}" "${fault#*:}")" '^Zno se pudo leer el mensaje: .* 82$' "saca-mime answers Z if a system call fails: $fault"
		is "$(cat "$T/out")" "" "saca-mime runs no program if a system call fails: $fault"
	done
	is "$(failing memfd_create ENOSYS) $(cat "$T/out")" " 0 memory 0 $sum" \
		"the next program gets a nameless file where the kernel has no memory files"
	# Where the loader reads libraries first, the first read is not ours.
	if LC_ALL=C grep -qE '/lib[a-z0-9]*/ld-' "$BIN/saca-mime"; then
		skip "reads that fail" "a dynamic program"
	else
		like "$(failing read EIO)" '^Zno se pudo leer el mensaje: .* 82$' "saca-mime answers Z if reading fails with EIO"
		is "$(failing read EINTR) $(cat "$T/out")" " 0 memory 0 $sum" "saca-mime repeats a read that a signal interrupts"
	fi
	is "$(failing pwrite64 EINTR) $(cat "$T/out")" " 0 memory 0 $sum" "saca-mime repeats a write that a signal interrupts"
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
