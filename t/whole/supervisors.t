#!/bin/sh
# The run files of scripts/service, each under its supervisor: three ports, a campaign to
# each, the importer, the log. Paths, ports and users are changed to the test's own, and
# nothing else.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
# A supervisor's TERM and CONT can come while the leak sanitizer traces a program that ends,
# and then neither ever does. Leaks are looked for by the tests of each program.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

SERVICE=$TOP/scripts/service
chmod 711 "$T"
accounts "$T/etc" && certificate "$T/etc" && campaign >"$T/message" || exit 1
cp -R "$SERVICE/env" "$T/etc/env"
cp "$SERVICE/systemd/environment" "$SERVICE/inetd/connection" "$T/etc"

# As root the dialogue runs as nobody; else everything as who runs the test.
user=
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$BIN/saca-smtpd"; then
	user=nobody
	chown nobody "$T/etc/passwords.cdb"
fi

# fresh: spool, store and log anew, and other ports
fresh() {
	rm -rf "${T:?}/spool" "$T/lib" "$T/log" "$T/run"
	CLEAR=$(free_port) START=$(free_port) TLS=$(free_port)
	mkdir "$T/spool" "$T/lib" "$T/log" "$T/log/$CLEAR" "$T/log/$START" "$T/log/$TLS" "$T/log/import"
	[ -z "$user" ] || chown -R nobody "$T/spool" "$T/lib" "$T/log"
}

# relocate FILE...
relocate() {
	if [ -n "$user" ]; then
		sed -i -e 's/setuidgid saca\(log\)\{0,1\} /setuidgid nobody /' -e 's/id -\([ug]\) saca/id -\1 nobody/g' \
			-e 's/chpst -u saca:saca/chpst -u nobody/' \
			-e 's/chpst -u sacalog/chpst -u nobody/' -e 's/--re\([ug]\)id=saca\b/--re\1id=65534/g' "$@"
	else
		sed -i -e 's/\(s6-\)\{0,1\}setuidgid saca[a-z]* //' -e 's/chpst -u saca[a-z:]* //' \
			-e 's/ -u "$(id -u saca)" -g "$(id -g saca)"//' \
			-e 's/setpriv [^\\]*clear-groups//' "$@"
	fi
	sed -i -e "s,/etc/saca,$T/etc,g" -e "s,/var/spool/saca,$T/spool,g" -e "s,/var/lib/saca,$T/lib,g" -e "s,/run/saca,$T/run,g" \
		-e "s,/var/log/saca,$T/log,g" -e "s,/usr/local/bin/,$BIN/,g" -e "s,^PATH=/usr/local/sbin,PATH=$BIN," \
		-e 's/\b0\(\.0\.0\.0\)\{0,1\} \(2500\|58700\|46500\)/127.0.0.1 \2/' \
		-e "s/\\b2500\\b/$CLEAR/g" -e "s/\\b58700\\b/$START/g" -e "s/\\b46500\\b/$TLS/g" "$@"
}

# deliver KIND PORT: by a real client
deliver() {
	KIND=$1 PORT=$2 SERVER=localhost LOGIN=victor.acme PASSWORD=secreto SENDER=remitente@example.com \
		RECIPIENTS='ana@example.org luis@example.org' MESSAGE=$T/message CAFILE=$T/etc/cert.pem "$TOP/t/whole/clients/python"
}

# sent: sends in the store
sent() { sqlite3 "$T/lib/saca.db" 'SELECT count(*), sum(contacts_total) FROM send'; }
# shellcheck disable=SC2317 # await runs it
all_sent() { [ "$(sent)" = '3|6' ]; }
# shellcheck disable=SC2317
logged() { [ "$(cat "$T"/log/*/current | grep -c "saca-smtpd: pid=[0-9]* ip=127\.0\.0\.1 .*verdict=ok")" = 3 ]; }

# three NAME: a campaign through each port. A new Message-ID each, or they'd be repeats.
three() {
	for way in "clear $CLEAR" "starttls $START" "tls $TLS"; do
		await 10 listening "${way#* }"
		campaign "$1-${way%% *}" >"$T/message"
		# shellcheck disable=SC2086 # two words
		out=$(deliver $way 2>&1)
		ok $? "$1: a campaign, ${way%% *}" "$out
$(cat "$T"/log/*/current "$T/out" 2>/dev/null | tail -n 20)"
	done
}

# supervised NAME: with its own importer and loggers
supervised() {
	three "$1"
	await 10 all_sent
	is "$(sent)" '3|6' "$1: the importer has brought them to the store"
	await 10 logged
	ok $? "$1: the log has a line for each" "$(cat "$T"/log/*/current | tail -n 20)"
}

