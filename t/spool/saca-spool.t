#!/bin/sh
# saca-spool as a queue program: its input, the file in the spool, its answer.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

envelope R@Dominio.com b@x.es A@X.es B@x.es >"$T/env"
campaign 1 >"$T/m"
: >"$T/empty"

# --- A message ---
deliver "$T/m" "$T/env" -h api.example.com "$S"
is "$CODE" 0 "saca-spool exits 0 for a good message"
like "$REPLY" '^Kid=1 [0-9a-f]{32}$' "the answer of saca-spool has the number and the UUID"
id=${REPLY#Kid=1 }
f=$(spooled)
is "$(count_files "$S/new")" 1 "a message makes one file in new"
like "${f##*/}" '^[0-9a-f]{64}$' "saca-spool names the file by its key"
is "$(sed -e 's/^X-Saca-Date: 20..-..-..T..:..:..Z$/X-Saca-Date: D/' -e 's/; ..., .*/; D/' "$f")" \
"Return-Path: <r@dominio.com>
X-Saca-Send: 1
X-Saca-Id: $id
X-Saca-User: victor.acme
X-Saca-Ip: 192.0.2.7
X-Saca-Date: D
X-Saca-Recipients: 2
Delivered-To: a@x.es
Delivered-To: b@x.es
Received: from maquina (192.0.2.7) by api.example.com with ESMTPSA id $id; D
$(cat "$T/m")" "the file has our fields, addresses in lower case, recipients sorted and distinct, and the message"
is "$(find "$S" -mindepth 1 -type d ! -perm 700)" "" "the folders of the spool have mode 0700"
is "$(stat -c %a "$S")" 1700 "a spool's folder that saca-spool made has the sticky bit"
is "$(find "$S" -type f ! -perm 600)" "" "the files of the spool have mode 0600"
is "$(cd "$S" && find . -type d | sort | tr '\n' ' ')" ". ./credit ./cur ./done ./failed ./new ./quota ./seen ./tmp " \
	"saca-spool makes all folders of the spool"
is "$(count_files "$S/tmp")" 0 "saca-spool leaves no file in tmp"
(umask 0 && deliver "$T/m" "$T/env" "$T/umask" )
is "$(find "$T/umask" -type f ! -perm 600 -o -type d ! -perm 700 ! -perm 1700)" "" "the umask does not change the modes of the spool"
campaign 2 >"$T/m2"
deliver "$T/m2" "$T/env" "$S"
is "${REPLY% *}" "Kid=2" "the second message of a spool has the next number"

# --- Only contacts ---
deliver "$T/empty" "$T/env" "$T/fresh"
is "$CODE" 0 "saca-spool exits 0 for an empty message"
like "$REPLY" '^Kcontacts=2 [0-9a-f]{32}$' "equal contacts of an empty message count once"
uuid=${REPLY#Kcontacts=2 }
f=$T/fresh/new/$uuid
[ -f "$f" ]
ok $? "the file of contacts alone is named by its UUID"
is "$(field X-Saca-Send "$f")" "" "the file of contacts alone has no number"
is "$(tail -n 1 "$f" | cut -d: -f1)" Received "the file of contacts alone ends with the fields that saca-spool adds"
deliver "$T/m" "$T/env" "$T/fresh"
like "$REPLY" '^Kid=1 ' "a spool that starts with contacts gets a counter"

# --- The environment ---
like "$(SACA_HELO=$(printf 'a\r\nX-Saca-Send: 9\n(x)') SSL_PROTOCOL=TLSv1.2 SSL_CIPHER=ECDHE-X \
	TCPREMOTEIP=$(printf '1\n2') saca-spool "$T/env1" <"$T/m" 1<"$T/env" && cat "$T/env1"/new/*)" \
	'^Received: from a\?\?X-Saca-Send:\?9\?\?x\? \(1\?2\) by .* with ESMTPSA \(TLSv1.2 ECDHE-X\) id ' \
	"no variable can forge a field of the file"
is "$(field X-Saca-Ip "$T"/env1/new/*)" '1?2' "no address can forge a field after X-Saca-Ip"
like "$(unset SACA_USER SACA_PLAN; saca-spool -P otra "$T/env2" <"$T/m" 1<"$T/env" && cat "$T/env2"/new/*)" \
	'^X-Saca-User: spool.otra$' "saca-spool -P sets the plan if the environment has none"
like "$(unset TCPREMOTEIP; PROTO=SSL6 SSLREMOTEIP=::6 saca-spool "$T/env6" <"$T/m" 1<"$T/env" && cat "$T/env6"/new/*)" \
	'^X-Saca-Ip: ::6$' "PROTO=SSL6 takes the address of SSLREMOTEIP"
like "$(PROTO=SSL SSLREMOTEIP=::1 saca-spool "$T/env3" <"$T/m" 1<"$T/env" && cat "$T/env3"/new/*)" \
	'^X-Saca-Ip: ::1$' "PROTO names the variable with the address"
like "$(unset TCPREMOTEIP; saca-spool "$T/env4" <"$T/m" 1<"$T/env" && cat "$T/env4"/new/*)" \
	'^X-Saca-Ip: unknown$' "X-Saca-Ip is unknown for a client without an address"

misuse() { # NAME COMMAND...: tests that the command exits 100
	_n=$1
	shift
	"$@" <"$T/m" 1<"$T/env" 2>"$T/err"
	is "$?" 100 "saca-spool exits 100: $_n"
}
misuse "no spool" saca-spool
misuse "two spools" saca-spool "$S" "$S"
misuse "unknown option" saca-spool -z "$S"
misuse "plan in capitals" env -u SACA_PLAN -u SACA_USER saca-spool -P Acme "$S"
misuse "plan that is a path" env -u SACA_USER SACA_PLAN=../x saca-spool "$S"
misuse "no plan" env -u SACA_PLAN -u SACA_USER saca-spool "$S"
misuse "login of another plan" env SACA_USER=victor.otra saca-spool "$S"
misuse "login without a plan" env SACA_USER=victor saca-spool "$S"
misuse "login that is not UTF-8" env SACA_USER="$(printf 'jos\351.acme')" SACA_PLAN=acme saca-spool "$S"
like "$(cat "$T/err")" 'SACA_USER is not a login' "saca-spool says that SACA_USER is not a login"
misuse "credit neither yes nor no" env SACA_CREDIT=si saca-spool "$S"
for i in 1 2/2 0/0 -1/2 0/10001 1/ /2 1/2x ''; do misuse "-i '$i'" saca-spool -i "$i" "$S"; done
for r in 0 x 1000001 ''; do misuse "-r '$r'" saca-spool -r "$r" "$S"; done
for s in 0 1k 2147483648; do misuse "-s $s" saca-spool -s "$s" "$S"; done

# --- Ways to feed it ---
reply=$(printf 'Subject: x\n\nbody\n' | saca-spool "$T/pipe" 6>&1 1<"$T/env")
like "$reply" '^Kid=1 ' "saca-spool reads a message from a pipe"
like "$(cat "$T"/pipe/new/*)" '^body$' "a message from a pipe is in its file in the spool"
reply=$(head -c 300000 /dev/zero | tr '\0' x | saca-spool "$T/pipe2" 6>&1 1<"$T/env")
is "$(tail -n 1 "$T"/pipe2/new/* | tr -d '\n' | wc -c | tr -d ' ')" 300000 "a large message from a pipe is in the file whole"
head -c 2600000 /dev/urandom | base64 -w 0 >"$T/large"
deliver "$T/large" "$T/env" "$T/pipe3"
tail -n 1 "$T"/pipe3/new/* | tr -d '\n' | cmp -s - "$T/large"
is $? 0 "a message of 3.4 MB is in the spool octet for octet"
reply=$(saca-spool "$T/shell" 6>&1 <"$T/m" 1<"$T/env")
out=$( (saca-spool "$T/without" <"$T/m" 1<"$T/env" 6>&-) 2>&1)
is "$?:$out" "0:" "saca-spool without descriptor 6 prints nothing"
(read -r _; saca-spool "$T/rest" 1<"$T/env") <"$T/m" 6>&-
like "$(cat "$T"/rest/new/*)" '^Subject: 1$' "a message file is read from its current offset"
unlike "$(cat "$T"/rest/new/*)" '^From:' "the octets before the current offset are not read"
cat "$T/env" "$T/env" >"$T/twice"
deliver "$T/m" "$T/twice" "$T/more"
is "$CODE" 0 "octets after the last NUL of the envelope are ignored"
mkfifo "$T/gone"
(: <"$T/gone") &
exec 8>"$T/gone"
wait $!
saca-spool "$T/vanished" <"$T/m" 1<"$T/env" 6>&8
is "$?" 0 "saca-spool exits 0 if the reader of descriptor 6 has gone"
exec 8>&-
is "$(count_files "$T/vanished/new")" 1 "the message stays committed if the reader of descriptor 6 has gone"

mkfifo "$T/slow"
saca-spool "$T/waits" <"$T/slow" 1<"$T/env" 6>&- &
pid=$!
PIDS="$PIDS $pid"
exec 8>"$T/slow"
await 20 grep -q '^SigCgt:.*2...$' "/proc/$pid/status" # 0x2000: SIGALRM
kill -ALRM $pid
wait $pid
is "$?" 52 "saca-spool exits 52 if the message takes more than an hour"
exec 8>&-

# --- What is refused ---
refused() { # NAME WANTED-REPLY CODE-WITHOUT-FD-6 ARGUMENT...: envelope in $T/bad, message in $T/m
	_n=$1 _reply=$2 _code=$3
	shift 3
	deliver "$T/m" "$T/bad" "$@" "$T/refused"
	is "$CODE:$REPLY" "82:$_reply" "saca-spool refuses $_n"
	saca-spool "$@" "$T/refused" <"$T/m" 1<"$T/bad" 6>&- 2>"$T/err"
	is "$?" "$_code" "saca-spool without descriptor 6 exits $_code for $_n"
}
envelope r@d.es 'a b@x.es' >"$T/bad"
refused "a malformed recipient" 'Ddestinatario no valido: a b@x.es' 31
envelope r@d.es "$(printf 'a\r\nb\303\261@x')" >"$T/bad"
refused "a recipient with a line end" 'Ddestinatario no valido: a??b??@x' 31
envelope '' a@x.es >"$T/bad"
refused "an envelope without a sender" 'Dremitente no valido: ' 31
envelope r@d.es >"$T/bad"
refused "an envelope without recipients" 'Dfalta el destinatario' 31
long=$(printf '%0300d' 0)
envelope r@d.es "$long@x.es" >"$T/bad"
deliver "$T/m" "$T/bad" "$T/refused"
like "$CODE:$REPLY" '^82:Ddireccion demasiado larga: 0+$' "saca-spool refuses an address that is too long"
[ ${#REPLY} -le 250 ]
ok $? "the answer of saca-spool has at most 250 octets"
saca-spool "$T/refused" <"$T/m" 1<"$T/bad" 6>&-
is "$?" 11 "saca-spool without descriptor 6 exits 11 for an address that is too long"
envelope r@d.es a@x.es b@x.es c@x.es >"$T/bad"
refused "more recipients than -r" 'Ddemasiados destinatarios' 31 -r 2
envelope r@d.es a@x.es A@x.es a@X.es >"$T/bad"
deliver "$T/m" "$T/bad" -r 1 "$T/once"
is "$CODE" 0 "equal recipients count once for -r"
printf 'Tx@x.es\0\0' >"$T/bad"
refused "an envelope of another form" 'Zsobre mal formado' 91
envelope r@d.es a@x.es >"$T/bad"
refused "a message over -s" 'Dmensaje demasiado grande: como maximo 10 octetos' 31 -s 10
(cat "$T/m" | saca-spool -s 10 "$T/refused" 6>&- 1<"$T/bad") 2>/dev/null
is "$?" 31 "saca-spool exits 31 for a message over -s from a pipe"
size=$(wc -c <"$T/m" | tr -d ' ')
deliver "$T/m" "$T/bad" -s "$size" "$T/exact"
is "$CODE" 0 "a message of exactly -s octets is accepted"
printf 'Fr@d.es\0Ta@x.es\0' >"$T/bad"
deliver "$T/m" "$T/bad" "$T/refused"
is "$CODE:$REPLY" "54:" "saca-spool exits 54 for an envelope without its last NUL"
deliver "$T" "$T/env" "$T/refused"
is "$CODE:$REPLY" "54:" "saca-spool exits 54 for a message that cannot be read"
[ ! -d "$T/refused/new" ] || [ "$(count_files "$T/refused/new")" = 0 ]
ok $? "no refused message leaves a file"
deliver "$T/m" "$T/env" "$T/m"
is "$CODE" 62 "saca-spool exits 62 if the spool is not a folder"
deliver "$T/m" "$T/env" "$T/no/such"
is "$CODE" 62 "saca-spool exits 62 if the folder of the spool is missing"

# --- Many recipients ---
{ printf 'Fr@d.es\0'; seq 1 50000 | sort -R | sed 's/.*/Tusuario&@Dominio-largo.example/' | tr '\n' '\0'; printf '\0'; } >"$T/many"
deliver "$T/m" "$T/many" "$T/big"
is "$CODE" 0 "saca-spool accepts 50000 recipients"
is "$(field X-Saca-Recipients "$T"/big/new/*)" 50000 "X-Saca-Recipients counts 50000 recipients"
field Delivered-To "$T"/big/new/* >"$T/list"
LC_ALL=C sort -cu "$T/list"
ok $? "50000 recipients in a file are sorted and distinct"
is "$(wc -l <"$T/list" | tr -d ' ')" 50000 "each of 50000 recipients is in the file"

# --- Any Maildir reader can open it ---
if command -v python3 >/dev/null; then
	got=$(python3 - "$S" <<-'P'
	import mailbox, sys
	box = mailbox.Maildir(sys.argv[1], create=False)
	for key in sorted(box.keys(), key=lambda k: box[k]['Message-ID']):
	    m = box[key]
	    print(m['Subject'], m['X-Saca-User'], ' '.join(m.get_all('Delivered-To')), m.get_payload()[0].get_payload().strip(), m.get_subdir())
	P
	)
	is "$got" "1 victor.acme a@x.es b@x.es hola new
2 victor.acme a@x.es b@x.es hola new" "a Maildir reader reads the spool"
else
	skip "a Maildir reader reads the spool" "python3 is not installed"
fi
done_testing
