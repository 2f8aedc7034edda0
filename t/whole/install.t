#!/bin/sh
# The commands of INSTALL work: the check by cron (section 7), and restoring a copy of the store
# (section 11).
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/service.sh"
. "$TOP/t/lib/install.sh"

SPOOL=$T/var/spool/saca
DB=$T/var/lib/saca/store/saca.db
mkdir -p "$T/var/spool" "$T/var/lib/saca/web" "$T/var/lib/saca/store"

# deliver ID: puts a message into the spool
deliver() {
	printf 'Fremitente@example.com\0Tana@example.org\0\0' >"$T/envelope"
	campaign "$1" | SACA_PLAN=acme SACA_USER=victor.acme saca-spool "$SPOOL" 1<"$T/envelope"
}
import() { saca-import -k 30 -w "$T/var/lib/saca/web" "$SPOOL" "$DB"; }
states() { sqlite3 "$DB" 'SELECT id, state FROM send ORDER BY id' | tr '\n' ' '; }

# The copy has send 1, delivered since, and send 2. Send 3 came after the copy.
deliver uno
deliver dos
import
(cd "$T" && install_commands 11 '^sqlite3 .*backup' 'backup' | sed "s#FILE#$T/copy#" | sh)
[ -s "$T/copy" ]
ok $? "INSTALL 11: the backup command makes a copy"
sqlite3 "$DB" "UPDATE send SET state = 'sent'"
deliver tres
import
is "$(states)" "1|sent 2|sent 3|new " "three sends are in the store before it is lost"
echo garbage >"$DB"
install_commands 11 '^cd /var/lib/saca' 'saca-import -p' | sed "s#FILE#$T/copy#" >"$T/restore"
out=$(sh -e "$T/restore" 2>&1)
is $? 0 "INSTALL 11: the commands that restore a copy succeed" "$out"
is "$(states)" "1|paused 2|paused 3|paused " "INSTALL 11: after restoring, every send exists once and none is sent again"
deliver cuatro
import
is "$(states)" "1|paused 2|paused 3|paused 4|new " "INSTALL 11: after restoring, a new message gets a new number"

# mailed: prints the output of the command of scripts/service/cron/check
mailed() {
	sed -n "s#^[*]/10 [* ]*[[:space:]]*sacaspool[[:space:]]*##p" "$TOP/scripts/service/cron/check" | sed "s#/var/spool#$T&#" | sh 2>&1
}
is "$(mailed)" "" "INSTALL 7: cron mails nothing while all is well"
echo garbage >"$SPOOL/new/garbage"
import
like "$(mailed)" . "INSTALL 7: cron mails a line when a file was set aside"
done_testing
