#!/bin/sh
# saca-hit as a CGI program: each kind of token, each method, and every way to be refused.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/hits.sh"

# ask METHOD PATH [NAME=VALUE...]: sets $REPLY to the response without its CRs. BARE has the answers that may be stored,
# or whose type may be guessed.
BARE=
ask() {
	_method=$1 _path=$2
	shift 2
	REPLY=$(env "REQUEST_METHOD=$_method" "PATH_INFO=$_path" "HTTP_USER_AGENT=$BROWSER" "$@" saca-hit 2>"$T/err" </dev/null | tr -d '\r')
	[ "$(field Cache-Control):$(field X-Content-Type-Options)" = no-store:nosniff ] || BARE="$BARE $_method ${_path%"${_path#????}"} $(status),"
}
status() { printf '%s\n' "$REPLY" | sed -n 's/^Status: //p'; }
field() { printf '%s\n' "$REPLY" | sed '/^$/q' | sed -n "s/^$1: //p"; }
body() { printf '%s\n' "$REPLY" | sed '1,/^$/d'; }
V=$(token v) O=$(token o) C=$(token c 1) C2=$(token c 2) U=$(token u)

# --- views
ask GET "/v/$V"
is "$(status)" '200 OK' 'a view page is answered with 200'
is "$(body)" "<p><a href=\"/c/$C\">x</a> <a href=\"/u/$U\">out</a></p>" "a view page has the contact's own tokens"
is "$(field Content-Security-Policy)" 'sandbox allow-popups allow-popups-to-escape-sandbox' 'a view page is sandboxed'
is "$(field X-Robots-Tag):$(field Referrer-Policy):$(field Content-Type)" 'noindex:no-referrer:text/html; charset=utf-8' \
	'a view page is not indexed and sends no referrer'
is "$(field Cache-Control):$(field X-Content-Type-Options)" no-store:nosniff 'a view page is not stored, its type not guessed'
like "$(recorded)" '^view 7 1166 42 - person [0-9]{10} - -$' 'GET of the view page is recorded as a view'

# --- opens
ask GET "/o/$O.gif"
is "$(status):$(field Content-Type):$(field Content-Length)" '200 OK:image/gif:43' 'the pixel is a GIF of 43 octets'
env REQUEST_METHOD=GET "PATH_INFO=/o/$O.gif" saca-hit | sed '1,/^\r$/d' >"$T/pixel.gif"
like "$(file -b "$T/pixel.gif")" 'GIF image data, version 89a, 1 x 1' 'the pixel is a GIF that file(1) recognizes'
like "$(recorded)" '^open 7 1166 42 - person ' 'GET of the pixel is recorded as an open'

# --- clicks
ask GET "/c/$C"
is "$(status):$(field Location)" '302 Found:https://example.com/?a=1&b=2' 'a click leads to the address of the link'
is "$(recorded | cut -d' ' -f1-6)" 'click 7 1166 42 1 person' 'a click is recorded with the number of the link'
ask GET "/c/$C2"
is "$(field Location)" 'https://ma%C3%B1ana.example/a%20b%0D%0ASet-Cookie:%20x=1"<%7F' 'the address of a link cannot add a header field'
is "$(field Set-Cookie)" '' 'the address of a link cannot set a cookie'
is "$(field Referrer-Policy):$(field Cache-Control):$(body)" 'no-referrer:no-store:' 'a click has no body, sends no referrer and is not stored'
recorded >/dev/null
ask GET "/c/$(token c 3)"
is "$(status):$(recorded)" '404 Not Found:' 'a click on a link that the send does not have gets 404'

# --- unsubscriptions
ask GET "/u/$U"
is "$(status):$(recorded)" '200 OK:' 'GET of an unsubscription records nothing'
# protections: prints the header fields and the tag that protect the last page
protections() {
	printf '%s|' "$(field Cache-Control)" "$(field X-Content-Type-Options)" "$(field Referrer-Policy)" "$(field Content-Security-Policy)"
	body | grep -o '<meta name="robots" content="[a-z]*">' | sed 's/.*content="//; s/".*//'
}
own_page="no-store|nosniff|no-referrer|default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'|noindex"
is "$(protections)" "$own_page" 'the page of an unsubscription is not stored, framed or indexed, and loads nothing'
like "$(body)" '<html lang="en">' "the page of an unsubscription is in the send's language"
like "$(body)" '<h1>Stop receiving messages from Tienda &lt;Ana&gt; &amp; Co\?</h1><form method="post"><button type="submit">Unsubscribe</button></form>' \
	"the page of an unsubscription has the sender's name, escaped, and one button"
ask POST "/u/$U" CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH=26
is "$(status):$(field Location):$(field Set-Cookie)" '200 OK::' 'one click unsubscribes without redirect and cookie'
like "$(body)" 'You will not receive any more messages from Tienda &lt;Ana&gt; &amp; Co\.</h1></main>' 'the answer to an unsubscription confirms it'
is "$(protections)" "$own_page" 'the answer to an unsubscription is not stored, framed or indexed, and loads nothing'
like "$(recorded)" '^unsub 7 1166 42 - person [0-9]+ - -$' 'an unsubscription is recorded'
mkfifo "$T/body" "$T/answer"
REQUEST_METHOD=POST PATH_INFO="/u/$U" CONTENT_TYPE=text/plain CONTENT_LENGTH=10 saca-hit <>"$T/body" >"$T/answer" &
PIDS="$PIDS $!"
out=$(timeout 60 cat "$T/answer")
like "$?:$out" '^0:Status: 200 OK' 'the answer to an unsubscription does not wait for its body'
is "$(recorded | cut -d' ' -f1)" unsub 'an unsubscription whose body does not come is recorded'
ask POST "/u/$U"
is "$(status)" '200 OK' 'a second unsubscription gets the same answer'
recorded >/dev/null
if [ -z "$WRAPPED" ] && command -v strace >/dev/null; then
	REQUEST_METHOD=POST PATH_INFO="/u/$U" ASAN_OPTIONS=detect_leaks=0 strace -o "$T/trace" -e trace=write,fdatasync,fsync saca-hit >/dev/null </dev/null
	is "$(sed -n 's/^\([a-z]*\)(\([0-9]*\),.*unsub .*/\1/p; s/^\(f[a-z]*\)(.*/\1/p; s/^\(write\)(1,.*/answer/p' "$T/trace" | grep -v '^writev' | tr '\n' ' ')" \
		'write fdatasync fsync answer ' 'an unsubscription is on disk before the answer'
	recorded >/dev/null
fi

# --- kinds of clients
ask HEAD "/v/$V"
is "$(status):$(body):$(recorded)" '200 OK::' 'HEAD gets the header fields and records no hit'
ask HEAD "/u/$U"
is "$(status):$(recorded)" '200 OK:' 'HEAD of an unsubscription unsubscribes no contact'
for path in "/v/$V" "/o/$O.gif" "/c/$C" "/u/$U" /none; do
	ask GET "$path"
	got=$(printf '%s\n' "$REPLY" | sed '/^$/q')
	recorded >/dev/null
	ask HEAD "$path"
	is "$REPLY:$(recorded)" "$got:" "HEAD of ${path%"${path#/?}"} gets the header fields of GET and no body, and records no hit"
done
for field in HTTP_PURPOSE=prefetch HTTP_SEC_PURPOSE='prefetch;prerender' HTTP_X_MOZ=prefetch HTTP_X_PURPOSE=preview; do
	ask GET "/c/$C" "$field"
	is "$(status):$(recorded)" '302 Found:' "a request with $field is answered, and records no hit"
done
ask GET "/o/$O.gif" 'HTTP_USER_AGENT=Mozilla/5.0 (via ggpht.com GoogleImageProxy)'
is "$(recorded | cut -d' ' -f6)" proxy "a hit by Gmail's image proxy has the class proxy"
ask GET "/o/$O.gif" HTTP_USER_AGENT=Mozilla/5.0
is "$(recorded | cut -d' ' -f6)" machine 'a hit by a bare Mozilla/5.0 has the class machine'
ask GET "/v/$V" REMOTE_ADDR=192.0.2.7
unlike "$(recorded)" '192\.0\.2\.7|Firefox' "a hit has neither the client's address nor its user agent"

# --- refusals
for method in POST PUT DELETE OPTIONS ''; do
	for path in "/v/$V" "/o/$O.gif" "/c/$C"; do
		ask "$method" "$path"
		is "$(status):$(field Allow):$(recorded)" '405 Method Not Allowed:GET, HEAD:' "method '$method' for ${path%"${path#/?}"} gets 405"
	done
done
ask PUT "/u/$U"
is "$(status):$(field Allow):$(recorded)" '405 Method Not Allowed:GET, HEAD, POST:' 'method PUT for /u gets 405'
for kind in v o c u; do
	for other in v o c u b; do
		[ $kind = $other ] && continue
		suffix=$([ $kind = o ] && echo .gif)
		ask GET "/$kind/$(token $other $([ $other = c ] && echo 1))$suffix"
		is "$(status):$(recorded)" '404 Not Found:' "a token of kind $other gets 404 at /$kind"
	done
done
ask POST "/u/$O"
is "$(status):$(recorded)" '404 Not Found:' "POST with a pixel's token unsubscribes no contact"
upper=$(echo "$U" | tr a-z A-Z)
ask POST "/u/$upper"
is "$(status)" '200 OK' 'a token in capitals is valid'
recorded >/dev/null
for path in '' / /v /v/ "/v/$V/" "/v/$V.gif" "/o/$O" "/o/.gif" "//v/$V" "/v/../v/$V" "/v/${V%?}" "/v/${V}a" "/x/$V" "/v/$V%00" "/V/$V" \
	"/v/$(echo "$V" | tr 'a-y2' 'b-z3')" "/v/$(printf %9000s | tr ' ' a)" '/../../etc/passwd' '/v/é'; do
	ask GET "$path"
	is "$(status):$(recorded)" '404 Not Found:' "the path $(printf %.40s "$path") is 404"
	[ -n "${page-}" ] || is "$(protections)" "$own_page" 'the 404 page is not stored, framed or indexed, and loads nothing'
	page=${page-$(body)}
	[ "$(body)" = "$page" ]
	ok $? "the 404 page of the path $(printf %.40s "$path") is the same as for others, and small"
done
for other in "another send:$(token v '' 1167)" "another plan:$(token v '' 1166 8)"; do
	ask GET "/v/${other#*:}"
	is "$(status)" '404 Not Found' "a token of ${other%%:*} gets 404"
done
echo "1 $(openssl rand -hex 32)" >"$T/other.key"
ask GET "/v/$V" "SACA_LINK_KEYS=$T/other.key"
is "$(status)" '404 Not Found' 'a token of another key gets 404'

# --- failures
ask POST "/u/$U" "SACA_HITS=$T/none"
is "$(status)" '503 Service Unavailable' 'an unsubscription that cannot be written gets 503'
like "$(cat "$T/err")" "^saca-hit: warning: unable to write to $T/none: No such file" 'saca-hit says on stderr why an unsubscription cannot be written'
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 711 "$T"
	chmod 644 "$SACA_LINK_KEYS"
	chmod -R a+rX "$SACA_PUBLISHED"
	out=$(REQUEST_METHOD=POST PATH_INFO="/u/$U" setpriv --reuid=65534 --regid=65534 --clear-groups "$BIN/saca-hit" 2>"$T/err" </dev/null | head -n 1)
	like "$out:$(cat "$T/err")" '^Status: 503 Service Unavailable.?:saca-hit: warning: unable to write to .*: Permission denied' \
		'an unsubscription without the right to write is 503'
else
	skip 'an unsubscription without the right to write is 503' 'only root can become another user'
fi
for path in "/v/$V" "/o/$O.gif" "/c/$C"; do
	ask GET "$path" "SACA_HITS=$T/none"
	like "$(status)" '^(200|302) ' "${path%"${path#/?}"} is answered though the hit cannot be written"
done
ask GET "/v/$V" "SACA_LINK_KEYS=$T/none"
is "$(status)" '503 Service Unavailable' 'saca-hit answers 503 if the keys are missing'
ask GET "/v/$V" SACA_HITS=
is "$(status)" '503 Service Unavailable' 'saca-hit answers 503 if a setting is missing'
like "$(cat "$T/err")" '^saca-hit: fatal: SACA_HITS is not set' 'saca-hit names a missing setting'
mkdir -p "$SACA_PUBLISHED/168"
head -c 1000 /dev/urandom >"$SACA_PUBLISHED/168/1168.cdb"
ask GET "/v/$(token v '' 1168)"
is "$(status)" '503 Service Unavailable' 'saca-hit answers 503 if the published file of a send is damaged'
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	full=$(unshare -m sh -c 'mount -t tmpfs -o size=4k tmpfs "$SACA_HITS" && head -c 4096 /dev/zero >"$SACA_HITS/fill"
		export REQUEST_METHOD=POST PATH_INFO="/u/$1"; saca-hit </dev/null 2>"$2/err"
		REQUEST_METHOD=GET PATH_INFO="/c/$3" saca-hit 2>"$2/err"' sh "$U" "$T" "$C" | tr -d '\r' | grep -E '^(Status|Location)')
	is "$full" 'Status: 503 Service Unavailable
Status: 302 Found
Location: https://example.com/?a=1&b=2' 'on a full disk a click is answered and an unsubscription is 503'
	# the disk is full in the middle of a line: two pages, one of them for the hits
	torn=$(unshare -m sh -c 'mount -t tmpfs -o size=8k tmpfs "$SACA_HITS" && head -c 4096 /dev/zero >"$SACA_HITS/fill"
		export REQUEST_METHOD=POST PATH_INFO="/u/$1"
		n=0
		while [ $n -lt 200 ] && saca-hit </dev/null | grep -q "200 OK"; do n=$((n + 1)); done
		rm "$SACA_HITS/fill"
		saca-hit </dev/null | grep -q "200 OK" && n=$((n + 1))
		whole=$(cat "$SACA_HITS"/* | grep -Ec "^unsub 7 1166 42 - machine [0-9]{10} - -$")
		echo "$((n - whole)) $(($(cat "$SACA_HITS"/* | grep -c .) - whole)) $((n > 10 && n < 200))"' sh "$U")
	is "$torn" '0 1 1' 'a full disk tears one line, and each unsubscription that was confirmed is whole'
else
	skip 'a full disk tears one line, and each unsubscription that was confirmed is whole' 'no name space can be had'
	skip 'on a full disk a click is answered and an unsubscription is 503' 'no name space can be had'
fi
is "$BARE" '' 'every answer of saca-hit forbids to store it and to guess its type'
is "$(saca-hit -V)" "saca-hit $(saca-import -V | cut -d' ' -f2)" 'saca-hit -V prints name and version'
done_testing
