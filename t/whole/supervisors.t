#!/bin/sh
# The run files of scripts/service, each under its supervisor: the login and the queue service,
# three ports, a campaign to each, the importer, the log. Only paths, ports and users are changed
# to the test's own.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
# The leak sanitizer is off: a TERM and CONT of the supervisor that arrive while it traces an
# ending program would hang both. The tests of each program look for leaks.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

SERVICE=$TOP/scripts/service
chmod 711 "$T"
accounts "$T/etc" && certificate "$T/etc" && campaign >"$T/message" || exit 1
cp -R "$SERVICE/env" "$T/etc/env"
cp "$SERVICE/systemd/environment" "$T/etc"

# If root runs the test, the dialogue runs as another user. Otherwise all programs run as the user of
# the test.
user=
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$BIN/saca-smtpd"; then
	user=nobody
	chown nobody "$T/etc/passwords.cdb"
fi

# fresh: makes a new spool, store and log, and chooses other ports
fresh() {
	rm -rf "${T:?}/spool" "$T/lib" "$T/log" "$T/run"
	CLEAR=$(free_port) START=$(free_port) TLS=$(free_port)
	mkdir -p "$T/spool" "$T/lib/store" "$T/log" "$T/log/$CLEAR" "$T/log/$START" "$T/log/$TLS" "$T/log/import" "$T/log/login" "$T/log/queue"
	saca-import "$T/spool" "$T/lib/store/saca.db" 2>/dev/null # saca-import makes the counter, whichever service starts first
	[ -z "$user" ] || chown -R nobody "$T/spool" "$T/lib" "$T/log"
	(umask 007; saca-import "$T/spool" "$T/lib/store/saca.db") # makes the counter of a spool that it did not make
}

# relocate FILE...
relocate() {
	if [ -n "$user" ]; then
		sed -i -e 's/setuidgid saca[a-z]* /setuidgid nobody /' -e 's/id -\([ug]\) saca/id -\1 nobody/g' \
			-e 's/chpst -u saca[a-z:]*/chpst -u nobody/' -e 's/--re\([ug]\)id=saca\b/--re\1id=65534/g' \
			-e 's/sacaspool:sacapw/65534:65534/' -e 's/-g saca -m/-g 65534 -m/' -e 's/-o saca /-o 65534 /' "$@"
	else
		sed -i -e 's/\(s6-\)\{0,1\}setuidgid saca[a-z]* //' -e 's/chpst -u saca[a-z:]* //' \
			-e 's/ -u "$(id -u saca)" -g "$(id -g saca)"//' -e 's/chown sacaspool:sacapw [^ ]* && //' \
			-e 's/-g saca -m/-m/' -e 's/setpriv [^\\]*clear-groups//' "$@"
	fi
	sed -i -e "s,/etc/saca,$T/etc,g" -e "s,/var/spool/saca,$T/spool,g" -e "s,/var/lib/saca,$T/lib,g" -e "s,/run/saca\.hashes,$T/hashes,g" -e "s,/run/saca,$T/run,g" \
		-e "s,/var/log/saca,$T/log,g" -e "s,/usr/local/bin/,$BIN/,g" -e "s,^PATH=/usr/local/sbin,PATH=$BIN," \
		-e 's/\b0\(\.0\.0\.0\)\{0,1\} \(2500\|58700\|46500\)/127.0.0.1 \2/' \
		-e "s/\\b2500\\b/$CLEAR/g" -e "s/\\b58700\\b/$START/g" -e "s/\\b46500\\b/$TLS/g" "$@"
}

# deliver KIND PORT: sends a campaign by a real client
deliver() {
	KIND=$1 PORT=$2 SERVER=localhost LOGIN=victor.acme PASSWORD=secreto SENDER=remitente@example.com \
		RECIPIENTS='ana@example.org luis@example.org' MESSAGE=$T/message CAFILE=$T/etc/cert.pem "$TOP/t/whole/clients/python"
}

# sent: sends in the store
sent() { sqlite3 "$T/lib/store/saca.db" 'SELECT count(*), sum(contacts_total) FROM send'; }
# shellcheck disable=SC2317 # await runs it
all_sent() { [ "$(sent)" = '3|6' ]; }
# shellcheck disable=SC2317
logged() { [ "$(cat "$T"/log/*/current | grep -c "saca-smtpd: pid=[0-9]* ip=127\.0\.0\.1 .*verdict=ok")" = 3 ]; }

