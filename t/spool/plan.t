#!/bin/sh
# The settings of a plan: saca-spool -a senders.cdb, and the environment.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"

# accounts SETTINGS: compiles accounts in which the plan acme has these settings
accounts() {
	mkdir -p "$T/accounts"
	printf 'plan acme %s\nsender acme r@d.es\n' "$1" | saca-accounts "$T/accounts" 2>"$T/err" || cat "$T/err"
}
A=$T/accounts/senders.cdb
envelope r@d.es a@x.es b@x.es c@x.es >"$T/env"
: >"$T/empty"
campaign 1 >"$T/m"

deliver "$T/m" "$T/env" -a "$T/none.cdb" "$S"
is "$CODE:$REPLY" "71:" "saca-spool -a fails temporarily if senders.cdb is missing"
like "$(cat "$T/err")" "none.cdb: No such file" "saca-spool -a names a missing senders.cdb"
accounts ''
SACA_PLAN=otra SACA_USER=victor.otra
deliver "$T/m" "$T/env" -a "$A" "$S"
SACA_PLAN=acme SACA_USER=victor.acme
is "$CODE:$REPLY" "71:" "saca-spool -a fails temporarily for a plan that the accounts do not have"
like "$(cat "$T/err")" "senders.cdb has no plan otra" "saca-spool -a names a plan that the accounts do not have"
saca-spool -c otra=+1 -a "$A" "$S" 2>"$T/err"
is "$?:$(ls "$S/credit" 2>/dev/null)" "100:" "saca-spool -c -a refuses to give credit to an unknown plan"
is "$(saca-spool -c acme=+4 -a "$A" "$S" 2>"$T/err")" 4 "saca-spool -c -a gives credit to a plan of the accounts"

accounts 'credit=yes'
deliver "$T/m" "$T/env" -a "$A" "$S"
is "$CODE:$(balance acme)" 0:1 "saca-spool -a takes credit if the plan has credit=yes"
accounts 'credit=yes sandbox=yes'
campaign 2 >"$T/m"
deliver "$T/m" "$T/env" -a "$A" "$S"
is "$CODE:$(balance acme)" 0:1 "a message of a sandbox plan costs no credit"
is "$(grep -l '^X-Saca-Sandbox: yes$' "$S"/new/* | wc -l)" 1 "a message of a sandbox plan has X-Saca-Sandbox: yes in its file"
campaign 3 >"$T/m"
export SACA_SANDBOX=yes SACA_CREDIT=yes
deliver "$T/m" "$T/env" "$S"
is "$CODE:$(balance acme)" 0:1 "a message with SACA_SANDBOX=yes costs no credit"
SACA_SANDBOX=si
deliver "$T/m" "$T/env" "$S"
is "$CODE" 100 "saca-spool exits 100 if SACA_SANDBOX is neither yes nor no"
unset SACA_SANDBOX SACA_CREDIT

accounts 'maxrcpt=2'
campaign many >"$T/m"
deliver "$T/m" "$T/env" -a "$A" "$S"
is "$CODE:$REPLY" "82:Dexceso de contactos: 3 de 2 permitidos" "recipients over maxrcpt are refused with their number and the limit"
deliver "$T/empty" "$T/env" -a "$A" "$S"
is "$CODE:$REPLY" "82:Dexceso de contactos: 3 de 2 permitidos" "contacts alone over maxrcpt are refused"

accounts 'maxday=10'
rm -rf "$S"
for i in 1 2 3; do
	campaign day$i >"$T/m"
	deliver "$T/m" "$T/env" -a "$A" "$S"
	like "$CODE:$REPLY" '^0:Kid=' "message $i of 3 recipients is within maxday=10"
done
deliver "$T/m" "$T/env" -a "$A" "$S"
like "$CODE:$REPLY" '^0:Rid=3 ' "a repeat does not count for maxday"
campaign day4 >"$T/m"
for m in m empty; do
	deliver "$T/$m" "$T/env" -a "$A" "$S"
	is "$CODE:$REPLY" "82:Dexceso de contactos: 12 de 10 permitidos" "recipients over maxday are refused with their number and the limit ($m)"
