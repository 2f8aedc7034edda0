#!/bin/sh
# saca-accounts: the two compiled files, errors, killed and parallel runs; and -p.
# shellcheck disable=SC2016 # hashes have dollars
. "$(dirname "$0")/../lib/tap.sh"

D=$T/etc
mkdir "$D"
UNO=$(printf 'uno\n' | saca-accounts -p -m sha512 -c 1000)
DOS=$(printf 'dos\n' | saca-accounts -p -m sha512 -c 1000)

# accounts HASH: prints an accounts text with one user
accounts() {
	printf 'plan acme maxrcpt=10\nuser victor.acme %s\nsender acme a@b.es\n' "$1"
}

# login PASSWORD: prints the exit code of a login as victor.acme
login() {
	printf 'victor.acme\0%s\0\0' "$1" | saca-checkpassword "$D/passwords.cdb" 3<&0 </dev/null
	echo $?
}

# attributes FILE: prints owner, group and mode
attributes() { stat -c '%u:%g %a' "$1"; }

# --- both files, with their modes
umask 077
out=$(accounts "$UNO" | saca-accounts "$D" 2>&1)
is "$? $out" "0 " "saca-accounts compiles a text and prints nothing"
is "$(cd "$D" && echo *)" "passwords.cdb senders.cdb" "saca-accounts makes two files and leaves no other"
is "$(stat -c %a "$D/senders.cdb") $(stat -c %a "$D/passwords.cdb")" "644 640" \
	"new files have modes 644 and 640, whatever the umask"
is "$(login uno) $(login dos)" "0 1" "a compiled password works, another does not"

# --- plan settings and display names
printf 'plan acme maxday=7 sandbox=yes x=https://x.com/acme\nsender acme "A B"@b.es La tienda\n' | saca-accounts "$D"
is "$(grep -ao 'pacmemaxday=7 sandbox=yes x=https://x.com/acme' "$D/senders.cdb" | wc -l)" 1 \
	"senders.cdb has the settings of a plan"
is "$(tr '\0' ' ' <"$D/senders.cdb" | grep -ao 'sacme "a b"@b.esLa tienda' | wc -l)" 1 \
	"senders.cdb has the display name of a sender"

# --- fingerprints of logins
fingerprint() { # fingerprint HASH: compiles with that hash, and prints the fingerprint in senders.cdb
	accounts "$1" | saca-accounts "$D"
	od -An -v -tx1 "$D/senders.cdb" | tr -d ' \n' | sed "s/.*$(printf uvictor.acme | od -An -tx1 | tr -d ' \n')\(.\{16\}\).*/\1/"
}
is "$(fingerprint "$UNO")" "$(printf %s "$UNO" | sha256sum | cut -c1-16)" \
	"senders.cdb has the first 8 octets of the SHA-256 of a login's hash"
is "$(fingerprint "$DOS")" "$(printf %s "$DOS" | sha256sum | cut -c1-16)" "a new password changes the fingerprint"
fingerprint "$UNO" >/dev/null

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
is "$(login uno) $(login dos)" "1 0" "a recompiled password works, the old one does not"

