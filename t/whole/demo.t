#!/bin/sh
# scripts/demo, in a copy of the source whose path has blanks, on a network of its own.
. "$(dirname "$0")/../lib/tap.sh"

# skip_all WHY: skips all tests and ends
skip_all() {
	skip "scripts/demo" "$1"
	done_testing
}
case $BIN in */sanitize/*) skip_all "it builds the plain programs only" ;; esac
[ -z "$WRAPPED" ] || skip_all "it builds its own programs"
unshare -np --fork true 2>/dev/null || skip_all "this machine allows no network name space"
for program in tcpserver swaks curl openssl sqlite3 nc; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
for program in lighttpd smtp-sink; do
	command -v $program >/dev/null || [ -x "$TOP/build/clients/usr/sbin/$program" ] || skip_all "$program is not installed"
done

# The objects are copied with their times: make compiles nothing.
copy="$T/a folder"
mkdir -p "$copy/build" "$copy/t/whole"
cp -a "$TOP"/Makefile "$TOP"/src "$TOP"/scripts "$copy"
cp -a "$TOP/build/plain" "$copy/build"
cp -a "$TOP/t/whole/clients" "$copy/t/whole"
[ ! -d "$TOP/build/clients" ] || cp -aL "$TOP/build/clients" "$copy/build"
mkdir "$copy/bin"
echo untouched >"$copy/bin/saca-smtpd"
cd "$copy" || exit 1

# demo ARGUMENT...: runs the command in $BEFORE, then scripts/demo, on a network of its own. All processes end with it.
demo() {
	timeout 120 unshare -np --fork --kill-child sh -c "ip link set lo up; ${BEFORE:-:}"'; exec scripts/demo "$@"' sh "$@" 2>&1
}

out=$(demo)
is $? 0 "scripts/demo exits 0 in a path with blanks" "$out"
like "$out" '^<- +250 OK id=1 [0-9a-f]{32}$|^<~ +250 OK id=1 [0-9a-f]{32}$' "scripts/demo shows the number of a send"
like "$out" 'imported=2 sends=2 contacts=4 new=3 failed=0' "scripts/demo imports two campaigns"
like "$out" 'Protocol version: TLSv1.2' "scripts/demo shows the TLS of its ports"
is "$(cat bin/*)" untouched "scripts/demo leaves bin/ as it was"

out=$(BEFORE='nc -lk 127.0.0.1 58700 </dev/null >/dev/null 2>&1 & until nc -z 127.0.0.1 58700; do sleep 0.05; done' demo)
is $? 111 "scripts/demo with a taken port exits 111"
like "$out" 'port 58700 is taken' "scripts/demo names the taken port"

out=$(demo --nothing)
is $? 100 "scripts/demo with an unknown option exits 100"

if ! command -v s6-ipcserver-socketbinder >/dev/null; then
	skip "scripts/demo --services" "s6 is not installed"
else
	out=$(demo --services)
	is $? 0 "scripts/demo --services exits 0" "$out"
	like "$out" 'imported=2 sends=2 contacts=4 new=3 failed=0' "scripts/demo --services imports two campaigns"
fi
done_testing