STANDING=yes

# three NAME: sends a campaign through each port, each with a new Message-ID: otherwise they would
# be repeats.
three() {
	for service in login queue; do
		[ -z "$STANDING" ] || await 10 saca-checkpassword -t "$T/run/door/$service"
	done
	for way in "clear $CLEAR" "starttls $START" "tls $TLS"; do
		await 10 listening "${way#* }"
		campaign "$1-${way%% *}" >"$T/message"
		# shellcheck disable=SC2086 # two words
		out=$(deliver $way 2>&1)
		ok $? "$1: the port for ${way%% *} accepts a campaign" "$out
$(cat "$T"/log/*/current "$T/out" 2>/dev/null | tail -n 20)"
	done
}

# supervised NAME: tests the services under supervisor NAME, with its importer and loggers
supervised() {
	three "$1"
	await 10 all_sent
	is "$(sent)" '3|6' "$1: the importer has stored the messages of all ports"
	await 10 logged
	ok $? "$1: the log has a line for each message" "$(cat "$T"/log/*/current | tail -n 20)"
}

# restarted NAME COMMAND...: sends messages while COMMAND restarts the services again and again
restarted() {
	name=$1
	shift
	out=$(python3 "$TOP/t/whole/restart.py" "$START" "$T/etc/cert.pem" 40 "$@" 2>"$T/repeated")
	is "$out" "160 accepted" "$name: restarts of the services end no session and lose no message" || sed 's/^/# /' "$T/repeated"
	await 20 imported 163
	is "$(sqlite3 "$T/lib/store/saca.db" 'SELECT count(*) FROM send')" 163 "$name: each message sent during restarts is one send"
	for service in login queue; do
		await 10 saca-checkpassword -t "$T/run/door/$service"
		ok $? "$name: the $service service works after the restarts"
	done
}
# shellcheck disable=SC2317 # await runs it
imported() { [ "$(sqlite3 "$T/lib/store/saca.db" 'SELECT count(*) FROM send')" = "$1" ]; }

# tree NAME: copies its run files to $T/NAME. whole/site.t has the services of sending and of the panel.
tree() {
	fresh
	rm -rf "${T:?}/$1"
	cp -R "$SERVICE/$1" "$T/$1"
	rm -r "$T/$1/saca-send" "$T/$1/saca-count" "$T/$1"/saca-panel-*
	# shellcheck disable=SC2046 # no blanks in there
	relocate $(find "$T/$1" -name run -o -name prepare)
	cp "$SERVICE"/env/* "$T/etc/env"
	relocate "$T"/etc/env/*
}

# Supervisors start processes that outlive them: end these in any case.
end_others() {
	for d in "$T"/daemontools/* "$T"/daemontools/*/log; do
		[ ! -p "$d/supervise/ok" ] || svc -dx "$d"
	done
	[ ! -d "$T/s6/.s6-svscan" ] || s6-svscanctl -t "$T/s6"
	[ -z "$RUNIT" ] || kill -HUP "$RUNIT"
} 2>/dev/null
RUNIT=
trap 'end_others; cleanup' EXIT

# installed NAME PROGRAM...: true if the programs are installed; otherwise skips NAME
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
	restarted daemontools svc -t "$T/daemontools/saca-login" "$T/daemontools/saca-queue"
	kill $scan
	svc -dx "$T"/daemontools/*
	svc -dx "$T"/daemontools/*/log
	for d in "$T"/daemontools/* "$T"/daemontools/*/log; do
		await 10 gone "$d"
	done
	ok $? "daemontools: all services end"
fi

# --- runit, with tcpsvd and svlogd
if installed runit runsvdir tcpsvd svlogd; then
	tree runit
	background runsvdir "$T/runit" >"$T/out" 2>&1
	RUNIT=$!
	supervised runit
	restarted runit sv term "$T/runit/saca-login" "$T/runit/saca-queue"
	kill -HUP $RUNIT
	wait $RUNIT
	RUNIT=
	for d in "$T"/runit/saca-* "$T"/runit/saca-*/log; do
		await 10 chpst -L "$d/supervise/lock" true
	done
	ok $? "runit: all services end"
fi

