#!/bin/sh
# saca-checkpassword: the interface, the verdicts, and the environment and limits of prog.
# shellcheck disable=SC2016,SC3045 # hashes have dollars; every shell has these limits
. "$(dirname "$0")/../lib/tap.sh"

chmod 755 "$T"
P=$T/passwords.cdb
hash() { printf '%s\n' "$1" | saca-accounts -p -m "$2" -c "$3"; }
YES=$(hash uno yescrypt 5)
BCR=$(hash dos bcrypt 5)
SHA=$(hash tres sha512 5000)

# compile FOLDER LOGIN HASH...
compile() {
	folder=$1
	shift
	mkdir -p "$folder"
	{
		echo 'plan acme'
		while [ $# -gt 0 ]; do
			echo "user $1.acme $2"
			shift 2
		done
	} | saca-accounts "$folder"
}
compile "$T" yes "$YES" bcr "$BCR" sha "$SHA" otro.sha "$SHA"

# with FORMAT COMMAND...: runs COMMAND with the output of printf FORMAT on descriptor 3; prints
# its exit code
with() {
	format=$1
	shift
	# shellcheck disable=SC2059 # it is a format
	printf "$format" | "$@" 3<&0 </dev/null 2>"$T/err"
	echo $?
}
login() { with "$1"'\0'"$2"'\0\0' saca-checkpassword "$P"; }

# --- verdicts
is "$(login yes.acme uno)" 0 "saca-checkpassword exits 0 for the right password with a yescrypt hash"
is "$(login yes.acme dos)" 1 "saca-checkpassword exits 1 for a wrong password with a yescrypt hash"
is "$(login bcr.acme dos)" 0 "saca-checkpassword exits 0 for the right password with a bcrypt hash"
is "$(login bcr.acme uno)" 1 "saca-checkpassword exits 1 for a wrong password with a bcrypt hash"
is "$(login sha.acme tres)" 0 "saca-checkpassword exits 0 for the right password with a SHA-512 hash"
is "$(login sha.acme tre)" 1 "saca-checkpassword exits 1 for a wrong password with a SHA-512 hash"
is "$(login otro.sha.acme tres)" 0 "a login may have two dots"
is "$(login nadie.acme uno)" 1 "saca-checkpassword exits 1 for an unknown user"
is "$(cat "$T/err")" "" "saca-checkpassword prints nothing on stderr when it refuses a login"
is "$(login yes uno)" 1 "saca-checkpassword exits 1 for a login without a plan"
is "$(login YES.acme uno)" 1 "a login in capitals is not the one in small letters"
is "$(login '' uno)" 1 "saca-checkpassword exits 1 for an empty login"
is "$(login yes.acme '')" 1 "saca-checkpassword exits 1 for an empty password"

# --- the interface
is "$(with 'yes.acme\0uno\0time\0' saca-checkpassword "$P")" 0 "the timestamp on descriptor 3 is ignored"
is "$(with 'yes.acme\0uno\0\0more' saca-checkpassword "$P")" 0 "octets after the timestamp are ignored"
is "$(with 'yes.acme\0uno\0' saca-checkpassword "$P")" 2 "saca-checkpassword exits 2 for two strings on descriptor 3"
is "$(with 'yes.acme\0uno\0x' saca-checkpassword "$P")" 2 "saca-checkpassword exits 2 for a third string without its NUL"
is "$(with '' saca-checkpassword "$P")" 2 "saca-checkpassword exits 2 if descriptor 3 is empty"
fill=$(printf '%0498d' 0 | tr 0 x)
is "$(with "yes.acme\\0uno\\0$fill\\0" saca-checkpassword "$P")" 0 "saca-checkpassword accepts 512 octets on descriptor 3"
is "$(with "yes.acme\\0uno\\0$fill\\0x" saca-checkpassword "$P")" 2 "saca-checkpassword exits 2 for 513 octets on descriptor 3"
if [ -z "$WRAPPED" ]; then # a wrapping script has itself open as descriptor 3
	saca-checkpassword "$P" 3<&- 2>/dev/null
	is $? 2 "saca-checkpassword exits 2 if descriptor 3 is closed"
	saca-checkpassword "$P" 0<&- 3<&- 2>/dev/null
	is $? 2 "saca-checkpassword exits 2 if descriptors 0 and 3 are closed"
fi
is "$(printf 'yes.acme\0uno\0\0' | saca-checkpassword "$P" 3<&0 0<&- 1>&- 2>&-; echo $?)" 0 \
	"saca-checkpassword works with descriptors 0 to 2 closed"
saca-checkpassword 3</dev/null 2>/dev/null
is $? 2 "saca-checkpassword without arguments exits 2"

# --- temporary failures
is "$(with 'yes.acme\0uno\0\0' saca-checkpassword "$T/none")" 111 "saca-checkpassword exits 111 if passwords.cdb is missing"
is "$(with 'yes.acme\0uno\0\0' saca-checkpassword "$T")" 111 "saca-checkpassword exits 111 if passwords.cdb is a folder"
like "$(cat "$T/err")" "$T is not a cdb" "saca-checkpassword says that a folder is not a cdb"
is "$(with 'yes.acme\0uno\0\0' saca-checkpassword /dev/null)" 111 "saca-checkpassword exits 111 if passwords.cdb is a device"
head -c 2500 "$P" >"$T/cut.cdb"
is "$(with 'yes.acme\0uno\0\0' saca-checkpassword "$T/cut.cdb")" 111 "saca-checkpassword exits 111 if passwords.cdb is cut short"
sed "s/otro.sha.acme.../otro.sha.acme\$9\$/" "$P" >"$T/rot.cdb"
is "$(with 'otro.sha.acme\0tres\0\0' saca-checkpassword "$T/rot.cdb")" 111 \
	"a hash that libcrypt does not know exits 111"
is "$(with 'yes.acme\0uno\0\0' saca-checkpassword "$P" "$T/none")" 111 "saca-checkpassword exits 111 if prog is missing"

# --- every login costs the same hashing. yescrypt takes 16 MB and bcrypt 4 kB: a process that
# runs out of memory has run yescrypt.
compile "$T/b" bcr "$BCR"
compile "$T/y" yes "$YES"
tight() { (ulimit -v 12000; exec "$@"); }
if tight saca-checkpassword 2>/dev/null; [ $? -eq 2 ]; then
	is "$(with 'bcr.acme\0dos\0\0' tight saca-checkpassword "$T/b/passwords.cdb")" 0 "with bcrypt hashes only, a known user costs little memory"
	is "$(with 'no.acme\0dos\0\0' tight saca-checkpassword "$T/b/passwords.cdb")" 1 "with bcrypt hashes only, an unknown user costs little memory"
	is "$(with 'yes.acme\0uno\0\0' tight saca-checkpassword "$T/y/passwords.cdb")" 111 "with yescrypt hashes only, a known user costs much memory"
	is "$(with 'no.acme\0uno\0\0' tight saca-checkpassword "$T/y/passwords.cdb")" 111 "with yescrypt hashes only, an unknown user costs much memory"
	is "$(with 'bcr.acme\0dos\0\0' tight saca-checkpassword "$P")" 111 "with bcrypt and yescrypt hashes, a user with bcrypt costs a yescrypt hashing, too"
	compile "$T/none" bcr "$BCR"
	echo 'plan acme' | saca-accounts "$T/none"
	is "$(with 'no.acme\0uno\0\0' tight saca-checkpassword "$T/none/passwords.cdb")" 111 \
		"in a passwords.cdb without users, an unknown user costs a yescrypt hashing"
else
	skip "the same hashing for everybody" "this build needs more memory to start"
fi

# --- a limit of hashes at once
cat >"$T/lock.py" <<'END'
# FILE SLOTS RELEASE: locks octets 0 to SLOTS-1 of FILE until the file RELEASE is there
import fcntl, os, sys, time
f = open(sys.argv[1], 'r+')
for i in range(int(sys.argv[2])):
    fcntl.lockf(f, fcntl.LOCK_EX, 1, i)
open(sys.argv[3] + '.held', 'w').close()
while not os.path.exists(sys.argv[3]):
    time.sleep(0.01)
END
limited() { with 'yes.acme\0uno\0\0' saca-checkpassword -L "$T/lock" -n 2 "$P"; }
is "$(limited):$(stat -c %a "$T/lock")" 0:600 "saca-checkpassword -L makes its file with mode 600 and takes a free lock"
background python3 "$T/lock.py" "$T/lock" 1 "$T/one"
await 5 [ -e "$T/one.held" ]
is "$(limited)" 0 "saca-checkpassword -L -n 2 checks a password while another process does"
touch "$T/one"
background python3 "$T/lock.py" "$T/lock" 2 "$T/two"
await 5 [ -e "$T/two.held" ]
is "$(limited)" 111 "saca-checkpassword -L -n 2 exits 111 when two other processes take too long"
like "$(cat "$T/err")" "too many passwords are being hashed now: all locks of $T/lock are taken" "saca-checkpassword -L says why it exits 111"
limited >"$T/code" &
limited_pid=$!
touch "$T/two"
wait $limited_pid
is "$(cat "$T/code")" 0 "saca-checkpassword -L waits until a lock is free"
is "$(with 'yes.acme\0uno\0\0' saca-checkpassword -L "$T/nowhere/lock" "$P")" 111 "saca-checkpassword -L exits 111 where it cannot make its file"
ln -s "$T/elsewhere" "$T/link"
is "$(with 'yes.acme\0uno\0\0' saca-checkpassword -L "$T/link" "$P"; ls "$T/elsewhere" 2>/dev/null)" 111 "saca-checkpassword -L follows no symbolic link"
for wrong in "-n 0" "-k x" "-m 5" "-f 5" "-x"; do
	# shellcheck disable=SC2086
	is "$(with 'yes.acme\0uno\0\0' saca-checkpassword $wrong "$P")" 2 "saca-checkpassword $wrong without -S exits 2"
done
is "$(saca-checkpassword -V)" "saca-checkpassword $(saca-spool -V | cut -d' ' -f2)" "saca-checkpassword -V prints name and version"

# --- prog
cat >"$T/prog" <<'EOS'
#!/bin/sh
echo "$USER $# $1"
[ -e /proc/self/fd/3 ] && echo "3 is open"
exit 7
EOS
chmod 755 "$T/prog"
out=$(printf 'yes.acme\0uno\0\0' | saca-checkpassword "$P" "$T/prog" -x 3<&0 </dev/null)
is "$? $out" "7 yes.acme 1 -x" "saca-checkpassword runs prog with USER and its arguments, without descriptor 3"
out=$(printf 'yes.acme\0uno\0\0' | saca-checkpassword -L "$T/lock" -n 1 "$P" sh -c 'ls -l /proc/self/fd' 3<&0 </dev/null | grep -c "$T/lock")
is "$out" 0 "saca-checkpassword -L does not pass the descriptor of the lock to prog"
out=$(printf 'yes.acme\0no\0\0' | saca-checkpassword "$P" "$T/prog" -x 3<&0 </dev/null)
is "$? $out" "1 " "saca-checkpassword does not run prog if the password is wrong"
out=$(printf 'yes.acme\0uno\0\0' | (ulimit -c 0; saca-checkpassword "$P" sh -c 'ulimit -c' 3<&0 </dev/null))
is "$out" 0 "saca-checkpassword passes a core limit of 0 on to prog"
want=$(sh -c 'ulimit -c')
out=$(printf 'yes.acme\0uno\0\0' | saca-checkpassword "$P" sh -c 'ulimit -c' 3<&0 </dev/null)
is "$out" "$want" "saca-checkpassword passes the core limit of its caller on to prog"

done_testing
