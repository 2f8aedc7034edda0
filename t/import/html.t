#!/bin/sh
# The stored HTML is the client's, converted to UTF-8: stated charsets become utf-8, cids become
# URLs, and all other octets are the same.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/html.sh"

# becomes CHARSET LABEL PAGE NAME: tests that the page, sent in CHARSET and labelled as LABEL, is stored in UTF-8
becomes() {
	rm -f "$T/got"
	import_page "$1" "$2" "$3" "$T/got"
	named utf-8 <"$PAGES/$3" | fill as_hosted >"$T/want"
	detail=$(diff "$T/want" "$T/got" 2>&1; cat "$T/import.err")
	cmp -s "$T/want" "$T/got"
	ok $? "$4" "$detail"
}

becomes windows-1252 iso-8859-1 places.html 'HTML in iso-8859-1 is stored in UTF-8, with URLs for its cids'
for t in $TYPES; do
	file=$(as_hosted "$t")
	cmp -s "$PAGES/image.$t" "$file"
	ok $? "a $t image is hosted octet by octet"
	is "$(stat -c %a "$file")" 644 "a hosted $t image can be read by everybody"
done
is "$(find "$WEB" -type f | wc -l)" 5 'the five images of a message are hosted as five files'
is "$(sqlite3 "$STORE" 'select count(*), count(distinct sha256) from piece_image')" '5|5' 'the store lists each hosted image of the piece'
is "$(sqlite3 "$STORE" "select type, bytes, path from image where type = 'bmp'")" \
	"bmp|1782|${file#"$WEB/"}" 'the store has type, size and path of a hosted image'

becomes windows-1252 '' places.html 'HTML without a label is read by its meta charset'
becomes utf-8 x-utf_8 places.html 'HTML in utf-8 labelled x-utf_8 is stored in UTF-8'
becomes utf-16 utf-16 places.html 'HTML in utf-16 is stored in UTF-8'
becomes koi8-r koi8-r cyrillic.html 'HTML in koi8-r is stored in UTF-8'
becomes windows-1251 cp1251 cyrillic.html 'HTML labelled cp1251 is stored in UTF-8'
becomes utf-7 unicode-1-1-utf-7 cyrillic.html 'HTML in utf-7 is stored in UTF-8'
becomes gb18030 gb2312 cyrillic.html 'HTML in gb18030 labelled gb2312 is stored in UTF-8'
becomes iso-2022-jp iso-2022-jp cyrillic.html 'HTML in iso-2022-jp is stored in UTF-8'
is "$(find "$WEB" -type f | wc -l)" 5 'an image that several messages have is hosted as one file'
is "$(sqlite3 "$STORE" 'select distinct text from piece')" 'mañana' 'the text of every message is stored in UTF-8'
is "$(find "$SPOOL/failed" -type f)" '' 'HTML in any of the tested charsets sets no message aside'

done_testing