# --- s6, with tcpserver and s6-log
if installed s6 s6-svscan s6-log tcpserver; then
	tree s6
	background $ROOMY s6-svscan "$T/s6" >"$T/out" 2>&1
	scan=$!
	supervised s6
	restarted s6 sh -c 's6-svc -r "$1/saca-login"; s6-svc -r "$1/saca-queue"' restart "$T/s6"
	s6-svscanctl -t "$T/s6"
	wait $scan
	ok $? "s6: all services end"
fi

# --- inetd and xinetd: one script a connection
# shellcheck disable=SC2317 # await runs it
logged_by_script() { [ "$(grep -Ec "saca-smtpd: pid=[0-9]+ ip=(127\.0\.0\.1|::1) .*verdict=ok" "$T/log/script")" = 3 ]; }
by_script() {
	three "$1"
	saca-import "$T/spool" "$T/lib/store/saca.db" 2>"$T/out"
	is "$(sent)" '3|6' "$1: the messages of all ports are in the spool, and can be imported"
	await 10 logged_by_script
	ok $? "$1: the log has a line for each message" "$(tail -n 20 "$T/log/script")"
}
# start_services: starts the login and the queue service, for supervisors that start only the ports
start_services() {
	cp -R "$SERVICE/daemontools" "$T/services"
	for service in login queue; do
		relocate "$T/services/saca-$service/run" "$T/services/saca-login/prepare"
		# shellcheck disable=SC2016 # the inner shell has it
		background sh -c 'cd "$0" && exec ./run' "$T/services/saca-$service" >>"$T/log/$service/current" 2>&1
	done
}
script() {
	fresh
	cp "$SERVICE/$1/connection" "$T/etc/connection"
	cp "$SERVICE/$1/$2" "$T/conf"
	sed -i "s,logger -t saca -p mail.info,tee -a $T/log/script," "$T/etc/connection"
	relocate "$T/etc/connection" "$T/etc/environment" "$T/conf"
}
if [ "$(id -u)" != 0 ]; then
	skip inetd "it wants to be root"
	skip xinetd "it wants to be root"
else
	if installed inetd inetd; then
		script inetd inetd.conf
		STANDING=
		background inetd -d "$T/conf" >"$T/out" 2>&1
		by_script inetd
		STANDING=yes
	fi
	if installed xinetd xinetd; then
		script xinetd saca
		start_services
		background xinetd -dontfork -f "$T/conf" -pidfile "$T/xinetd.pid" -filelog "$T/xinetd.log" >"$T/out" 2>&1
		by_script xinetd
	fi
fi

# prepare_sending: makes keys and folders, and starts a mail server, for saca-send and saca-count
prepare_sending() {
	rm -rf "$T/mta" "$T/etc/link.key"
	mkdir "$T/mta" "$T/lib/published" "$T/lib/hits"
	saca-send -K "$T/etc/link.key"
	[ -z "$user" ] || chown -R nobody "$T/etc/link.key" "$T/lib"
	background python3 "$TOP/t/send/server.py" "$T/mta"
	await 10 [ -s "$T/mta/port" ]
}
# shellcheck disable=SC2317 # await runs it
all_mailed() { [ "$(sqlite3 "$T/lib/store/saca.db" "SELECT count(*) FROM send WHERE state = 'sent'")" = "$1" ]; }

