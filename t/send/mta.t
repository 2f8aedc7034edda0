#!/bin/sh
# Real mail servers bounce a mail to an unknown user, and hand the bounce to saca-bounce by the
# files of scripts/service: Postfix, Exim and OpenSMTPD. They send no mail off this machine.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"

PATH=$PATH:/usr/sbin
if [ "$(id -u)" != 0 ]; then
	skip 'real mail servers bounce to saca-bounce' 'only root can run them'
	done_testing
fi
chmod 711 "$T"
KEY=$T/link.key
HITS=$T/hits
echo "1 $(openssl rand -hex 32)" >"$KEY"
mkdir "$HITS"
chown nobody "$KEY" "$HITS"
TOKEN=$(python3 "$TOP/t/lib/link_token.py" "$KEY" b 7 1166 42)
SENDER=bounce+$TOKEN@example.com
BOUNCE="$BIN/saca-bounce -k $KEY $HITS"
campaign >"$T/message"

# has_hit: true if the line of the bounce is there
has_hit() { grep -q '^bounce ' "$HITS"/*; }

# bounced NAME LOG: waits for the line, tests it and starts over
bounced() {
	await 20 has_hit
	like "$(cat "$HITS"/* 2>/dev/null)" '^bounce 7 1166 42 - - [0-9]+ (-|5\.[0-9]\.[0-9]+) .' "$1 hands its bounce to saca-bounce" ||
		sed 's/^/# /' "$2"
	rm -f "$HITS"/*
}

postfix_bounces() {
	dir=$T/postfix
	mkdir -m 755 "$dir" "$dir/etc" "$dir/queue" "$dir/data"
	chown postfix "$dir/data"
	cat >"$dir/etc/main.cf" <<-END
	compatibility_level = 3.6
	queue_directory = $dir/queue
	data_directory = $dir/data
	multi_instance_name = postfix-saca
	maillog_file = $dir/log
	maillog_file_prefixes = $dir
	master_service_disable = inet
	myhostname = mx.example.net
	mydestination = example.net
	local_recipient_maps =
	alias_maps =
	inet_interfaces = loopback-only
	disable_dns_lookups = yes
	transport_maps = inline:{ { example.com = saca-bounce: }, { bounce@example.net = saca-bounce: } }
	recipient_delimiter = +
	END
	awk 'NF >= 8 && !/^[# \t]/ { $5 = "n" } { print }' /usr/share/postfix/master.cf.dist >"$dir/etc/master.cf"
	cp /etc/postfix/dynamicmaps.cf "$dir/etc" 2>/dev/null
	sed -n '/^saca-bounce /p; /^  flags=/p; /^  argv=/p' "$TOP/scripts/service/postfix/master.cf" |
		sed "s|user=[a-z]*|user=nobody|; s|argv=.*hits|argv=$BOUNCE|" >>"$dir/etc/master.cf"
	postfix -c "$dir/etc" start >"$dir/out" 2>&1 || cat "$dir/out" "$dir/log"
	sendmail -C "$dir/etc" -i -f "$SENDER" -- nobody-here@example.net <"$T/message"
	bounced Postfix "$dir/log"
	sendmail -C "$dir/etc" -i -f "${SENDER%@*}@example.net" -- nobody-here@example.net <"$T/message"
	bounced 'Postfix, in a domain that has mailboxes,' "$dir/log"
	postfix -c "$dir/etc" stop >/dev/null 2>&1
}

exim_bounces() {
	dir=$T/exim
	mkdir -m 755 "$dir" "$dir/spool" "$dir/log"
	chown nobody "$dir/spool" "$dir/log"
	{ cat /etc/passwd; echo "Debian-exim:x:65533:65533::$dir:/bin/false"; } >"$dir/passwd"
	{ cat /etc/group; echo 'Debian-exim:x:65533:'; } >"$dir/group"
	cat >"$dir/conf" <<-END
	exim_path = $EXIM
	spool_directory = $dir/spool
	log_file_path = $dir/log/%s
	exim_user = nobody
	exim_group = nogroup
	primary_hostname = mx.example.net
	qualify_domain = example.net
	local_interfaces = 127.0.0.1
	tls_advertise_hosts =
	keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
	begin routers
	$(sed -n '/^saca_bounce:/,/^$/p' "$TOP/scripts/service/exim/saca-bounce" | sed 's/^  domains = .*/  domains = example.com/')
	unknown:
	  driver = redirect
	  allow_fail
	  data = :fail: 550 5.1.1 no such user
	begin transports
	$(sed -n '/^saca_bounce_pipe:/,/^$/p' "$TOP/scripts/service/exim/saca-bounce" |
		sed "s|command = .*hits|command = $BOUNCE|; s/^  user = .*/  user = nobody/; s/^  group = .*/  group = nogroup/")
	END
	(
		export NSS_WRAPPER_PASSWD="$dir/passwd" NSS_WRAPPER_GROUP="$dir/group" LD_PRELOAD=libnss_wrapper.so
		$ROOMY "$EXIM" -C "$dir/conf" -odf -oi -f "$SENDER" -- nobody-here@example.net <"$T/message" >"$dir/out" 2>&1
		$ROOMY "$EXIM" -C "$dir/conf" -qf >>"$dir/out" 2>&1
	)
	cat "$dir/log/main" >>"$dir/out"
	bounced Exim "$dir/out"
}