# tree NAME: its run files to $T/NAME
tree() {
	fresh
	rm -rf "${T:?}/$1"
	cp -R "$SERVICE/$1" "$T/$1"
	# shellcheck disable=SC2046 # no blanks in there
	relocate $(find "$T/$1" -name run)
	cp "$SERVICE"/env/* "$T/etc/env"
	relocate "$T"/etc/env/*
}

# Supervisors start others that outlive them: whatever happens, they are told to end.
end_others() {
	for d in "$T"/daemontools/* "$T"/daemontools/*/log; do
		[ ! -p "$d/supervise/ok" ] || svc -dx "$d"
	done
	[ ! -d "$T/s6/.s6-svscan" ] || s6-svscanctl -t "$T/s6"
	[ -z "$RUNIT" ] || kill -HUP "$RUNIT"
} 2>/dev/null
RUNIT=
trap 'end_others; cleanup' EXIT

# installed NAME PROGRAM...: else that is skipped by name
installed() {
	name=$1
	shift
	for program; do
		command -v "$program" >/dev/null || { skip "$name" "$program is not installed"; return 1; }
	done
}

# --- daemontools, with tcpserver and multilog
gone() { ! svok "$1"; }
if installed daemontools svscan tcpserver multilog; then
	tree daemontools
	background svscan "$T/daemontools" >"$T/out" 2>&1
	scan=$!
	supervised daemontools
	kill $scan
	svc -dx "$T"/daemontools/*
	svc -dx "$T"/daemontools/*/log
	for d in "$T"/daemontools/* "$T"/daemontools/*/log; do
		await 10 gone "$d"
	done
	ok $? "daemontools: all of it ends"
fi

# --- runit, with tcpsvd and svlogd
if installed runit runsvdir tcpsvd svlogd; then
	tree runit
	background runsvdir "$T/runit" >"$T/out" 2>&1
	RUNIT=$!
	supervised runit
	kill -HUP $RUNIT
	wait $RUNIT
	RUNIT=
	for d in "$T"/runit/saca-* "$T"/runit/saca-*/log; do
		await 10 chpst -L "$d/supervise/lock" true
	done
	ok $? "runit: all of it ends"
fi

# --- s6, with s6-tcpserver and s6-log
if installed s6 s6-svscan s6-log; then
	tree s6
	name=s6
	if ! command -v s6-tcpserver >/dev/null; then
		skip "s6: s6-tcpserver" "s6-tcpserver is not installed; tcpserver stands in for it"
		sed -i -e 's/s6-tcpserver -1 -v -c 1000 -C 50/tcpserver -vDRHl0 -c 1000/' -e 's/ >&3 3>&-//' "$T"/s6/*/run
		rm "$T"/s6/*/notification-fd
		name='s6 with tcpserver'
	fi
	background $ROOMY s6-svscan "$T/s6" >"$T/out" 2>&1
	scan=$!
	supervised "$name"
	if [ -e "$T/s6/saca-58700/notification-fd" ]; then
		s6-svwait -U -t 5000 "$T/s6/saca-2500" "$T/s6/saca-58700" "$T/s6/saca-46500"
		ok $? "s6: the servers have said that they are ready"
	fi
	s6-svscanctl -t "$T/s6"
	wait $scan
	ok $? "s6: all of it ends"
fi

# --- inetd and xinetd: one script a connection
# shellcheck disable=SC2317 # await runs it
logged_by_script() { [ "$(grep -Ec "saca-smtpd: pid=[0-9]+ ip=(127\.0\.0\.1|::1) .*verdict=ok" "$T/log/script")" = 3 ]; }
by_script() {
	three "$1"
	saca-import "$T/spool" "$T/lib/saca.db" 2>"$T/out"
	is "$(sent)" '3|6' "$1: they are in the spool, and can be imported"
	await 10 logged_by_script
	ok $? "$1: the log has a line for each" "$(tail -n 20 "$T/log/script")"
}
script() {
	fresh
	cp "$SERVICE/inetd/connection" "$T/etc/connection"
	cp "$1" "$T/conf"
	sed -i "s,logger -t saca -p mail.info,tee -a $T/log/script," "$T/etc/connection"
	relocate "$T/etc/connection" "$T/etc/environment" "$T/conf"
}
if [ "$(id -u)" != 0 ]; then
	skip inetd "it wants to be root"
	skip xinetd "it wants to be root"
