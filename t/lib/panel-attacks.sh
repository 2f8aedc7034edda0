# shellcheck shell=sh
# What strangers and users of other plans may try on saca-panel. Source after panel-promises.sh.

ALL="$LISTS $PAGES $ACTIONS /tests/301 /tests/301/send"

# Each route of the program is in the lists that the tests of logins, plans and forgery go through.
route_promises() {
	sed -n 's/^\t{\(true\|false\), "\([^"]*\)", .*/\2/p' "$TOP/src/prog/saca-panel.c" >"$T/routes"
	[ "$(wc -l <"$T/routes")" -gt 20 ]
	ok $? 'the routes of saca-panel are found in its source' "$(cat "$T/routes")"
	missing=
	while read -r route; do
		printf '%s\n' $ALL | sed 's/?.*//' | grep -qE "^$(printf %s "$route" | sed 's/\./[.]/g; s/#/[0-9]+/')\$" || missing="$missing $route"
	done <"$T/routes"
	is "$missing" '' 'no page or action lacks its tests without a login, as another plan and with forged forms'
	COOKIE=
	get /tests/301; is "$STATUS" 303 'a test of a sandbox plan is not shown without a login'
	request POST /tests/301/send 'password=secreto'; is "$STATUS" 303 'a test of a sandbox plan is not sent without a login'
	log_in pia.pruebas
	for origin in https://evil.example null "$PANEL.evil.example" "${PANEL#https:}" "http:${PANEL#https:}"; do
		FIELDS=HTTP_ORIGIN=$origin post /tests/301/send password=secreto
		is "$STATUS" 403 "a test of a sandbox plan is not sent from the origin $origin"
	done
	FIELDS=
}

# The header fields by which a browser protects a page.
header_promises() {
	log_in victor.acme
	for path in $LISTS $PAGES /nothing; do
		get "$path"
		is "$(grep -cE '^(X-Content-Type-Options: nosniff|Cache-Control: no-store|Content-Security-Policy: .*)$' "$T/head")" 3 \
			"GET $path is not stored, has its type, and a policy"
	done
	get /
	like "$HEAD" "^Content-Security-Policy: default-src 'none';.* form-action 'self'; frame-ancestors 'none'; base-uri 'none'\$" \
		'the policy of a page forbids frames of other sites and forms to other sites'
	for path in '/login' '/?q=a%0d%0aX-Evil:%201' '/sends/101?done=a%0d%0aX-Evil:%201' '/sends/101/people.csv?section=all%0d%0aX-Evil:1' \
		'/contacts?after=%0d%0aX-Evil:1'; do
		get "$path"
		unlike "$HEAD" '^X-Evil' "GET $path adds no header field"
	done
	request POST /login 'user=victor.acme%0d%0aX-Evil:%201&password=x'
	unlike "$HEAD" '^X-Evil' 'a user name with line ends adds no header field'
	is "$(grep -c '^.*X-Evil' "$T/stderr")" "$(grep -c 'user=victor.acme[^ ]*X-Evil' "$T/stderr")" 'a user name with line ends adds no line to the log'
}