# submit: gives the mail to OpenSMTPD, which may refuse it for a moment when it has just started
# shellcheck disable=SC2317 # await runs it
submit() {
	swaks --server "127.0.0.1:$port" --from "$SENDER" --to x@example.net --data "@$T/message" >>"$dir/log" 2>&1
}

# OpenSMTPD finds its users and folders by fixed names: it gets them in a name space of its own.
# It ends with the function.
opensmtpd_bounces() {
	dir=$T/opensmtpd port=$(free_port)
	mkdir -m 755 "$dir"
	{ cat /etc/passwd; printf 'opensmtp%s:x:6553%s::/var/lib/opensmtpd/empty:/bin/false\n' d 2:65532 q 1:65531; } >"$dir/passwd"
	{ cat /etc/group; printf 'opensmtp%s:x:6553%s:\n' d 2 q 1; } >"$dir/group"
	{
		sed -n '/^action/p; /^match/p' "$TOP/scripts/service/opensmtpd/smtpd.conf" |
			sed "s|/usr/local.*hits|$BOUNCE|; s/sacahit/nobody/; s/bounces.example.com/example.com/"
		echo 'action "fail" mda "/bin/false" virtual { "@" = nobody }'
		echo 'match for domain "example.net" action "fail"'
		echo "listen on 127.0.0.1 port $port"
	} >"$dir/conf"
	unshare -m -p -f --kill-child --mount-proc sh -c '
		mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group || exit 1
		for folder in /var/spool /var/lib /usr/libexec /run; do
			mount -t tmpfs tmpfs "$folder" || exit 1
		done
		mkdir -p -m 755 /var/lib/opensmtpd/empty /var/spool/smtpd
		cp -r "$2/usr/libexec/opensmtpd" /usr/libexec
		chmod 711 /var/spool/smtpd
		exec "$2/usr/sbin/smtpd" -d -f "$1/conf"' sh "$dir" "$FETCHED" >"$dir/log" 2>&1 &
	server=$!
	PIDS="$PIDS $server"
	await 20 listening "$port"
	await 20 submit
	bounced OpenSMTPD "$dir/log"
	kill -KILL "$server" # unshare ignores SIGTERM
	wait "$server" 2>/dev/null
}

if command -v postfix >/dev/null; then
	postfix_bounces
else
	skip 'Postfix hands its bounce to saca-bounce' 'postfix is not installed'
fi
EXIM=$(command -v exim4)
if [ -n "$EXIM" ]; then
	exim_bounces
else
	skip 'Exim hands its bounce to saca-bounce' 'exim4 could not be unpacked'
fi
if [ -x "$FETCHED/usr/sbin/smtpd" ]; then
	opensmtpd_bounces
else
	skip 'OpenSMTPD hands its bounce to saca-bounce' 'opensmtpd could not be unpacked'
fi
done_testing