else
	if installed inetd inetd; then
		script "$SERVICE/inetd/inetd.conf"
		background inetd -d "$T/conf" >"$T/out" 2>&1
		by_script inetd
	fi
	if installed xinetd xinetd; then
		script "$SERVICE/xinetd/saca"
		background xinetd -dontfork -f "$T/conf" -pidfile "$T/xinetd.pid" -filelog "$T/xinetd.log" >"$T/out" 2>&1
		by_script xinetd
	fi
fi

# --- systemd: the units are right, and their lines work on an activated socket
if installed systemd systemd-analyze systemd-socket-activate; then
	fresh
	cp -R "$SERVICE/systemd" "$T/systemd"
	cp "$SERVICE/systemd/environment" "$T/etc"
	relocate "$T"/systemd/* "$T/etc/environment"
	for p in $CLEAR $START $TLS; do
		case $p in "$CLEAR") n=2500 ;; "$START") n=58700 ;; *) n=46500 ;; esac
		out=$(SYSTEMD_UNIT_PATH=$T/systemd: systemd-analyze verify --man=no \
			"$T/systemd/saca-$n.socket" "$T/systemd/saca-$n@.service" 2>&1)
		is "$? $out" "0 " "systemd: units of port $n"
		command=$(sed -n '/^ExecStart=/,/[^\\]$/p' "$T/systemd/saca-$n@.service" |
			sed -e 's/^ExecStart=//' -e 's/\\$//' | tr '\n' ' ')
		# shellcheck disable=SC2046 # words; those of the line are split as systemd does
		background env $(cat "$T/etc/environment") sh -c "exec systemd-socket-activate -a --inetd -l 127.0.0.1:$p \
			-E HOST -E BRAND -E URL -E TZ -E CERTFILE -E KEYFILE -E PATH $command" 2>>"$T/log/script"
	done
	for unit in import tls; do
		out=$(SYSTEMD_UNIT_PATH=$T/systemd: systemd-analyze verify --man=no "$T/systemd/saca-$unit.service" 2>&1)
		is "$? $out" "0 " "systemd: the unit of $unit"
	done
	install -d -m 700 "$T/run"
	out=$(sh -c "$(sed -n 's/^ExecStart=//p' "$T/systemd/saca-tls.service")" 2>&1)
	is "$?:$out:$(find "$T/run" -name tls)" "0::$T/run/tls" "systemd: its cache is made"
	by_script systemd-socket-activate
fi

# --- cron: the line has its fields, and its command imports
fresh
cp "$SERVICE/cron/saca" "$T/crontab"
relocate "$T/crontab"
printf 'Fremitente@example.com\0Tana@example.org\0\0' >"$T/envelope"
SACA_PLAN=acme saca-spool "$T/spool" <"$T/message" 1<"$T/envelope"
ok $? "a message waits in the spool"
[ -z "$user" ] || chown -R nobody "$T/spool"
line=$(grep '^[*]' "$T/crontab")
like "$line" '^([*][[:space:]]+){5}saca[[:space:]]+umask 007; out=\$\(saca-import ' "cron: five times any, a user, the command"
by_cron() {
	PATH=$BIN:$PATH sh -c "$(printf '%s\n' "$line" | sed -e 's/^\([*][[:space:]]*\)*saca[[:space:]]*//' -e "s,logger ,cat >$T/logged; : ,")" 2>&1
}
is "$(by_cron)" "" "cron: its command has nothing to mail"
like "$(cat "$T/logged")" '^saca-import: imported=1 ' "but imports, and that is logged"
echo x >"$T/spool/new/x"
like "$(by_cron)" 'set aside: x: ' "what is set aside is mailed"
like "$(cat "$T/logged")" 'set aside: x: ' "and logged"

done_testing