done
like "$(cat "$T/err")" 'plan acme has reached maxday' "saca-spool says in the log that maxday is reached"
is "$(count_files "$S/new"):$(count_files "$S/tmp")" 3:0 "a message over maxday leaves no file"
envelope r@d.es a@x.es >"$T/one"
deliver "$T/empty" "$T/one" -a "$A" "$S"
like "$CODE:$REPLY" '^0:Kcontacts=1 ' "a refused message does not count for maxday"
sed -i 's/^....-..-../2013-09-12/' "$S/quota/acme"
deliver "$T/m" "$T/env" -a "$A" "$S"
like "$CODE:$REPLY" '^0:Kid=' "maxday starts anew on the next day"

accounts 'maxwait=100000'
rm -rf "$S"
head -c 40000 /dev/zero | tr '\0' x >"$T/40k"
for i in 1 2; do
	{ campaign wait$i; cat "$T/40k"; } >"$T/m"
	deliver "$T/m" "$T/env" -a "$A" "$S"
	like "$CODE:$REPLY" '^0:Kid=' "message $i of 40 KB is within maxwait=100000"
done
{ campaign wait3; cat "$T/40k"; } >"$T/m"
deliver "$T/m" "$T/env" -a "$A" "$S"
is "$CODE:$REPLY" "53:" "a message over maxwait fails temporarily with 53, which the client sees as 452"
like "$(cat "$T/err")" 'plan acme has reached maxwait' "saca-spool says in the log that maxwait is reached"
rm "$S"/new/*
sed -i 's/ [0-9]*$/ 00000000000000000000/' "$S/quota/acme"
deliver "$T/m" "$T/env" -a "$A" "$S"
like "$CODE:$REPLY" '^0:Kid=' "files that were imported do not count for maxwait"
# --- The line: saca-smtpd passes the settings in the environment ---
mkdir "$T/line"
printf 'plan acme maxday=2 sandbox=yes\nuser victor.acme %s\nsender acme r@d.es\n' "$(openssl passwd -6 -salt xx secreto)" |
	saca-accounts "$T/line" 2>"$T/err"
rm -rf "$S"
token=$(printf '\0victor.acme\0secreto' | base64)
for i in 1 2 3; do
	printf '%s\r\n' 'EHLO maquina' "AUTH PLAIN $token" 'MAIL FROM:<r@d.es>' 'RCPT TO:<a@x.es>' DATA "Message-ID: <$i@x>" '' hola . QUIT |
		(unset SACA_PLAN SACA_USER; saca-smtpd -p -h h -a "$T/line/senders.cdb" saca-checkpassword "$T/line/passwords.cdb" -- saca-spool "$S") \
			>"$T/session.$i" 2>"$T/err"
done
like "$(cat "$T/session.2")" '^250 OK id=2 ' "saca-smtpd and saca-spool accept the second recipient of a day with maxday=2"
like "$(tail -n 3 "$T/session.3")" '^500 Internal error - exceso de contactos: 3 de 2 permitidos' "saca-smtpd and saca-spool refuse the third recipient of a day with maxday=2"
is "$(grep -l '^X-Saca-Sandbox: yes$' "$S"/new/* | wc -l)" 2 "a message of a sandbox plan that comes by SMTP has X-Saca-Sandbox: yes"
for v in x -1 ''; do
	printf 'x\n' >"$T/m"
	SACA_MAXDAY=$v saca-spool "$T/other" <"$T/m" 1<"$T/env" 6>&- 2>"$T/err"
	is "$?" "$([ -z "$v" ] && echo 0 || echo 100)" "SACA_MAXDAY='$v' is $([ -z "$v" ] && echo unset || echo misuse)"
done
done_testing
