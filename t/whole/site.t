#!/bin/sh
# scripts/site sets up a fresh Debian: its services start, a mail over port 58700 becomes rows in
# the store, its mails reach a mail server, and saca-count counts an open. The panel and the API
# show it. Each supervisor has a new system.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

. "$TOP/t/lib/system.sh"
need_system "scripts/site sets up a fresh Debian"

# site_system NAME: makes a fresh system with the programs and the scripts
site_system() {
	new_system "$1" || return 1
	cp "$BIN"/saca-* "$ROOT/usr/local/bin"
	mkdir "$ROOT/root/saca"
	cp -R "$TOP/scripts" "$ROOT/root/saca"
}

# site ARGUMENT...: runs scripts/site in the system
site() {
	chroot "$ROOT" /root/saca/scripts/site "$@" 2>&1
}

# state: prints every file of the system outside /proc, with its owner, mode and time
state() {
	find "$ROOT" -xdev -path "$ROOT/proc" -prune -o -printf '%p %u %g %m %s %T@ %l\n' | sort
}

ALL='-u https://links.example.com -r bounce+@bounces.example.com -p https://panel.example.com'

# set_up SUPERVISOR: the tests for every supervisor
set_up() {
	site_system "$1" || { ok 1 "$1: a system can be made"; return 1; }
	state >"$T/before"
	# shellcheck disable=SC2086 # words
	out=$(site "$1" -n -h api.example.com $ALL)
	is $? 0 "$1: scripts/site -n exits 0" || echo "$out" | sed 's/^/# /'
	like "$out" 'useradd .* saca$' "$1: scripts/site -n prints the steps"
	state >"$T/after"
	is "$(diff "$T/before" "$T/after")" "" "$1: scripts/site -n changes nothing"
	out=$(site "$1" -h api.example.com)
	is $? 0 "$1: scripts/site exits 0" || echo "$out" | sed 's/^/# /'
	is "$(find "$ROOT/etc" "$ROOT/var/lib/saca" -name 'saca-send*' -o -name hits -o -name '*panel*')" "" \
		"$1: scripts/site without -u and -p sets up no sending and no panel"
	# shellcheck disable=SC2086
	out=$(site "$1" -h api.example.com $ALL)
	is $? 0 "$1: scripts/site -u -r -p exits 0 on a site without them" || echo "$out" | sed 's/^/# /'
	state >"$T/before"
	# shellcheck disable=SC2086
	out=$(site "$1" -h api.example.com $ALL)
	is "$? $(echo "$out" | tail -n 1)" "0 # nothing to do: this host is set up" "$1: a second scripts/site has nothing to do" || echo "$out" | sed "s|^|# |"
	state >"$T/after"
	is "$(diff "$T/before" "$T/after")" "" "$1: a second scripts/site changes nothing"
	is "$(chroot "$ROOT" stat -c '%n %U %G %a' /var/spool/saca /etc/saca/key.pem /etc/saca/passwords.cdb \
		/var/lib/saca /var/lib/saca/store /var/lib/saca/store/saca.db)" \
		"/var/spool/saca sacaspool sacaspool 700
/etc/saca/key.pem root root 600
/etc/saca/passwords.cdb root sacapw 640
/var/lib/saca sacaspool sacaspool 2755
/var/lib/saca/store sacaspool sacaspool 2770
/var/lib/saca/store/saca.db sacaspool sacaspool 660" "$1: folders, key, hashes and store have their owners and modes"
	is "$(chroot "$ROOT" stat -c '%n %U %G %a' /etc/saca/link.key /var/lib/saca/published /var/lib/saca/hits)" \
		"/etc/saca/link.key root sacahits 640
/var/lib/saca/published sacaspool sacahits 2750
/var/lib/saca/hits sacaspool sacahits 2770" "$1: the keys of the links and the folders of sending have their owners and modes"
	is "$(chroot "$ROOT" stat -c '%n %U %G %a' /etc/saca/panel.key /etc/saca/panel/key.pem):$(chroot "$ROOT" id -nG sacapanel)" \
		"/etc/saca/panel.key sacapanel root 400
/etc/saca/panel/key.pem root root 600:sacapanel saca sacaspool" "$1: the panel's user has its key and its groups"
	is "$(cat "$ROOT"/etc/saca/env/LINKS "$ROOT"/etc/saca/env/BOUNCES 2>/dev/null || sed -n 's/^LINKS=//p; s/^BOUNCES=//p' "$ROOT/etc/saca/environment")" \
		"https://links.example.com
bounce+@bounces.example.com" "$1: scripts/site -u -r sets LINKS and BOUNCES"
	like "$(openssl x509 -noout -subject -in "$ROOT/etc/saca/cert.pem")" 'CN = api.example.com$' \
		"$1: the certificate is for the host named by -h"
}

