#!/bin/sh
# A browser shows the mail as the piece with the view sentence and the foot, and nothing else, in all 13
# languages. Headless Chromium draws the pieces and the mails without these two, and the pictures are
# compared octet by octet.
. "$(dirname "$0")/../lib/tap.sh"

CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$CHROMIUM" ]; then
	skip 'Chromium shows the mails like their pieces' 'chromium is not installed'
	done_testing
fi
STORE=$T/saca.db
sql() { sqlite3 "$STORE" "$1"; }
. "$TOP/t/lib/send.sh"

prepare
numbers=$(python3 "$TOP/t/send/browser.py" numbers)
for number in $numbers; do add_send "$number" 1 1; done
python3 "$TOP/t/send/browser.py" pieces >"$T/sql" && sql ".read $T/sql"
for number in $numbers; do
	saca-send -o "$T/maildir" -k "$T/link.key" -p "$T/published" -u "$URL" -h api.example.com "$STORE" "$number" 2>>"$T/sent"
done
is "$(grep -c ': 1 mails written' "$T/sent")" "$(echo "$numbers" | wc -w)" "saca-send -o writes the mail of each page to a Maildir"
python3 "$TOP/t/send/browser.py" pages "$T/maildir" "$T"
HOME=$T $ROOMY python3 "$TOP/t/lib/shoot.py" "$CHROMIUM" "$T" 300 220 pieces mails whole >"$T/titles"
is $? 0 'Chromium draws the pieces and the mails' || tail -n 5 "$T/profile.log" | sed 's/^/# /'
cmp -s "$T/pieces.png" "$T/mails.png"
ok $? "mails without view sentence and foot look like their pieces in a browser"
[ -s "$T/whole.png" ] && ! cmp -s "$T/pieces.png" "$T/whole.png"
ok $? "mails with view sentence and foot look different from their pieces in a browser"
title=$(sed -n 2p "$T/titles")
is "$title" "seen $(echo "$numbers" | wc -w) right" "a mail in a browser has its view sentence on top and its foot at the end, in its language"
done_testing
