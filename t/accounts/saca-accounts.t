#!/bin/sh
# saca-accounts: what becomes of the two files, whatever happens, and -p.
# shellcheck disable=SC2016 # hashes have dollars
. "$(dirname "$0")/../lib/tap.sh"

D=$T/etc
mkdir "$D"
UNO=$(printf 'uno\n' | saca-accounts -p -m sha512 -c 1000)
DOS=$(printf 'dos\n' | saca-accounts -p -m sha512 -c 1000)

# accounts HASH: an accounts text with one user
accounts() {
	printf 'plan acme maxrcpt=10\nuser victor.acme %s\nsender acme a@b.es\n' "$1"
}

# login PASSWORD: does victor.acme get in? Prints the exit code.
login() {
	printf 'victor.acme\0%s\0\0' "$1" | saca-checkpassword "$D/passwords.cdb" 3<&0 </dev/null
	echo $?
}

# attributes FILE
attributes() { stat -c '%u:%g %a' "$1"; }

# --- both files, with their modes
umask 077
out=$(accounts "$UNO" | saca-accounts "$D" 2>&1)
is "$? $out" "0 " "an accounts text is compiled in silence"
is "$(cd "$D" && echo *)" "passwords.cdb senders.cdb" "to two files and nothing else"
is "$(stat -c %a "$D/senders.cdb") $(stat -c %a "$D/passwords.cdb")" "644 640" \
	"with their modes, whatever the umask"
is "$(login uno) $(login dos)" "0 1" "the password works"

# --- owner, group and mode stay
chmod 600 "$D/senders.cdb"
chmod 440 "$D/passwords.cdb"
if [ "$(id -u)" = 0 ]; then
	chown 54321:54322 "$D/senders.cdb"
	chown 0:54323 "$D/passwords.cdb"
fi
before="$(attributes "$D/senders.cdb") $(attributes "$D/passwords.cdb")"
accounts "$DOS" | saca-accounts "$D"
is "$? $(attributes "$D/senders.cdb") $(attributes "$D/passwords.cdb")" "0 $before" \
	"a new file takes owner, group and mode of the old one"
is "$(login uno) $(login dos)" "1 0" "and the new password works"

