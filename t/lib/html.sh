# shellcheck shell=sh
# The pages of t/mail/html: as mail, and as saca-import must store them. In a page {{TYPE|URL}}
# means the image t/mail/html/image.TYPE; the mail spells its cid as URL. TYPE none: the mail
# lacks the image. {{CHARSET}} is the name of the charset; the files are in UTF-8.

PAGES=$TOP/t/mail/html
SPOOL=$T/spool
STORE=$T/saca.db
WEB=$T/web
TYPES='png jpg gif webp bmp'

# fill FUNCTION: prints the page of standard input; FUNCTION TYPE prints each replacement
fill() {
	_script=
	for _t in $TYPES; do _script="$_script s#{{$_t|[^}]*}}#$("$1" "$_t")#g;"; done
	sed -e "$_script" -e 's#{{none|\([^}]*\)}}#\1#g'
}

as_data() { printf 'data:image/%s;base64,%s' "$1" "$(base64 -w0 "$PAGES/image.$1")"; }
as_hosted() { printf '%s/i/%s.%s' "$WEB" "$(sha256sum <"$PAGES/image.$1" | cut -d' ' -f1)" "$1"; }
as_sent() { sed 's#{{[a-z]*|\([^}]*\)}}#\1#g'; }

# named CHARSET: prints the page with that charset in its meta tag
named() { sed "s#{{CHARSET}}#$1#"; }

# mail CHARSET LABEL PAGE: prints the page as mail, in that charset; its header ("" for none) and
# its meta tag state LABEL
mail() {
	printf 'Message-ID: <%s@x>\nSubject: %s\nMIME-Version: 1.0\n' "$3.$1" "$3"
	printf 'Content-Type: multipart/mixed; boundary=a\n\n--a\n'
	printf 'Content-Type: multipart/alternative; boundary=b\n\n--b\n'
	printf 'Content-Type: text/plain; charset=utf-8\n\nma\303\261ana\n\n--b\n'
	printf 'Content-Type: text/html%s\nContent-Transfer-Encoding: base64\n\n' "${2:+; charset=\"$2\"}"
	named "${2:-$1}" <"$PAGES/$3" | as_sent | iconv -f utf-8 -t "$1" | base64
	printf -- '--b--\n'
	for _t in $TYPES; do
		printf -- '--a\nContent-Type: application/octet-stream; name="%s"\n' "../../$_t.html"
		printf 'Content-Disposition: attachment\nContent-ID: <%s@x>\n' "$_t"
		printf 'Content-Transfer-Encoding: base64\n\n'
		base64 "$PAGES/image.$_t"
	done
	printf -- '--a--\n'
}

# import_page CHARSET LABEL PAGE FILE: submits and imports it; writes the stored HTML to FILE
import_page() {
	printf 'Fremitente@dominio.com\0Tusuario@dominio.com\0\0' >"$T/envelope"
	mail "$1" "$2" "$3" >"$T/message"
	SACA_USER=victor.acme SACA_PLAN=acme saca-mime saca-spool "$SPOOL" <"$T/message" 1<"$T/envelope" &&
		saca-import -w "$WEB" -u "$WEB" "$SPOOL" "$STORE" 2>"$T/import.err" &&
		sqlite3 "$STORE" "select writefile('$4', html) from piece order by id desc limit 1" >/dev/null
}
