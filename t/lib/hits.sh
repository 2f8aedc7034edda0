# shellcheck shell=sh
# Shared by the tests of saca-hit: a key, a published send, and tokens for its contact 42. Sourced
# after tap.sh.

export SACA_LINK_KEYS="$T/link.key" SACA_PUBLISHED="$T/published" SACA_HITS="$T/hits"
unset HTTP_USER_AGENT HTTP_PURPOSE HTTP_SEC_PURPOSE CONTENT_LENGTH CONTENT_TYPE QUERY_STRING REQUEST_METHOD PATH_INFO
BROWSER='Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0'
mkdir "$SACA_PUBLISHED" "$SACA_HITS"
echo "1 $(openssl rand -hex 32)" >"$SACA_LINK_KEYS"

# publish SEND RECORD...: writes a published send, by t/lib/published.py
publish() { python3 "$TOP/t/lib/published.py" "$SACA_PUBLISHED" "$@"; }

# token KIND [LINK [SEND [PLAN]]]: prints a token of contact 42
token() { python3 "$TOP/t/lib/link_token.py" "$SACA_LINK_KEYS" "$1" "${4:-7}" "${3:-1166}" 42 ${2:+"$2"}; }

# The slots of the page are after /c/ and /u/.
publish 1166 plan=7 language=4 'sender=Tienda <Ana> & Co' subject=oferta url=https://t.example.com \
	'page=<p><a href="/c/">x</a> <a href="/u/">out</a></p>' 'slots=15 c 1\n35 u 0\n' \
	'1=https://example.com/?a=1&b=2' '2=https://ma\xc3\xb1ana.example/a b\r\nSet-Cookie: x=1"<\x7f'

# recorded: prints the lines in hits/, and removes them
recorded() {
	cat "$SACA_HITS"/* 2>/dev/null | grep .
	rm -f "$SACA_HITS"/*
}