# The client: FILE RECIPIENTS
cat >"$T/submit.py" <<'END'
import os, smtplib, ssl, sys, time
context = ssl.create_default_context(cafile=os.environ["ROOT"] + "/etc/saca/cert.pem")
context.check_hostname = False
end = time.time() + 40
while True:
    try:
        client = smtplib.SMTP("127.0.0.1", 58700, timeout=60)
        client.starttls(context=context)
        client.login("victor.acme", "secreto")
        break
    except (OSError, smtplib.SMTPException):
        if time.time() > end:
            raise
        time.sleep(0.1)
client.mail("remitente@example.com")
for i in range(int(sys.argv[2])):
    client.rcpt("c%d@example.org" % i)
print(client.data(open(sys.argv[1], "rb").read()))
client.quit()
END

# Runs in name spaces of its own: SCANNER... The first step that fails ends it, and is named.
cat >"$T/run" <<'END'
mount -t proc proc "$ROOT/proc" && ip link set lo up || exit 1
chroot "$ROOT" "$@" >"$T/scanner.log" 2>&1 &
python3 "$TOP/t/send/server.py" "$MTA" &
sql() { sqlite3 -cmd '.timeout 20000' "$ROOT/var/lib/saca/store/saca.db" "$1" 2>/dev/null; }
mails() { cat "$MTA/mails" 2>/dev/null | wc -l; }
# step NAME CONDITION: waits until CONDITION is true; after a minute prints NAME and exits
step() {
	end=$(($(date +%s) + 60))
	until eval "$2"; do
		[ "$(date +%s)" -lt "$end" ] || { echo "not so: $1"; exit 1; }
		sleep 0.05
	done
}
python3 "$T/submit.py" "$T/mail" 1 || exit 1
step "the send is in the store" '[ "$(sql "SELECT count(*) FROM send")" = 1 ]'
step "the mail server has its mail" '[ "$(mails)" = 1 ]'
step "the send is sent" '[ "$(sql "SELECT state FROM send")" = sent ]'
pixel=$(python3 - "$MTA/last" <<'PYTHON'
import email, re, sys
html = [p for p in email.message_from_binary_file(open(sys.argv[1], "rb")).walk() if p.get_content_type() == "text/html"][0]
print(re.search(rb"https://links\.example\.com(/o/[a-z2-7]+\.gif)", html.get_payload(decode=True)).group(1).decode())
PYTHON
)
chroot "$ROOT" setpriv --reuid=sacahit --regid=sacahits --clear-groups \
	env REQUEST_METHOD=GET PATH_INFO="$pixel" HTTP_USER_AGENT='Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Firefox/115.0' \
	SACA_LINK_KEYS=/etc/saca/link.key SACA_PUBLISHED=/var/lib/saca/published SACA_HITS=/var/lib/saca/hits saca-hit >"$T/answer"
grep -aqi '^content-type: image/gif' "$T/answer" || { echo "not so: saca-hit, as user sacahit, answers"; exit 1; }
python3 "$T/submit.py" "$T/mail2" 1000 || exit 1
for part in 1 2 3; do
	before=$(mails)
	step "saca-send goes on after restart $part" '[ "$(mails)" -gt "$before" ]'
	sh -c "$RESTART" || { echo "not so: restart $part"; exit 1; }
