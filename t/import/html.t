#!/bin/sh
# From a client's HTML to the store's: charsets made UTF-8 and stated so, cids made URLs,
# and every other octet as it came.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/html.sh"

# becomes CHARSET LABEL PAGE NAME
becomes() {
	rm -f "$T/got"
	import_page "$1" "$2" "$3" "$T/got"
	named utf-8 <"$PAGES/$3" | fill as_hosted >"$T/want"
	detail=$(diff "$T/want" "$T/got" 2>&1; cat "$T/import.err")
	cmp -s "$T/want" "$T/got"
	ok $? "$4" "$detail"
}

becomes windows-1252 iso-8859-1 places.html 'iso-8859-1, read as windows-1252: only cids and the charset change'
for t in $TYPES; do
	file=$(as_hosted "$t")
	cmp -s "$PAGES/image.$t" "$file"
	ok $? "the $t is hosted as it came"
	is "$(stat -c %a "$file")" 644 'and all may read it'
done
is "$(find "$WEB" -type f | wc -l)" 5 'nothing else is'
is "$(sqlite3 "$STORE" 'select count(*), count(distinct sha256) from piece_image')" '5|5' 'the piece knows its images'
is "$(sqlite3 "$STORE" "select type, bytes, path from image where type = 'bmp'")" \
	"bmp|1782|${file#"$WEB/"}" 'and the store where they are'

becomes windows-1252 '' places.html 'no charset in the header: the one in the HTML'
becomes utf-8 x-utf_8 places.html 'utf-8 under another name'
becomes utf-16 utf-16 places.html 'utf-16'
becomes koi8-r koi8-r cyrillic.html 'koi8-r'
becomes windows-1251 cp1251 cyrillic.html 'cp1251'
becomes utf-7 unicode-1-1-utf-7 cyrillic.html 'utf-7'
becomes gb18030 gb2312 cyrillic.html 'gb18030 called gb2312'
becomes iso-2022-jp iso-2022-jp cyrillic.html 'iso-2022-jp'
is "$(find "$WEB" -type f | wc -l)" 5 'images that came again are the same files'
is "$(sqlite3 "$STORE" 'select distinct text from piece')" 'mañana' 'the text is UTF-8'
is "$(find "$SPOOL/failed" -type f)" '' 'nothing was set aside'

done_testing