cookie_promises() {
	log_in eva.otro
	eva=$COOKIE
	request POST /login 'user=victor.acme&password=secreto'
	victor=$(sed -n 's/^Set-Cookie: \(__Host-saca=[^;]*\).*/\1/p' "$T/head")
	[ -n "$victor" ] && [ "${victor%%.*}" != "${eva%%.*}" ]
	ok $? 'a login with the cookie of another session begins a new one' "$victor"
	COOKIE="__Host-saca=planted; $victor"; get /
	is "$STATUS" 303 'of two session cookies the first counts, so that a planted one gives no session'
	COOKIE="x=1; $victor; y=2"; get /
	is "$STATUS" 200 'a session works beside cookies with other names'
	for cookie in "$(printf %s "$victor" | tr a-z A-Z)" "$victor." "$victor$victor" "$(printf %s "$victor" | sed 's/__Host-//')" "__Host-saca=" \
		"__Host-saca=$(head -c 100000 /dev/zero | tr '\0' a)" "__Host-saca=..." "$(printf '__Host-saca=\377\376.2026-01-01T00:00:00Z.a')"; do
		COOKIE=$cookie; get /
		is "$STATUS:$CODE" 303:0 "the cookie $(printf %s "$cookie" | LC_ALL=C tr -c '[:graph:]' '?' | cut -c 1-30)... is no session"
	done
	# a form of the same user's other session
	cookie_of victor.acme "$(date -u -d '-2 hours' +%Y-%m-%dT%H:%M:%SZ)"
	get /
	older=$(sed -n 's/.*name="token" value="\([a-z2-7]*\)".*/\1/p' "$T/page" | head -n 1)
	is "$STATUS" 200 'a user can have two sessions'
	log_in victor.acme
	[ "$older" != "$TOKEN" ]
	ok $? 'two sessions of a user have different tokens'
	TOKEN=$older post /sends/101/cancel
	is "$STATUS" 403 'the token of an older session of the same user is refused'
	# logging out, and the old cookie again
	log_in victor.acme
	kept=$COOKIE keptoken=$TOKEN
	post /logout
	COOKIE=$kept
	for path in / /sends/101 /contacts.csv; do
		get "$path"
		is "$STATUS" 303 "a cookie that is replayed after the logout gives no $path"
	done
	TOKEN=$keptoken post /sends/101/cancel
	is "$STATUS:$(sql "SELECT state FROM send WHERE id = 101")" 303:sent 'a form that is replayed after the logout changes no send'
}