done
step "the second send is sent" '[ "$(sql "SELECT state FROM send WHERE id = 2")" = sent ]'
. "$T/panel"
step "the open is counted" '[ "$(sql "SELECT opens FROM delivery WHERE send_id = 1")" = 1 ]'
echo "all sent"
END

# The panel and the API, for the first send. A campaign that the API takes is send 3.
cat >"$T/panel" <<'END'
panel() { curl -s --max-time 60 --cacert "$ROOT/etc/saca/panel/cert.pem" --resolve panel.example.com:443:127.0.0.1 -b "$T/cookies" -c "$T/cookies" "$@"; }
step "the panel takes a login" '[ "$(panel -o /dev/null -w "%{http_code}" -d user=victor.acme -d password=secreto https://panel.example.com/login)" = 303 ]'
step "the panel shows the send after a login" 'panel https://panel.example.com/ | grep -q "/sends/1\""'
[ "$(panel -u victor.acme:secreto -d action=get_campaigns -d mode=plain https://panel.example.com/api | tail -n 1)" = 1 ] ||
	{ echo "not so: the API names the send"; exit 1; }
[ "$(panel -u victor.acme:secreto -d action=send_bulk_campaign -d rid=1 -d recipients=ana@example.org -d subject=hola -d plain_body=hola \
	-d html_body=hola https://panel.example.com/api)" = "OK: 3" ] || { echo "not so: the API takes a campaign"; exit 1; }
step "the send of the API is sent" '[ "$(sql "SELECT state FROM send WHERE id = 3")" = sent ]'
chroot "$ROOT" setpriv --reuid=sacapanel --regid=sacapanel --init-groups sh -c '
	for file in /run/saca/ticket.key /etc/saca/passwords.cdb /etc/saca/link.key /etc/saca/key.pem /etc/saca/panel/key.pem /var/spool/saca/count; do
		cat $file && echo "not so: the user of the panel cannot read $file" && exit 1
	done
	exit 0' 2>/dev/null || exit 1
END