# command_of UNIT: prints its ExecStart lines, each on one line
command_of() {
	sed -n -e ':join' -e '/\\$/{N;s/\\\n[[:space:]]*//;b join' -e '}' -e 's/^ExecStart=//p' "$1"
}

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
		command=$(command_of "$T/systemd/saca-$n@.service")
		# shellcheck disable=SC2046 # words; those of the line are split as systemd does
		background env $(cat "$T/etc/environment") sh -c "exec systemd-socket-activate -a --inetd -l 127.0.0.1:$p \
			-E HOST -E BRAND -E URL -E TZ -E CERTFILE -E KEYFILE -E PATH $command" 2>>"$T/log/script"
	done
	for unit in import.service run.service login.socket login.service queue.socket queue.service send.service count.service \
		panel-login.socket panel-login.service; do
		out=$(SYSTEMD_UNIT_PATH=$T/systemd: systemd-analyze verify --man=no "$T/systemd/saca-$unit" 2>&1)
		is "$? $out" "0 " "systemd: saca-$unit has no fault"
	done
	install -d -m 711 "$T/run" "$T/run/door"
	out=$(command_of "$T/systemd/saca-run.service" | sh 2>&1)
	is "$?:$out:$(cd "$T/run" && find . -type f | sort | tr '\n' ' ')" "0::./ticket.key ./tls ./tls.key " "systemd: saca-run.service makes cache and key"
	is "$(stat -c %a:%s "$T/run/ticket.key")" 440:32 "systemd: the key has 32 octets, for two services alone"
	for service in login queue; do
		# shellcheck disable=SC2046 # words
		background systemd-socket-activate -d --inetd -l "$T/run/door/$service" -E PATH \
			${user:+setpriv --reuid=65534 --regid=65534 --clear-groups} \
			$(command_of "$T/systemd/saca-$service.service") 2>>"$T/log/script"
		await 10 [ -S "$T/run/door/$service" ] && chmod 666 "$T/run/door/$service"
	done
	by_script systemd-socket-activate
	prepare_sending
	for service in send count; do
		command=$(command_of "$T/systemd/saca-$service.service" | sed "s,smtp://127.0.0.1,&:$(cat "$T/mta/port"),")
		# shellcheck disable=SC2046 # words
		background env $(cat "$T/etc/environment") sh -c "exec ${user:+setpriv --reuid=65534 --regid=65534 --clear-groups} $command" \
			2>>"$T/log/$service"
		eval "$service=\$!"
	done
	await 20 all_mailed 3
	is "$(wc -l <"$T/mta/mails")" 6 "systemd: the line of saca-send.service sends the mails of three sends" || sed 's/^/# /' "$T/log/send"
	for service in send count; do
		eval "kill \"\$$service\"; wait \"\$$service\""
		is "$?" 0 "systemd: saca-$service exits 0 at SIGTERM" || sed 's/^/# /' "$T/log/$service"
	done
fi

# --- cron: each line has its fields, and its command imports, or sends
fresh
cp "$SERVICE/cron/saca" "$T/crontab"
relocate "$T/crontab"
printf 'Fremitente@example.com\0Tana@example.org\0\0' >"$T/envelope"
SACA_PLAN=acme saca-spool "$T/spool" <"$T/message" 1<"$T/envelope"
ok $? "cron: a message waits in the spool before the line of saca-import runs"
[ -z "$user" ] || chown -R nobody "$T/spool"
line=$(grep '^[*]' "$T/crontab")
like "$line" '^([*][[:space:]]+){5}sacaspool[[:space:]]+umask 007; \. .*out=\$\(saca-import ' "cron: the line of saca-import has five times, a user and a command"
by_cron() {
	PATH=$BIN:$PATH sh -c "$(printf '%s\n' "$line" | sed -e 's/^\([*][[:space:]]*\)*sacaspool[[:space:]]*//' -e "s,logger ,cat >$T/logged; : ,")" 2>&1
}
is "$(by_cron)" "" "cron: the line of saca-import prints nothing that cron would mail"
like "$(cat "$T/logged")" '^saca-import: imported=1 ' "cron: the line of saca-import imports a message and logs that"
echo x >"$T/spool/new/x"
like "$(by_cron)" 'set aside: x: ' "cron: the line of saca-import prints a message that is set aside, so that cron mails it"
like "$(cat "$T/logged")" 'set aside: x: ' "cron: the line of saca-import logs a message that is set aside"

cp "$SERVICE/cron/sending" "$T/crontab"
relocate "$T/crontab"
prepare_sending
sed -i "s,smtp://127.0.0.1,&:$(cat "$T/mta/port"),g" "$T/crontab"
line=$(grep 'saca-send ' "$T/crontab" | grep '^[*]')
is "$(by_cron)" "" "cron: the line of saca-send prints nothing that cron would mail"
like "$(cat "$T/logged")" '^saca-send: send 1 of plan acme: sent: 1 handed over' "cron: the line of saca-send sends a waiting send and logs that"
is "$(wc -l <"$T/mta/mails")" 1 "cron: the line of saca-send gives the mail to the mail server"
line=$(grep 'saca-count ' "$T/crontab" | grep '^[*]')
echo broken >"$T/lib/hits/host.2026010100"
is "$(by_cron)" "" "cron: the line of saca-count prints nothing that cron would mail"
like "$(cat "$T/logged")" '^saca-count: lines=1 .*broken=1$' "cron: the line of saca-count counts a hit and logs that"
is "$(grep -c '^[*]' "$T/crontab")" "$(grep -cE '^([*][[:space:]]+){5}sacaspool[[:space:]]' "$T/crontab")" "cron: the lines of sending run as sacaspool"

done_testing
