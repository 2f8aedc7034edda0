#!/bin/sh
# scripts/site sets up a fresh Debian: its services start, and a mail over port 58700 becomes
# rows in the store. Each supervisor has a new system.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

. "$TOP/t/lib/system.sh"
need_system "scripts/site sets up a fresh Debian"

# site_system NAME: a fresh system with the programs and the scripts
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

# state: every file of the system outside /proc, with its owner, mode and time
state() {
	find "$ROOT" -xdev -path "$ROOT/proc" -prune -o -printf '%p %u %g %m %s %T@ %l\n' | sort
}

# set_up SUPERVISOR: what holds for every supervisor
set_up() {
	site_system "$1" || { ok 1 "$1: a system can be made"; return 1; }
	state >"$T/before"
	out=$(site "$1" -n -h api.example.com)
	is $? 0 "$1: scripts/site -n exits 0" || echo "$out" | sed 's/^/# /'
	like "$out" 'useradd .* saca$' "$1: scripts/site -n prints the steps"
	state >"$T/after"
	is "$(diff "$T/before" "$T/after")" "" "$1: scripts/site -n changes nothing"
	out=$(site "$1" -h api.example.com)
	is $? 0 "$1: scripts/site exits 0" || echo "$out" | sed 's/^/# /'
	state >"$T/before"
	out=$(site "$1" -h api.example.com)
	is "$? $(echo "$out" | tail -n 1)" "0 # nothing to do: this host is set up" "$1: a second scripts/site has nothing to do" || echo "$out" | sed "s|^|# |"
	state >"$T/after"
	is "$(diff "$T/before" "$T/after")" "" "$1: a second scripts/site changes nothing"
	is "$(chroot "$ROOT" stat -c '%n %U %G %a' /var/spool/saca /etc/saca/key.pem /etc/saca/passwords.cdb /var/lib/saca/saca.db)" \
		"/var/spool/saca sacaspool sacaspool 700
/etc/saca/key.pem root root 600
/etc/saca/passwords.cdb root sacapw 640
/var/lib/saca/saca.db sacaspool sacaspool 660" "$1: folders, key, hashes and store have their owners and modes"
	like "$(openssl x509 -noout -subject -in "$ROOT/etc/saca/cert.pem")" 'CN = api.example.com$' \
		"$1: the certificate is for the host named by -h"
}

# delivers SUPERVISOR SCANNER...: starts the services in name spaces of their own and sends
# one mail with Python's client
delivers() {
	supervisor=$1
	shift
	accounts_text >"$ROOT/etc/saca/accounts"
	site "$supervisor" >/dev/null
	campaign >"$T/mail"
	cat >"$T/send.py" <<-'END'
		import smtplib, ssl, sys, time
		context = ssl.create_default_context(cafile=sys.argv[1])
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
		client.rcpt("ana@example.org")
		print(client.data(open(sys.argv[2], "rb").read()))
		client.quit()
	END
	cat >"$T/run" <<-END
		mount -t proc proc "$ROOT/proc" && ip link set lo up || exit 1
		$ROOMY chroot "$ROOT" $* >"$T/scanner.log" 2>&1 &
		python3 "$T/send.py" "$ROOT/etc/saca/cert.pem" "$T/mail" || exit 1
		end=\$((\$(date +%s) + 40))
		until [ "\$(sqlite3 "$ROOT/var/lib/saca/saca.db" 'SELECT count(*) FROM send' 2>/dev/null)" = 1 ]; do
			[ "\$(date +%s)" -lt "\$end" ] || exit 1
			sleep 0.1
		done
	END
	out=$(unshare -mpn --fork --kill-child sh "$T/run" 2>&1)
	is $? 0 "$supervisor: a mail to port 58700 of the new system is in its store" || {
		echo "$out"
		cat "$T/scanner.log" "$ROOT"/var/log/saca/*/current
	} 2>&1 | sed 's/^/# /'
	like "$out" '250.*OK id=1 ' "$supervisor: the client is told the number of its send"
}

set_up daemontools && delivers daemontools svscan /etc/service
set_up runit && delivers runit runsvdir /etc/service
set_up s6
if grep -qs s6-tcpserver "$TOP"/scripts/service/s6/*/run; then
	skip "s6: a mail to port 58700 of the new system is in its store" "Debian has no s6-tcpserver"
else
	delivers s6 s6-svscan /run/service
fi
set_up systemd
is "$(cd "$TOP/scripts/service/systemd" && for unit in saca-*; do [ -e "$ROOT/etc/systemd/system/$unit" ] || echo "$unit"; done)" "" \
	"systemd: every unit is installed"
is "$(find "$ROOT/etc/systemd/system" -path '*.wants/saca-*' | wc -l)" \
	"$(grep -l '^WantedBy' "$TOP"/scripts/service/systemd/saca-* | wc -l)" "systemd: every unit with [Install] is enabled"

out=$(site nothing)
is "$?" 100 "scripts/site with an unknown supervisor exits 100"
done_testing
