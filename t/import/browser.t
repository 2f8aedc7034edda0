#!/bin/sh
# The stored HTML looks like that of the sender. Headless Chromium draws both, the sender's with
# data: URLs instead of cids, and the two pictures are compared octet by octet.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/html.sh"

CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$CHROMIUM" ]; then
	skip 'Chromium draws the stored HTML' 'chromium is not installed'
	done_testing
fi

# make_pages NAME CHARSET LABEL PAGE: makes $T/NAME.sent.html, the sender's page in its own charset,
# and $T/NAME.stored.html
make_pages() {
	named "$3" <"$PAGES/$4" | fill as_data | iconv -f utf-8 -t "$2" >"$T/$1.sent.html"
	import_page "$2" "$3" "$4" "$T/$1.stored.html"
}

# shows_alike NAME: tests that both pages look the same
shows_alike() {
	[ -s "$T/$1.sent.png" ] && [ -s "$T/$1.stored.png" ]
	ok $? "Chromium draws the page in $1 as it was sent and as it is stored" "$(tail -n 5 "$T/profile.log")"
	cmp -s "$T/$1.sent.png" "$T/$1.stored.png"
	ok $? "the page in $1 looks the same as sent and as stored"
}

make_pages windows-1252 windows-1252 iso-8859-1 places.html
make_pages koi8-r koi8-r koi8-r cyrillic.html
# The comparison can fail: without the images, and in another charset.
named utf-8 <"$PAGES/places.html" | as_sent >"$T/broken.html"
sed 's/utf-8/windows-1251/' "$T/koi8-r.stored.html" >"$T/wrong.html"
HOME=$T python3 "$TOP/t/lib/shoot.py" "$CHROMIUM" "$T" 640 400 windows-1252.sent windows-1252.stored broken koi8-r.sent koi8-r.stored wrong \
	>"$T/titles"
is $? 0 'Chromium draws all pages, sent and stored'

shows_alike windows-1252
[ -s "$T/broken.png" ] && ! cmp -s "$T/broken.png" "$T/windows-1252.stored.png"
ok $? 'places.html without its images looks different from places.html with them'
shows_alike koi8-r
[ -s "$T/wrong.png" ] && ! cmp -s "$T/wrong.png" "$T/koi8-r.stored.png"
ok $? 'cyrillic.html in a wrong charset looks different from cyrillic.html in its own'

done_testing