body_promises() {
	log_in victor.acme
	sql "UPDATE send SET state = 'new' WHERE id = 101"
	# body LENGTH TYPE: the request of T/request, with that CONTENT_LENGTH
	body() {
		env REQUEST_METHOD=POST PATH_INFO=/sends/101/pause QUERY_STRING= CONTENT_TYPE="${2-application/x-www-form-urlencoded}" CONTENT_LENGTH="$1" \
			REMOTE_ADDR=192.0.2.9 HTTPS=on HTTP_COOKIE="$COOKIE" saca-panel <"$T/request" >"$T/response"
		CODE=$?
		STATUS=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$T/response")
	}
	printf 'token=%s' "$TOKEN" >"$T/request"
	whole=$(stat -c %s "$T/request")
	for length in '' -1 +5 1x ' 5' 0x10 99999999999999999999 $((whole + 1)); do
		body "$length"
		like "$STATUS" '^(400|413)$' "a body of the length '$length' is refused"
	done
	body 5
	is "$STATUS" 403 'the panel reads only CONTENT_LENGTH octets of a body'
	{ printf 'token=%s&a=' "$TOKEN"; printf '\000b'; } >"$T/request"; body "$(stat -c %s "$T/request")"
	is "$STATUS" 400 'a body with a NUL is refused'
	printf 'token=%s&a=%%00' "$TOKEN" >"$T/request"; body "$(stat -c %s "$T/request")"
	is "$STATUS" 400 'a body with a coded NUL is refused'
	{ printf 'token=%s' "$TOKEN"; seq -s '&' -f '&p%g=1' 1 5000 | head -c 60000; } >"$T/request"; body "$(stat -c %s "$T/request")"
	is "$STATUS" 400 'a form of thousands of parameters is refused'
	head -c 104857600 /dev/zero >"$T/request"; body 104857600
	is "$STATUS" 413 'a body of 100 MB is refused'
	printf 'token=wrong&token=%s' "$TOKEN" >"$T/request"; body "$(stat -c %s "$T/request")"
	is "$STATUS" 403 'of two tokens in a form the first counts'
	is "$(sql "SELECT state FROM send WHERE id = 101")" new 'no refused body has changed the send'
	printf -- '--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n%s\r\n--b--\r\n' "$TOKEN" >"$T/request"
	body "$(stat -c %s "$T/request")" 'multipart/form-data; boundary=b'
	is "$STATUS:$(sql "SELECT state FROM send WHERE id = 101")" 303:paused 'a form as multipart/form-data pauses a send'
	sql "UPDATE send SET state = 'sent', reason = NULL WHERE id = 101"
	for form in 'user=%ff%fe&password=x' 'user=victor.acme&password=%ff%fe' "user=$(head -c 5000 /dev/zero | tr '\0' a)&password=x" \
		"user=victor.acme&password=$(head -c 5000 /dev/zero | tr '\0' a)" 'user=.&password=x' 'user=victor.acme.&password=secreto' \
		'user=VICTOR.ACME&password=secreto' 'user[]=victor.acme&password[]=secreto'; do
		ADDRESS=198.51.100.$((${#form} % 250)) request POST /login "$form"
		is "$STATUS:$(grep -c '^Set-Cookie' "$T/head")" 403:0 "the login $(printf %s "$form" | cut -c 1-40) is refused"
	done
}

path_promises() {
	log_in victor.acme
	for path in /LOGIN /login/ //login /login/../ /./ '/sends/101;/pause' /sends/101/pause/ /sends/101//pause /sends/１０１ /sends/101%2fpause \
		"/sends/$(printf '101\t')" /sends/+101 /sends/0x65 "/$(head -c 8000 /dev/zero | tr '\0' a)" /sends/18446744073709551717 \
		/sends/9223372036854775808 /contacts/1/undo/2 /.. /sends/101/chart.svg/x /pieces/101/HTML; do
		get "$path"
		is "$STATUS" 404 "GET $(printf %s "$path" | cut -c 1-40) is not found"
		post "$path"
		is "$STATUS" 404 "POST $(printf %s "$path" | cut -c 1-40) is not found"
	done
	is "$(sql "SELECT state FROM send WHERE id = 101")" sent 'no malformed path has changed the send'
}

# Cells that a spreadsheet would run.
formula_promises() {
	log_in victor.acme
	old=$(sql "SELECT email FROM contact WHERE id = 3")
	for first in = + - @ "$(printf '\t')" "$(printf '\rx' | head -c 1)"; do
		sql "UPDATE contact SET email = '${first}1+cmd|x@y.es' WHERE id = 3"
		for path in /contacts.csv /groups/101/contacts.csv '/sends/101/people.csv?section=all'; do
			get "$path"
			grep -qF -- "'${first}1+cmd" "$T/page" && ! grep -qE -- "(^|[,\"])[$first]1[+]cmd" "$T/page"
			ok $? "$path guards a cell that begins with the octet $(printf %s "$first" | od -An -tx1)"
		done
	done
	sql "UPDATE contact SET email = '$old' WHERE id = 3"
}

# One password for many users, many addresses for one user.
many_addresses_promises() {
	COOKIE=
	for _i in 1 2 3 4 5 6 7 8 9 10 11 12; do ADDRESS=203.0.113.$_i request POST /login "user=victor.acme&password=$_i"; done
	is "$STATUS" 403 'guesses of a password from many addresses are refused'
	ADDRESS=192.0.2.200 log_in victor.acme
	is $? 0 'guesses of a password from many addresses do not lock the user out'
	COOKIE=
	for _i in 1 2 3 4 5 6 7 8 9 a; do ADDRESS=2001:db8:1:2::$_i request POST /login 'user=victor.acme&password=x'; done
	ADDRESS=2001:db8:1:2:ffff::1 request POST /login 'user=victor.acme&password=secreto'
	is "$STATUS" 429 'failed logins of one IPv6 /64 count together'
	ADDRESS=2001:db8:1:3::1 request POST /login 'user=victor.acme&password=secreto'
	is "$STATUS" 303 'failed logins of one IPv6 /64 do not count for the next /64'
	for _i in victor.acme ana.acme eva.otro nobody.acme x.y victor.acme ana.acme eva.otro nobody.acme x.y; do
		ADDRESS=192.0.2.77 request POST /login "user=$_i&password=verano2026"
	done
	ADDRESS=192.0.2.77 request POST /login 'user=ana.acme&password=secreto'
	is "$STATUS" 429 'an address that tries one password for many users is told to wait'
	is "$(grep -c 'ip=203.0.113.[0-9]* user=victor.acme' "$T/stderr")" 12 'each failed login at the panel is logged with its address and user'
}

attack_promises() {
	route_promises
	header_promises
	cookie_promises
	body_promises
	path_promises
	formula_promises
	many_addresses_promises
}