# --- errors: all of them, by line, and nothing changes
sums() { (cd "$D" && ls -i && cksum ./*); }
before=$(sums)
out=$({ accounts "$UNO"; printf 'usr x\nplan acme\nsender otro a@b.es\n'; } | saca-accounts "$D" 2>&1)
is $? 100 "a faulty text is exit 100"
like "$out" '^saca-accounts: line 4: .*: usr$' "the unknown kind is named with its line"
like "$out" '^saca-accounts: line 5: given twice, first in line 1: acme$' "so is what is there twice"
like "$out" '^saca-accounts: line 6: no such plan .*: otro$' "so is the plan that is not there"
out=$(printf 'plan acme\nuser victor.acme secreta\n' | saca-accounts "$D" 2>&1)
is $? 100 "a password in the clear is no hash"
unlike "$out" secreta "and is not shown"
out=$(saca-accounts "$D" </dev/null 2>&1)
is $? 100 "an empty text is an error: a generator that failed locks nobody out"
out=$(printf 'plan acme\nuser victor.acme $2b$99$%053d\n' 0 | saca-accounts "$D" 2>&1)
is $? 100 "a cost that libcrypt refuses is an error"
like "$out" 'line 2: ' "with its line"
out=$(yes 'usr x' | head -n 1000 | saca-accounts "$D" 2>&1)
is "$(printf '%s\n' "$out" | grep -c 'usr')" 100 "a hundred faults are shown"
like "$out" 'and 900 more' "and the rest counted"
is "$(sums)" "$before" "after all of that the files are the same"
out=$({ echo 'plan acme'; i=4; while [ $i -le 20 ]; do
	printf 'user u%d.acme $2b$%02d$%053d\n' $i $i 0; i=$((i + 1)); done; } |
	sed 's/\$2b\$\([0-9]*\)\$/$6$rounds=10\1$ab$000000000000000000000000000000000/' | saca-accounts "$D" 2>&1)
is $? 100 "more than 16 methods and costs are too many"
like "$out" 'more than 16' "and it says so"

# --- a sender in quotes may have any character (RFC 5321 4.1.2), angle brackets too
{ accounts "$UNO"; echo 'sender acme "A<b>@ c"@x.es'; } | saca-accounts "$D"
is $? 0 "angle brackets in quotes belong to an address"
out=$(printf 'AUTH PLAIN %s\r\nMAIL FROM:<"a<B>@ c"@X.es>\r\nRSET\r\nMAIL FROM:<"a<c>@ c"@x.es>\r\n' \
	"$(printf '\0victor.acme\0uno' | base64)" | SSL_PROTOCOL=TLSv1.3 \
	saca-smtpd -a "$D/senders.cdb" saca-checkpassword "$D/passwords.cdb" -- true 2>/dev/null |
	cut -c1-3 | tr '\n' ' ')
like "$out" '^220 235 250 250 553 ' "who sends as it is known, and nobody else"
before=$(sums)
out=$({ accounts "$UNO"; echo 'sender acme <c@d.es>'; } | saca-accounts "$D" 2>&1)
is $? 100 "around an address they are an error"
like "$out" '^saca-accounts: line 4: not an address: <c@d.es>$' "with its line"
is "$(sums)" "$before" "and nothing is changed"

# --- weak hashes are taken, with a warning
out=$(accounts '$1$u362PWWW$n0Qc3fnJUTb7j7WA815Dm0' | saca-accounts "$D" 2>&1)
is $? 0 "an MD5 hash is taken"
like "$out" 'warning: line 2: ' "with a warning"
is "$(login hola)" 0 "and works"

# --- what is no folder, cannot be written, breaks in the middle
accounts "$UNO" | saca-accounts "$T/none" 2>/dev/null
is $? 111 "a folder that is not there is exit 111"
accounts "$UNO" | saca-accounts "$D"
before=$(sums)
accounts "$DOS" | sh -c 'ulimit -f 1; saca-accounts "$1"; exit $?' sh "$D" 2>/dev/null
[ $? -gt 128 ]
ok $? "killed while it writes"
rm -f "$D"/*.new
is "$(sums)" "$before" "it leaves the old files"
accounts "$DOS" | (trap '' XFSZ; ulimit -f 1; saca-accounts "$D") 2>/dev/null
is $? 111 "a write that fails is exit 111"
is "$(sums)" "$before" "and leaves the old files and nothing else"
echo x >"$D/senders.cdb.new"
ln -s "$T/elsewhere" "$D/passwords.cdb.new"
accounts "$DOS" | saca-accounts "$D"
is "$? $(cd "$D" && echo *)" "0 passwords.cdb senders.cdb" "what a killed run left is cleared away"
[ ! -e "$T/elsewhere" ]
ok $? "and a link in its place is not followed"
mv "$D/senders.cdb" "$T/real.cdb"
ln -s "$T/real.cdb" "$D/senders.cdb"
accounts "$UNO" | saca-accounts "$D" 2>/dev/null
is $? 111 "a link where a file is to be replaced is refused"
mv "$T/real.cdb" "$D/senders.cdb"

# --- readers meet one file or the other, whole
accounts "$UNO" | saca-accounts "$D"
i=0
while [ $i -lt 40 ]; do
	accounts "$UNO" | saca-accounts "$D" || echo "failed"
	i=$((i + 1))
done >"$T/writers" 2>&1 &
writer=$!
bad=0
reads=0
while kill -0 $writer 2>/dev/null; do
	[ "$(login uno)" = 0 ] || bad=$((bad + 1))
	reads=$((reads + 1))
done
wait $writer
is "$bad $(cat "$T/writers")" "0 " "no reader meets half a file"
[ $reads -gt 0 ]
ok $? "while there were readers"

# --- several at once
: >"$T/several"
for user in a b c d e f; do
	{ accounts "$DOS"; echo "user $user.acme $UNO"; } | saca-accounts "$D" || echo failed >>"$T/several" &
done
wait
is "$(grep -c failed "$T/several") $(cd "$D" && echo *)" "0 passwords.cdb senders.cdb" \
	"several at once wait for each other"

# --- -p
like "$(printf 'uno\n' | saca-accounts -p)" '^\$y\$j9T\$[./0-9A-Za-z]+\$[./0-9A-Za-z]{43}$' \
	"-p prints a yescrypt hash alone"
like "$(printf 'uno' | saca-accounts -p -m bcrypt -c 4)" '^\$2b\$04\$' "-m bcrypt -c 4, without a newline"
like "$(printf 'uno\n' | saca-accounts -m sha512 -p)" '^\$6\$rounds=100000\$' "-m sha512"
is "$(printf 'uno\nrest\n' | { saca-accounts -p -m bcrypt -c 4 >/dev/null; cat; })" rest \
	"it reads one line and no further"

# refused INPUT-FORMAT NAME OPTION...
refused() {
	input=$1
	name=$2
	shift 2
	# shellcheck disable=SC2059 # it is a format
	out=$(printf "$input" | saca-accounts "$@" 2>/dev/null)
	is "$? $out" "100 " "$name"
}
refused '\n' "an empty password is refused" -p
refused '' "no password is refused" -p
refused 'a\0b\n' "a NUL is refused" -p
refused 'uno\r\n' "a CR is refused" -p
refused "$(printf '%0251d' 0)\n" "251 octets are refused" -p
refused "$(printf '%073d' 0)\n" "bcrypt looks at 72 octets: more are refused" -p -m bcrypt -c 4
refused 'uno\n' "an unknown method is refused" -p -m md5
refused 'uno\n' "a cost that is no number is refused" -p -c 5x
refused 'uno\n' "a cost out of bounds is refused" -p -c 12
refused 'uno\n' "a cost below them too" -p -m bcrypt -c 3
refused 'uno\n' "an operand with -p is refused" -p "$D"
refused 'plan a\n' "no folder is refused"
refused 'plan a\n' "two folders are refused" "$D" "$D"
refused 'plan a\n' "an unknown option is refused" -x "$D"
refused 'plan a\n' "-c without -p is refused" -c 5 "$D"
[ "$(printf '%0250d\n' 0 | saca-accounts -p -m sha512 -c 1000 | wc -l)" = 1 ]
ok $? "250 octets are taken"
printf 'uno\n' | saca-accounts -p >/dev/full 2>/dev/null
is $? 111 "a full disk under stdout is exit 111"

# --- on a terminal: no echo, twice
if command -v script >/dev/null; then
	mkfifo "$T/keys"
	: >"$T/screen"
	script -qefc 'saca-accounts -p -m bcrypt -c 4' /dev/null <"$T/keys" >"$T/screen" 2>&1 &
	pid=$!
	exec 7>"$T/keys"
	await 10 grep -q 'Password: ' "$T/screen"
	printf 'secreta\n' >&7
	await 10 grep -q 'Again: ' "$T/screen"
	printf 'secreta\n' >&7
	wait $pid
	code=$?
	exec 7>&-
	is $code 0 "a terminal is asked twice"
	like "$(tr -d '\r' <"$T/screen")" '^\$2b\$04\$' "and the hash printed"
	unlike "$(cat "$T/screen")" secreta "and what is typed is not shown"
else
	skip "a terminal is asked twice" "no script(1)"
fi

done_testing