# --- errors: all of them, by line, and nothing changes
sums() { (cd "$D" && ls -i && cksum ./*); }
before=$(sums)
out=$({ accounts "$UNO"; printf 'usr x\nplan acme\nsender otro a@b.es\n'; } | saca-accounts "$D" 2>&1)
is $? 100 "saca-accounts exits 100 for a faulty text"
like "$out" '^saca-accounts: line 4: .*: usr$' "an unknown kind is reported with its line"
like "$out" '^saca-accounts: line 5: given twice, first in line 1: acme$' "a line given twice is reported with both lines"
like "$out" '^saca-accounts: line 6: no such plan .*: otro$' "a sender of an undeclared plan is reported"
out=$(printf 'plan acme\nuser victor.acme secreta\n' | saca-accounts "$D" 2>&1)
is $? 100 "saca-accounts exits 100 for a password in the clear"
unlike "$out" secreta "saca-accounts does not print a password in the clear"
out=$(saca-accounts "$D" </dev/null 2>&1)
is $? 100 "saca-accounts exits 100 for an empty text, so that a failed generator cannot lock out all customers"
out=$(printf 'plan acme\nuser victor.acme $2b$99$%053d\n' 0 | saca-accounts "$D" 2>&1)
is $? 100 "saca-accounts exits 100 for a hash with a cost that libcrypt refuses"
like "$out" 'line 2: ' "a hash with a refused cost is reported with its line"
out=$(yes 'usr x' | head -n 1000 | saca-accounts "$D" 2>&1)
is "$(printf '%s\n' "$out" | grep -c 'usr')" 100 "saca-accounts reports the first hundred faults"
like "$out" 'and 900 more' "saca-accounts counts the faults after the first hundred"
is "$(sums)" "$before" "faulty texts change neither senders.cdb nor passwords.cdb"
out=$({ echo 'plan acme'; i=4; while [ $i -le 20 ]; do
	printf 'user u%d.acme $2b$%02d$%053d\n' $i $i 0; i=$((i + 1)); done; } |
	sed 's/\$2b\$\([0-9]*\)\$/$6$rounds=10\1$ab$000000000000000000000000000000000/' | saca-accounts "$D" 2>&1)
is $? 100 "saca-accounts exits 100 for hashes with more than 16 methods and costs"
like "$out" 'more than 16' "hashes with more than 16 methods and costs are reported"

# --- a sender in quotes may have any character (RFC 5321 4.1.2), angle brackets too
{ accounts "$UNO"; echo 'sender acme "A<b>@ c"@x.es'; } | saca-accounts "$D"
is $? 0 "a quoted local part may have angle brackets and blanks"
out=$(printf 'AUTH PLAIN %s\r\nMAIL FROM:<"a<B>@ c"@X.es>\r\nRSET\r\nMAIL FROM:<"a<c>@ c"@x.es>\r\n' \
	"$(printf '\0victor.acme\0uno' | base64)" | SSL_PROTOCOL=TLSv1.3 \
	saca-smtpd -a "$D/senders.cdb" saca-checkpassword "$D/passwords.cdb" -- true 2>/dev/null |
	cut -c1-3 | tr '\n' ' ')
like "$out" '^220 235 250 250 553 ' "saca-smtpd accepts a quoted sender of the accounts in MAIL FROM, and no other"
before=$(sums)
out=$({ accounts "$UNO"; echo 'sender acme <c@d.es>'; } | saca-accounts "$D" 2>&1)
is $? 100 "saca-accounts exits 100 for angle brackets around an address"
like "$out" '^saca-accounts: line 4: not an address: <c@d.es>$' "an address in angle brackets is reported with its line"
is "$(sums)" "$before" "an address in angle brackets changes neither senders.cdb nor passwords.cdb"

# --- weak hashes
out=$(accounts '$1$u362PWWW$n0Qc3fnJUTb7j7WA815Dm0' | saca-accounts "$D" 2>&1)
is $? 0 "saca-accounts exits 0 for an MD5 hash"
like "$out" 'warning: line 2: ' "an MD5 hash is reported as a warning"
is "$(login hola)" 0 "a login with an MD5 hash works"

# --- a missing folder, failed writes, a killed run
accounts "$UNO" | saca-accounts "$T/none" 2>/dev/null
is $? 111 "saca-accounts exits 111 if the folder is missing"
accounts "$UNO" | saca-accounts "$D"
before=$(sums)
accounts "$DOS" | sh -c 'ulimit -f 1; saca-accounts "$1"; exit $?' sh "$D" 2>/dev/null
[ $? -gt 128 ]
ok $? "saca-accounts can be killed while it writes"
rm -f "$D"/*.new
is "$(sums)" "$before" "a killed run keeps the old files"
accounts "$DOS" | (trap '' XFSZ; ulimit -f 1; saca-accounts "$D") 2>/dev/null
is $? 111 "saca-accounts exits 111 if a write fails"
is "$(sums)" "$before" "a failed write keeps the old files and leaves no temporary one"
echo x >"$D/senders.cdb.new"
ln -s "$T/elsewhere" "$D/passwords.cdb.new"
accounts "$DOS" | saca-accounts "$D"
is "$? $(cd "$D" && echo *)" "0 passwords.cdb senders.cdb" "saca-accounts removes the temporary files of a killed run"
[ ! -e "$T/elsewhere" ]
ok $? "saca-accounts does not follow a symbolic link with the name of a temporary file"
mv "$D/senders.cdb" "$T/real.cdb"
ln -s "$T/real.cdb" "$D/senders.cdb"
accounts "$UNO" | saca-accounts "$D" 2>/dev/null
is $? 111 "saca-accounts exits 111 if senders.cdb is a symbolic link"
mv "$T/real.cdb" "$D/senders.cdb"

# --- readers during a replacement
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
is "$bad $(cat "$T/writers")" "0 " "a login works while saca-accounts replaces the files"
[ $reads -gt 0 ]
ok $? "at least one login was tried while saca-accounts replaced the files"

# --- several at once
: >"$T/several"
for user in a b c d e f; do
	{ accounts "$DOS"; echo "user $user.acme $UNO"; } | saca-accounts "$D" || echo failed >>"$T/several" &
done
wait
is "$(grep -c failed "$T/several") $(cd "$D" && echo *)" "0 passwords.cdb senders.cdb" \
	"several saca-accounts at once wait for each other"

# --- -p
like "$(printf 'uno\n' | saca-accounts -p)" '^\$y\$j9T\$[./0-9A-Za-z]+\$[./0-9A-Za-z]{43}$' \
	"saca-accounts -p prints a yescrypt hash and nothing else"
like "$(printf 'uno' | saca-accounts -p -m bcrypt -c 4)" '^\$2b\$04\$' "saca-accounts -p -m bcrypt -c 4 hashes a password without a newline"
like "$(printf 'uno\n' | saca-accounts -m sha512 -p)" '^\$6\$rounds=100000\$' "saca-accounts -p -m sha512 hashes with SHA-512"
is "$(printf 'uno\nrest\n' | { saca-accounts -p -m bcrypt -c 4 >/dev/null; cat; })" rest \
	"saca-accounts -p reads one line and leaves the rest of its input"

# refused INPUT-FORMAT NAME OPTION...
refused() {
	input=$1
	name=$2
	shift 2
	# shellcheck disable=SC2059 # it is a format
	out=$(printf "$input" | saca-accounts "$@" 2>/dev/null)
	is "$? $out" "100 " "$name"
}
refused '\n' "saca-accounts -p refuses an empty password" -p
refused '' "saca-accounts -p refuses an empty input" -p
refused 'a\0b\n' "saca-accounts -p refuses a NUL in a password" -p
refused 'uno\r\n' "saca-accounts -p refuses a CR in a password" -p
refused "$(printf '%0251d' 0)\n" "saca-accounts -p refuses a password of 251 octets" -p
refused "$(printf '%073d' 0)\n" "saca-accounts -p -m bcrypt refuses a password of 73 octets" -p -m bcrypt -c 4
refused 'uno\n' "saca-accounts -p -m refuses an unknown method" -p -m md5
refused 'uno\n' "saca-accounts -p -c refuses a cost that is not a number" -p -c 5x
refused 'uno\n' "saca-accounts -p -c refuses a cost above the method's highest" -p -c 12
refused 'uno\n' "saca-accounts -p -c refuses a cost below the method's lowest" -p -m bcrypt -c 3
refused 'uno\n' "saca-accounts -p refuses an operand" -p "$D"
refused 'plan a\n' "saca-accounts without a folder exits 100"
refused 'plan a\n' "saca-accounts with two folders exits 100" "$D" "$D"
refused 'plan a\n' "saca-accounts with an unknown option exits 100" -x "$D"
refused 'plan a\n' "saca-accounts -c without -p exits 100" -c 5 "$D"
[ "$(printf '%0250d\n' 0 | saca-accounts -p -m sha512 -c 1000 | wc -l)" = 1 ]
ok $? "saca-accounts -p hashes a password of 250 octets"
printf 'uno\n' | saca-accounts -p >/dev/full 2>/dev/null
is $? 111 "saca-accounts -p exits 111 if its output cannot be written"

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
	is $code 0 "saca-accounts -p on a terminal asks twice and exits 0"
	like "$(tr -d '\r' <"$T/screen")" '^\$2b\$04\$' "saca-accounts -p on a terminal prints the hash"
	unlike "$(cat "$T/screen")" secreta "saca-accounts -p on a terminal does not echo the password"
else
	skip "saca-accounts -p on a terminal asks twice and exits 0" "script(1) is not installed"
fi

done_testing
