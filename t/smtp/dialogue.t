#!/bin/sh
# saca-smtpd with its whole line. Each transcript of t/smtp/dialogue is played in lockstep, in one
# burst, octet by octet and in random pieces: NAME.smtp has the client's octets, NAME.replies the
# replies, NAME.args options of saca-smtpd ("no-p": without -p).
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/replay.sh"

hash=$(openssl passwd -6 -salt sal secreto)
cat >"$T/accounts" <<END
plan   acme
user   victor.acme  $hash
sender acme         remitente@dominio.com
plan   chica        maxrcpt=2
user   ana.chica    $hash
sender chica        ana@chica.es
plan   pobre        credit=yes
user   eva.pobre    $hash
sender pobre        eva@pobre.es
END
saca-accounts "$T" <"$T/accounts" || exit 1

# play NAME MODE: plays the transcript NAME to saca-smtpd in one of replay's modes
play() {
	rm -rf "$T/spool"
	saca-spool -c pobre=+1 "$T/spool" >/dev/null || return 1
	clear=-p args=
	[ ! -f "t/smtp/dialogue/$1.args" ] || args=$(cat "t/smtp/dialogue/$1.args")
	[ "$args" != no-p ] || { clear= args=; }
	# shellcheck disable=SC2086
	"$REPLAY" -m "$2" "t/smtp/dialogue/$1" saca-smtpd -h api.example.com -b teenvio.com -d 0 $clear \
		-a "$T/senders.cdb" $args saca-checkpassword "$T/passwords.cdb" -- \
		saca-mime saca-spool "$T/spool" 2>"$T/log"
}

cd "$TOP" || exit 1
modes="lockstep burst octets cut=1 cut=2 cut=3"
[ -z "$WRAPPED" ] || modes=burst # slow
for file in t/smtp/dialogue/*.smtp; do
	name=$(basename "$file" .smtp)
	for mode in $modes; do
		out=$(play "$name" "$mode")
		ok $? "transcript $name has its replies in mode $mode" "$out
$(cat "$T/log")"
	done
	[ -z "$(ls -A "$T/spool/tmp" 2>/dev/null)" ]
	ok $? "transcript $name leaves no file in tmp"
	malformed=$(grep -vE '^saca-smtpd: pid=[0-9]+ ip=unknown port=- user=[!-~]+ sender=[!-~]+ rcpts=[0-9]+ size=[0-9]+ verdict=[a-z-]+ id=([0-9]+|-) uuid=([0-9a-f]{32}|-) tls=- ms=[0-9]+$' "$T/log" |
		grep -vE '^saca-smtpd: pid=[0-9]+ ip=unknown port=- user=[!-~]+ why: [ -~]+$')
	is "$malformed" "" "transcript $name is logged in the documented form"
done
done_testing
