#!/bin/sh
# The stored HTML looks like that of the sender. Headless Chromium draws both, the sender's with
# data: URLs instead of cids, and the two pictures are compared octet by octet.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/html.sh"

# The limit for one picture, in seconds, on a slow machine.
PATIENCE=60

# shoot NAME: draws $T/NAME.html to $T/NAME.png
shoot() {
	HOME=$T timeout "$PATIENCE" "$CHROMIUM" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage \
		--hide-scrollbars --window-size=640,400 --virtual-time-budget=5000 --user-data-dir="$T/profile.$1" \
		--screenshot="$T/$1.png" "file://$T/$1.html" >"$T/$1.log" 2>&1
	[ -s "$T/$1.png" ]
}

# shows_alike CHARSET LABEL PAGE: tests that the sender's page, in its own charset, looks like the stored one
shows_alike() {
	named "$2" <"$PAGES/$3" | fill as_data | iconv -f utf-8 -t "$1" >"$T/sent.html"
	rm -f "$T/stored.html" "$T"/*.png
	import_page "$1" "$2" "$3" "$T/stored.html"
	shoot sent
	ok $? "Chromium draws $3 in $1 as it was sent" "$(tail -n 5 "$T/sent.log")"
	shoot stored
	ok $? "Chromium draws $3 in $1 as it is stored" "$(tail -n 5 "$T/stored.log")"
	cmp -s "$T/sent.png" "$T/stored.png"
	ok $? "$3 in $1 looks the same as sent and as stored"
}

CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$CHROMIUM" ]; then
	skip 'Chromium draws the stored HTML' 'chromium is not installed'
	done_testing
fi

shows_alike windows-1252 iso-8859-1 places.html

# The comparison can fail: without the images, and in another charset.
named utf-8 <"$PAGES/places.html" | as_sent >"$T/broken.html"
shoot broken && ! cmp -s "$T/broken.png" "$T/stored.png"
ok $? 'places.html without its images looks different from places.html with them'
shows_alike koi8-r koi8-r cyrillic.html
sed 's/utf-8/windows-1251/' "$T/stored.html" >"$T/wrong.html"
shoot wrong && ! cmp -s "$T/wrong.png" "$T/stored.png"
ok $? 'cyrillic.html in a wrong charset looks different from cyrillic.html in its own'

done_testing
