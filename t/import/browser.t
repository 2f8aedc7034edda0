#!/bin/sh
# What a browser makes of the store's HTML is what it makes of the sender's: both are
# shown by headless Chromium, the sender's with data: URLs where its cids were, and the
# two pictures are compared octet by octet.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/html.sh"

# The slow machine's limit for one picture, in seconds.
PATIENCE=60

# shoot NAME: $T/NAME.html to $T/NAME.png
shoot() {
	HOME=$T timeout "$PATIENCE" "$CHROMIUM" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage \
		--hide-scrollbars --window-size=640,400 --virtual-time-budget=5000 --user-data-dir="$T/profile.$1" \
		--screenshot="$T/$1.png" "file://$T/$1.html" >"$T/$1.log" 2>&1
	[ -s "$T/$1.png" ]
}

# shows_alike CHARSET LABEL PAGE: the sender's page is in its own charset, as it was sent
shows_alike() {
	named "$2" <"$PAGES/$3" | fill as_data | iconv -f utf-8 -t "$1" >"$T/sent.html"
	rm -f "$T/stored.html" "$T"/*.png
	import_page "$1" "$2" "$3" "$T/stored.html"
	shoot sent
	ok $? "$3 in $1 as it was sent shows" "$(tail -n 5 "$T/sent.log")"
	shoot stored
	ok $? "$3 in $1 as it is stored shows" "$(tail -n 5 "$T/stored.log")"
	cmp -s "$T/sent.png" "$T/stored.png"
	ok $? "$3 in $1: the two look the same"
}

CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$CHROMIUM" ]; then
	skip 'the imported HTML in a browser' 'chromium is not installed'
	done_testing
fi

shows_alike windows-1252 iso-8859-1 places.html

# That the comparison can fail: the same without its images, or read in another charset.
named utf-8 <"$PAGES/places.html" | as_sent >"$T/broken.html"
shoot broken && ! cmp -s "$T/broken.png" "$T/stored.png"
ok $? 'without the images it looks different'
shows_alike koi8-r koi8-r cyrillic.html
sed 's/utf-8/windows-1251/' "$T/stored.html" >"$T/wrong.html"
shoot wrong && ! cmp -s "$T/wrong.png" "$T/stored.png"
ok $? 'in a false charset it looks different'

done_testing