# delivers SUPERVISOR RESTART SCANNER...: starts the services and sends two messages. RESTART
# restarts saca-send and saca-count in the midst of the second. Then it asks
# panel and API. lighttpd needs a larger stack than the tests allow.
delivers() {
	supervisor=$1 RESTART=$2 MTA=$T/mta.$1
	shift 2
	accounts_text >"$ROOT/etc/saca/accounts"
	site "$supervisor" >/dev/null
	campaign >"$T/mail"
	campaign "second-$supervisor" >"$T/mail2"
	mkdir "$MTA"
	echo 25 >"$MTA/port"
	export ROOT MTA RESTART
	out=$(unshare -mpn --fork --kill-child sh "$T/run" "$@" 2>&1)
	is "$? $(echo "$out" | tail -n 1)" "0 all sent" "$supervisor: a mail to port 58700 is stored and sent, its open counted, and panel and API show it" || {
		echo "$out"
		cat "$T/scanner.log"
		tail -n 20 "$ROOT"/var/log/saca/*/current
	} 2>&1 | sed 's/^/# /'
	like "$out" '250.*OK id=1 ' "$supervisor: the reply to the client has the number of its send"
	is "$(cut -d' ' -f1 "$MTA/mails" | sort | uniq -d | wc -l) $(wc -l <"$MTA/mails")" "0 1002" \
		"$supervisor: three restarts of saca-send in a send of 1000 lose and repeat no mail"
	like "$(cat "$ROOT/var/log/saca/send/current")" 'send 2 of plan acme: to be continued' "$supervisor: saca-send ends its part at SIGTERM, and logs it"
	like "$(cut -d' ' -f3 "$MTA/mails" | head -n 1)" '^bounce\+[a-z2-7]+@bounces\.example\.com$' "$supervisor: the envelope sender of a mail begins with the prefix of -r"
}

set_up daemontools && delivers daemontools 'chroot "$ROOT" svc -t /etc/service/saca-send /etc/service/saca-count' \
	$ROOMY svscan /etc/service
set_up runit && delivers runit 'chroot "$ROOT" sv term /etc/service/saca-send /etc/service/saca-count' \
	$ROOMY runsvdir /etc/service
set_up s6
if grep -qs s6-tcpserver "$TOP"/scripts/service/s6/*/run; then
	skip "s6: a mail to port 58700 is stored and sent, its open counted, and panel and API show it" "Debian has no s6-tcpserver"
else
	delivers s6 'chroot "$ROOT" s6-svc -t /run/service/saca-send && chroot "$ROOT" s6-svc -t /run/service/saca-count' \
		$ROOMY s6-svscan /run/service
fi
set_up systemd
is "$(cd "$TOP/scripts/service/systemd" && for unit in saca-*; do [ -e "$ROOT/etc/systemd/system/$unit" ] || echo "$unit"; done)" "" \
	"systemd: every unit is installed"
is "$(find "$ROOT/etc/systemd/system" -path '*.wants/saca-*' | wc -l)" \
	"$(grep -l '^WantedBy' "$TOP"/scripts/service/systemd/saca-* | wc -l)" "systemd: every unit with [Install] is enabled"

# --- What an older version has made
mv "$ROOT/etc/cron.d/saca-check" "$ROOT/etc/cron.d/saca"
like "$(site systemd -h api.example.com)" '^mv /etc/cron.d/saca /etc/cron.d/saca-check$' "scripts/site renames the cron file of an older version"
mkdir -p "$ROOT/run/saca"
echo key >"$ROOT/run/saca/ticket.key"
chroot "$ROOT" chown sacapw:sacaspool /run/saca/ticket.key
site systemd -h api.example.com >/dev/null
is "$(chroot "$ROOT" stat -c '%U:%G' /run/saca/ticket.key)" sacaspool:sacapw "scripts/site takes the tickets' key from the store's group"
touch "$ROOT/var/lib/saca/saca.db"
state >"$T/before"
out=$(site systemd -h api.example.com)
is "$?" 111 "scripts/site refuses a site with the store in the old place"
like "$out" 'INSTALL 11' "scripts/site names INSTALL 11 for a store in the old place"
state >"$T/after"
is "$(diff "$T/before" "$T/after")" "" "scripts/site changes nothing on a site with the store in the old place"
rm "$ROOT/var/lib/saca/saca.db"

# --- Without lighttpd, for nginx or Apache
rm -r "$ROOT/etc/saca/panel" "$ROOT/etc/systemd/system/saca-panel-web.service" "$ROOT/usr/sbin/lighttpd"
out=$(site systemd -h api.example.com -p https://panel.example.com:8443)
is "$?:$(find "$ROOT/etc/saca" "$ROOT/etc/systemd/system" -name lighttpd.conf -o -name 'saca-panel-web*' -type f)" 0: "scripts/site -p without lighttpd sets up no web server" ||
	echo "$out" | sed 's/^/# /'
like "$out" '^# lighttpd .* is not installed' "scripts/site -p says that lighttpd is missing"

out=$(site nothing)
is "$?" 100 "scripts/site with an unknown supervisor exits 100"
for wrong in '-u https://links.example.com' '-r bounce+@example.com' '-u http://links.example.com -r bounce+@example.com' \
	'-u https://links.example.com/ -r bounce+@example.com' '-u https://links.example.com -r bounce' \
	'-p http://panel.example.com' '-p https://panel.example.com/' '-p https://panel.example.com:' '-p panel.example.com'; do
	# shellcheck disable=SC2086 # words
	out=$(site daemontools -n $wrong)
	is $? 100 "scripts/site $wrong exits 100"
done
done_testing
