#!/bin/sh
# The units of scripts/service on a Debian that systemd has booted: they start, take mails through
# each port, send them and show them in the panel. Restarts under load lose nothing. They stop, and
# start again at the next boot.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/system.sh"
. "$TOP/t/lib/install.sh"
need_system "systemd runs saca"
why=$(why_no_boot) && { skip "systemd runs saca" "$why"; done_testing; }
trap 'cleanup; remove_cgroup' EXIT

new_system root || exit 1
cp "$BIN"/saca-* "$ROOT/usr/local/bin"
mkdir "$ROOT/root/saca" "$ROOT/etc/saca" "$T/mta"
cp -R "$TOP/scripts" "$ROOT/root/saca"
accounts_text >"$ROOT/etc/saca/accounts"
boot_system
ok $? "systemd boots a fresh Debian" "$(cat "$T/boot.log")" || done_testing
echo 25 >"$T/mta/port"
start_mta() { background nsenter -t "$INIT" -n python3 "$TOP/t/send/server.py" "$T/mta"; }
start_mta

site() {
	in_system /root/saca/scripts/site systemd -h localhost -u https://links.example.com -r bounce+@bounces.example.com \
		-p https://panel.example.com 2>&1
}
out=$(site)
is $? 0 "scripts/site systemd exits 0" || echo "$out" | sed 's/^/# /'

# failed: prints the faults of services that were not restarted
failed() {
	in_system systemctl list-units --failed --plain --no-legend
	(cd "$TOP/scripts/service/systemd" && grep -l '^\[Install\]' saca-*) | while read -r unit; do
		[ "$(in_system systemctl is-active "$unit" </dev/null)" = active ] || echo "$unit is not active"
		case $(in_system systemctl show -p NRestarts --value "$unit" </dev/null) in
		'' | 0) ;;
		*) echo "$unit was restarted" ;;
		esac
	done
}
log() { in_system journalctl --no-pager -n 60 -t saca -t systemd | sed 's/^/# /'; }
sql() { sqlite3 -cmd '.timeout 20000' "$ROOT/var/lib/saca/store/saca.db" "$1"; }
# shellcheck disable=SC2317 # await runs it
sent() { [ "$(sql "SELECT count(*) FROM send WHERE state = 'sent'")" = "$1" ]; }

# submit NAME: sends a mail through each port
submit() {
	for way in 'clear 2500' 'starttls 58700' 'tls 46500'; do
		campaign "$1-${way% *}" >"$T/message"
		out=$(KIND=${way% *} PORT=${way#* } SERVER=localhost LOGIN=victor.acme PASSWORD=secreto SENDER=remitente@example.com \
			RECIPIENTS=ana@example.org MESSAGE=$T/message CAFILE=$ROOT/etc/saca/cert.pem \
			on_network "$TOP/t/whole/clients/python" 2>&1)
		is "$? $out" "0 " "systemd, $1 boot: port ${way#* } accepts a mail" || log
	done
}

for service in login queue panel; do
	await 20 in_system saca-checkpassword -t "/run/saca/door/$service"
	ok $? "systemd: the service at the socket $service answers"
done
submit first
await 60 sent 3
ok $? "systemd: the mails of all ports are stored and sent" || log
is "$(failed)" "" "systemd: every unit is active, and none has failed" || log
is "$(in_system journalctl --no-pager -t saca | grep -E 'fatal|warning|unable|no more memory')" "" "systemd: no program logs a warning"
is "$(site | tail -n 1)" "# nothing to do: this host is set up" "scripts/site systemd run again has nothing to do"

panel() {
	on_network $ROOMY curl -s --max-time 60 --cacert "$ROOT/etc/saca/panel/cert.pem" --resolve panel.example.com:443:127.0.0.1 \
		-b "$T/cookies" -c "$T/cookies" "$@"
}
is "$(panel -o /dev/null -w '%{http_code}' -d user=victor.acme -d password=secreto https://panel.example.com/login)" 303 \
	"systemd: the panel accepts a login" || log
like "$(panel https://panel.example.com/)" '/sends/1"' "systemd: the panel shows a send"
is "$(panel -u victor.acme:secreto -d action=send_bulk_campaign -d rid=1 -d recipients=ana@example.org -d subject=hola -d plain_body=hola \
	-d html_body=hola https://panel.example.com/api)" "OK: 4" "systemd: the API accepts a campaign" || log

sends=5
if command -v swaks >/dev/null; then
	install_commands 1 '^swaks' 'attach-type' | sed 's/api\.example\.com/localhost/; s/remitente@dominio\.com/remitente@example.com/
		s/--tls/& --auth-password secreto/' >"$T/swaks"
	like "$(on_network $ROOMY sh "$T/swaks" 2>&1)" '250 OK id=5 ' "INSTALL 1: swaks sends a first message" || log
else
	skip "INSTALL 1: swaks sends a first message" "swaks is not installed"
	sends=4
fi

out=$(on_network python3 "$TOP/t/whole/restart.py" 58700 "$ROOT/etc/saca/cert.pem" 40 nsenter -t "$INIT" -m -u -i -n -p -C -r -w \
	systemctl restart saca-login saca-queue saca-import saca-send saca-count 2>"$T/repeated")
is "$out" "160 accepted" "systemd: restarts of the services end no session and lose no message" || { cat "$T/repeated"; log; } | sed 's/^/# /'
await 120 sent $((sends + 160))
is "$(sql "SELECT count(*), count(DISTINCT smtp_id) FROM send WHERE state = 'sent'")" "$((sends + 160))|$((sends + 160))" "systemd: each message sent during restarts is one send" || log
is "$(cut -d' ' -f1 "$T/mta/mails" | sort | uniq -d | wc -l) $(wc -l <"$T/mta/mails")" "0 $((sends + 160))" "systemd: the mail server gets each mail once, whatever is restarted"
is "$(in_system systemctl list-units --failed --plain --no-legend)" "" "systemd: no unit has failed after restarts"

stop_system
is "$?" 130 "systemd: the system stops" # the kernel ends its first process with SIGINT when that asks for power off
boot_system
ok $? "systemd: the system boots again" "$(cat "$T/boot.log")"
start_mta
submit second
await 60 sent $((sends + 163))
ok $? "systemd: mails after a second boot are stored and sent" || log
is "$(failed)" "" "systemd: every unit is active after a second boot, and none has failed" || log
stop_system
done_testing
