#!/bin/sh
# saca-spool killed before each of its system calls, and each of them failing: what was
# answered is there, once; what was refused is not; numbers and credit stay exact.
. "$(dirname "$0")/lib.sh"
. "$TOP/t/spool.sh"

if ! command -v strace >/dev/null || ! strace -o /dev/null -e trace=none true 2>/dev/null; then
	skip "faults at every system call" "strace is missing or may not trace"
	done_testing
fi
if grep -q __asan_init "$BIN/saca-spool"; then
	skip "faults at every system call" "the sanitizers make calls of their own"
	done_testing
fi
export SACA_CREDIT=yes
envelope r@d.es a@x.es b@x.es c@x.es >"$T/env"
message 1 >"$T/m"
head -c 40000 /dev/zero | tr '\0' 'x' >>"$T/m" # past the point where sendfile takes over
message 2 >"$T/m2"
cp "$T/env" "$T/env2"

# A spool in which a send, a repeat and the credit's end have happened.
begin() {
	rm -rf "$S"
	saca-spool -c acme=+100 "$S" >"$T/out"
	message 0 >"$T/m0"
	deliver "$T/m0" "$T/env" "$S"
}

# What the undisturbed program calls, `name occurrence` a line, without its start
begin
REPLY=$(strace -o "$T/trace" saca-spool "$S" 6>&1 <"$T/m" 1<"$T/env")
like "$REPLY" '^Kid=2 ' "a send under strace"
sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$T/trace" | awk '{print $1, ++n[$1]}' |
	grep -vE '^(execve|brk|arch_prctl|set_tid_address|set_robust_list|rseq|mprotect|readlink|exit_group|prlimit64 1$)' \
	>"$T/points"
points=$(wc -l <"$T/points" | tr -d ' ')
[ "$points" -gt 30 ]
ok $? "system calls are recorded: $points"

# check WHAT: after a disturbed run that left $CODE and $REPLY, problems to stdout
check() {
	_after=$(count_files "$S/new")
	case $CODE:$REPLY in
	0:Kid=*) [ "$_after" = 2 ] || echo "$1: answered, $_after files" ;;
	0:) ;;                                   # the answer itself could not be written
	137:*) [ "$_after" -le 2 ] || echo "$1: killed, $_after files" ;;
	0:*) echo "$1: unknown answer $REPLY" ;;
	*) [ "$_after" = 1 ] || echo "$1: refused with $CODE, yet $_after files" ;;
	esac
	_said=$REPLY
	deliver "$T/m" "$T/env" "$S"
	case $CODE:$REPLY in
	0:Kid=*) ;;
	*) echo "$1: then again: $CODE:$REPLY: $(cat "$T/err")" ;;
	esac
	case $_said in Kid=*) [ "$_said" = "$REPLY" ] || echo "$1: answered $_said, then $REPLY" ;; esac
	[ "$(count_files "$S/new")" = 2 ] || echo "$1: not one file of it"
	deliver "$T/m2" "$T/env" "$S"
	case $CODE in 0) ;; *) echo "$1: the next message: $CODE:$REPLY" ;; esac
	[ "$(balance acme)" = 91 ] || echo "$1: credit $(balance acme), not 91"
	[ "$(sed -s -n 's/^X-Saca-Send: //p' "$S"/new/* | sort -u | wc -l | tr -d ' ')" = 3 ] || echo "$1: a number twice"
	for _f in "$S"/new/*; do
		_n=$(sed -n 's/^X-Saca-Recipients: //p' "$_f")
		[ "$_n" = 3 ] && grep -q '^Received: ' "$_f" || echo "$1: $_f is not whole"
	done
	[ "$2" = KILL ] || [ "$(find "$S/tmp" -type f | wc -l)" -le "$3" ] || echo "$1: something is left in tmp"
}

# disturb WHAT INJECTION CALL...: at each point of these calls (all: every one) in turn
disturb() {
	_what=$1 _how=$2
	shift 2
	_some=$(echo "$*" | tr ' ' '|')
	case $_some in all) cp "$T/points" "$T/some" ;; *) grep -E "^($_some) " "$T/points" >"$T/some" ;; esac
	: >"$T/problems"
	: >"$T/codes"
	while read -r call nth; do
		begin
		REPLY=$(strace -o /dev/null -e "inject=$call:$_how:when=$nth" saca-spool "$S" \
			6>&1 <"$T/m" 1<"$T/env" 2>"$T/err") 2>/dev/null
		CODE=$?
		echo $CODE >>"$T/codes"
		left=0
		[ "$call" != unlinkat ] || left=1
		check "$_what at $call $nth" "$_what" "$left" >>"$T/problems"
	done <"$T/some"
	is "$(cat "$T/problems")" "" "$_what at each of $(wc -l <"$T/some" | tr -d ' ') calls"
}
disturb KILL signal=KILL all
is "$(sort -u "$T/codes")" 137 "each of which killed it"
disturb EIO error=EIO all
like "$(sort -u "$T/codes")" '^62$' "some of which it reported"
disturb EINTR error=EINTR openat read pread64 write pwrite64 fsync fdatasync sendfile
is "$(sort -u "$T/codes")" 0 "none of which it minds"
disturb EINTR error=EINTR fcntl
for e in ENOSPC EDQUOT; do
	disturb $e error=$e write pwrite64 sendfile fsync fdatasync linkat
	is "$(sort -u "$T/codes" | tr '\n' ' ')" "0 53 " "which is 53, unless the file is committed"
done
disturb EROFS error=EROFS openat linkat unlinkat
for e in EMFILE ENFILE; do disturb $e error=$e openat; done
disturb ENOMEM error=ENOMEM openat mmap linkat getdents64
like "$(sort -u "$T/codes")" '^51$' "which is 51"
disturb EAGAIN error=EAGAIN fcntl read

# Synced before it is said: the file before its link, the link before the answer.
order=$(sed -n 's/^\(fsync\|fdatasync\|linkat\|write\|sendfile\|pwrite64\)(\([0-9]*\).*/\1/p' "$T/trace" | tr '\n' ' ')
like "$order" 'write sendfile fsync .*linkat fsync .*write $' "data, sync, link, sync, answer"
like "$order" 'pwrite64 fdatasync linkat' "credit is taken and synced before the link"
done_testing
