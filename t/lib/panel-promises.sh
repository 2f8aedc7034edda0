# shellcheck shell=sh
# The tests of saca-panel that hold for each engine. Source this after panel.sh.

HOSTILE='"><script>alert(1)</script><img src=x onerror=alert(1)>'"'"'&{{7*7}}'

# shows TEXT NAME, lacks TEXT NAME: test that the page has the text, or does not have it
shows() { grep -qF -- "$1" "$T/page"; ok $? "$2" "$(sed 's/.*<main/<main/' "$T/page" | head -c 3000)"; }
lacks() { ! grep -qF -- "$1" "$T/page"; ok $? "$2" "$(grep -oF -- "$1" "$T/page" | head -3)"; }

LISTS='/ /?q=x /groups /groups?q=x /contacts /contacts?q=x /contacts.csv /pieces /pieces?q=x /tests'
PAGES='/pieces/101 /groups/101 /groups/101/contacts.csv /contacts/1 /sends/101 /sends/101/chart.svg /sends/101/people?section=all /sends/101/people.csv?section=all /pieces/101/html'
ACTIONS='/sends/101/pause /sends/101/resume /sends/101/cancel /contacts/1/unsubscribe /contacts/2/undo /logout'

login_promises() {
	for path in $LISTS $PAGES; do
		get "$path"
		is "$STATUS:$(sed -n 's/^Location: //p' "$T/head")" 303:/login "without a login GET $path leads to the login"
	done
	for path in $ACTIONS; do
		request POST "$path" token=x
		is "$STATUS:$(sed -n 's/^Location: //p' "$T/head")" 303:/login "without a login POST $path leads to the login"
	done
	get /login
	is "$STATUS" 200 'the login page is answered without a session'
	like "$HEAD" "^Content-Security-Policy: default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]*=';" 'a page allows its own style by its hash, and no script'
	hash=$(sed -n "s/.*style-src '\(sha256-[^']*\)'.*/\1/p" "$T/head")
	is "$hash" "sha256-$(tr -d '\n' <"$T/page" | sed 's/.*<style>\(.*\)<\/style>.*/\1/' | tr -d '\n' | openssl dgst -sha256 -binary | base64)" \
		'the hash in the policy of a page is that of its style'
	request POST /login 'user=victor.acme&password=wrong'
	is "$STATUS" 403 'a wrong password is refused'
	shows 'El usuario o la contraseña no son correctos.' 'a refused login gets a page with the reason'
	unlike "$HEAD" '^Set-Cookie' 'a refused login sets no cookie'
	request POST /login "user=$(printf %s "$HOSTILE" | sed 's/&/%26/g')&password=x"
	lacks '<script>alert' 'a hostile user name is shown escaped'
	request POST /login 'user=victor.acme'
	is "$STATUS" 403 'a login without a password is refused'
	request POST /login ''
	is "$STATUS" 403 'an empty login is refused'
	log_in victor.acme
	ok $? 'a right password sets a cookie' "$HEAD"
	request POST /login 'user=victor.acme&password=secreto'
	like "$HEAD" '^Set-Cookie: __Host-saca=[a-z2-7.0-9TZ:-]*; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200$' \
		'the session cookie is bound to the host, to TLS and to this site, for 12 hours'
	is "$STATUS:$(sed -n 's/^Location: //p' "$T/head")" '303:/' 'a login leads to the list of sends'
	FIELDS='HTTP_ACCEPT_LANGUAGE=en-GB,en;q=0.9' get /
	like "$PAGE" '<html lang="en">' 'a page is in English for a browser that prefers it'
	get /
	like "$PAGE" '<html lang="es">' 'a page is in Spanish for a browser that names no language'
	for path in $LISTS $PAGES; do
		get "$path"
		is "$STATUS:$CODE" 200:0 "GET $path is answered"
		request HEAD "$path"
		is "$STATUS:$(stat -c %s "$T/page")" 200:0 "HEAD $path has no body"
		request PUT "$path"
		is "$STATUS" 405 "PUT $path is refused"
	done
}

# void NAME: tests that the cookie is refused
void() {
	get /
	is "$STATUS:$(sed -n 's/^Location: //p' "$T/head")" 303:/login "$1"
}

# cookie_of LOGIN DATE: sets COOKIE to the cookie of a login at that time
cookie_of() {
	COOKIE=__Host-saca=$(python3 - "$KEY" "$T/etc/accounts" "$1" "$2" <<-'END'
		import base64, hashlib, hmac, sys
		key, accounts, login, date = sys.argv[1:]
		base32 = lambda b: base64.b32encode(b).decode().rstrip("=").lower()
		stored = [line.split()[2] for line in open(accounts) if line.startswith("user " + login + " ")][0]
		value = base32(login.encode()) + "." + date
		block = b"session\0" + value.encode() + b"\0" + hashlib.sha256(stored.encode()).digest()[:8]
		print(value + "." + base32(hmac.new(open(key, "rb").read(), block, "sha256").digest()))
	END
	)
}

session_promises() {
	log_in victor.acme
	mine=$COOKIE
	COOKIE=$(printf %s "$mine" | sed 's/.$/a/; t'); [ "$COOKIE" != "$mine" ] || COOKIE="${mine%?}b"
	void 'a session cookie with a changed MAC is void'
	COOKIE=$(printf %s "$mine" | sed 's/\.2[0-9]*-/.2099-/')
	void 'a session cookie with a changed date is void'
	log_in eva.otro
	COOKIE="__Host-saca=$(printf %s "${mine#*=}" | cut -d. -f1).$(printf %s "${COOKIE#*=}" | cut -d. -f2-)"
	void 'a session cookie with the login of another user is void'
	COOKIE=; void 'a request without a cookie has no session'
	head -c 32 /dev/urandom >"$T/other.key"
	SACA_PANEL_KEY=$T/other.key; log_in victor.acme; SACA_PANEL_KEY=$KEY
	void 'a session cookie of another key is void'
	# logging out
	log_in victor.acme; first=$COOKIE
	log_in ana.acme; ana=$COOKIE
	log_in victor.acme
	post /logout
	is "$STATUS:$(sed -n 's/^Location: //p' "$T/head")" 303:/login 'logging out leads to the login'
	like "$HEAD" '^Set-Cookie: __Host-saca=; .*Max-Age=0' 'logging out removes the cookie'
	void 'logging out voids the session cookie'
	COOKIE=$first; void 'logging out voids older session cookies of the same login'
	COOKIE=$ana; get /; is "$STATUS" 200 'logging out leaves the sessions of other logins'
	log_in victor.acme; is $? 0 'a login is accepted in the same second as a logout'
	get /; is "$STATUS" 200 'a session works whose login was in the same second as a logout'
	# 12 hours
	sql "UPDATE login SET valid_from = '2020-01-01T00:00:00Z'"
	cookie_of victor.acme "$(date -u -d '-12 hours +2 minutes' +%Y-%m-%dT%H:%M:%SZ)"
	get /; is "$STATUS" 200 'a session of less than 12 hours works'
	cookie_of victor.acme "$(date -u -d '-12 hours' +%Y-%m-%dT%H:%M:%SZ)"
	void 'a session ends after 12 hours'
	# a changed password
	panel_accounts nueva
	void 'a changed password voids the session cookie'
	COOKIE=$ana; get /; is "$STATUS" 200 'a changed password leaves the sessions of other logins'
	log_in victor.acme nueva; is $? 0 'the panel accepts a new password'
	grep -v '^user victor.acme' "$T/etc/accounts" | saca-accounts "$T/etc"
	void 'a removed user has no session'
	panel_accounts
	# a plan without a row
	log_in eva.nuevo; get /
	is "$STATUS" 200 'a plan that has sent nothing has an empty list'
	shows 'Todavía no hay envíos' 'an empty list of sends says that there are no sends'
	post /logout; void 'a user of a plan that has sent nothing can log out'
}

forgery_promises() {
	log_in victor.acme
	for path in $ACTIONS; do
		request POST "$path" ''
		is "$STATUS" 403 "POST $path without a token is refused"
		request POST "$path" "token=$(printf %s "$TOKEN" | tr a-z b-za)"
		is "$STATUS" 403 "POST $path with a wrong token is refused"
		get "$path"
		is "$STATUS" 405 "GET $path, a path for POST alone, is refused"
		FIELDS=HTTP_ORIGIN=https://evil.example post "$path"
		is "$STATUS" 403 "POST $path from a foreign origin is refused"
		FIELDS=HTTP_ORIGIN=null post "$path"
		is "$STATUS" 403 "POST $path from origin null is refused"
		FIELDS=HTTP_SEC_FETCH_SITE=cross-site post "$path"
		is "$STATUS" 403 "POST $path from another site is refused"
	done
	FIELDS=
	FIELDS=HTTP_ORIGIN=https://evil.example request POST /login 'user=victor.acme&password=secreto'
	is "$STATUS" 403 'a login from a foreign origin is refused'
	FIELDS=
	mine=$TOKEN
	log_in eva.otro
	TOKEN=$mine post /sends/201/pause
	is "$STATUS" 403 'the token of another session is refused'
	is "$(sql "SELECT state FROM send WHERE id = 101")" sent 'a request without the right token or origin does not change the send'
}

plan_promises() {
	log_in eva.otro
	for path in $PAGES; do
		get "$path"
		is "$STATUS" 404 "GET $path is not found for another plan"
		lacks ejemplo.es "GET $path shows nothing of another plan"
	done
	sql "UPDATE send SET state = 'new' WHERE id = 101"
	for path in $ACTIONS; do
		case $path in /logout) continue ;; esac
		post "$path" 'sender=1&unsubscription=1'
		is "$STATUS" 404 "POST $path is not found for another plan"
	done
	is "$(sql "SELECT state FROM send WHERE id = 101")" new "a user of another plan changes the state of no send"
	sql "UPDATE send SET state = 'sent' WHERE id = 101"
	is "$(sql "SELECT count(*) FROM unsubscription WHERE plan_id = 1 AND ended_at IS NULL")" 1 "a user of another plan unsubscribes no contact"
	for path in $LISTS '/contacts?q=c1@ejemplo.es' '/groups?q=101' '/pieces?q=101'; do
		get "$path"
		is "$STATUS:$(grep -oE 'Rebajas de|<bdi>c1@|/(sends|groups|pieces)/101' "$T/page" | head -n 1)" 200: "GET $path has no rows of another plan"
	done
	post /contacts/1001/unsubscribe sender=1
	is "$STATUS" 404 'a user cannot unsubscribe a contact from a sender of another plan'
	post /contacts/1001/undo unsubscription=99
	like "$HEAD" '^Location: /contacts/1001\?done=none' 'an unknown unsubscription cannot be undone'
	get /
	shows 'El secreto de otro' 'the list of sends has the sends of the plan'
	lacks Rebajas 'the list of sends has no send of another plan'
	get '/?q=Rebajas'
	lacks 'Rebajas de' 'a search finds nothing of another plan'
	get '/?q=101'
	lacks /sends/101 'a search by number finds nothing of another plan'
}

send_promises() {
	log_in victor.acme
	get /
	shows 'Rebajas de verano: todo al 50 %' 'the list of sends has the name of a send'
	shows '<td class="n" data-label="Entregados">3</td>' 'the list of sends has the number of delivered mails'
	shows '101 <span class="tag">SMTP</span>' 'the list of sends marks those that came by SMTP'
	shows '50,0&nbsp;%' 'the list of sends has the share of opened mails'
	send_row 102 1 sent "$HOSTILE"
	send_row 103 1 test 'una prueba'
	for path in / /sends/102 '/?q=script'; do
		get "$path"
		shows '&lt;script&gt;alert(1)' "GET $path shows a hostile subject"
		lacks '<script' "GET $path shows a hostile subject escaped"
		lacks '<img src=x' "GET $path has no tag of a subject"
	done
	get /
	lacks 'una prueba' 'the list of sends has no test of a sandbox plan'
	get "/?q=$(printf %s "$HOSTILE" | sed 's/&/%26/g; s/ /+/g')"
	shows 'value="&quot;&gt;&lt;script&gt;' 'a page shows the words of its search escaped'
	get '/?q=VERANO'; shows /sends/101 'a search finds a send by its subject, in any case'
	get '/?q=101'; shows /sends/101 'a search finds a send by its number'
	get '/?q=%25'; shows /sends/101 'a search for a percent sign finds a subject that has it'
	lacks /sends/102 'a percent sign in a search is not a wildcard'
	get '/?q=_'; lacks /sends/101 'an underscore in a search is not a wildcard'
	get "/?q='%20OR%201=1%20--"; shows 'Sin resultados' 'a search is never run as SQL'
	get '/?q=%ff%fe'; is "$STATUS" 200 'a search that is not UTF-8 is answered'
	get '/?before=99999999999999999999'; is "$STATUS" 200 'a list ignores a key that is too large'
	# the figures
	get /sends/101
	for figure in '/sends/101/people?section=all">Contactos</a></th><td class="n">8<' \
		'section=send">Enviados</a></th><td class="n">4<' 'section=send_opened">Leídos</a></th><td class="n">2<' \
		'section=unsend_failed_pending">pendientes</a></th><td class="n">1<'; do
		shows "$figure" "a send's page has the figure ${figure##*people}"
	done
	shows 'https://acme.es/?a=1&amp;b=2' "a send's page has its links"
	shows '<td class="n" data-label="Personas">1</td><td class="n" data-label="Clics">2</td>' "a send's page has the clicks of its links"
	lacks 'href="https://acme.es' "a send's page links to no address of a mail"
	get '/sends/101/people?section=send_unopened_bounced'
	shows c4@ejemplo.es "the page of a section has its contacts"
	lacks c1@ejemplo.es 'the page of a section has no contact of another section'
	shows '550 5.1.1 no such user' 'the page of the bounced contacts has the reply of the server'
	count=
	for section in all send send_opened send_opened_active send_opened_unsubscribed send_unopened send_unopened_delivered \
		send_unopened_bounced unsend unsend_unsubscribed unsend_unsubscribed_voluntary unsend_unsubscribed_automatic unsend_failed \
		unsend_failed_nomenclature unsend_failed_refused unsend_failed_pending clicked; do
		get "/sends/101/people.csv?section=$section"
		count="$count $(($(wc -l <"$T/page") - 1))"
	done
	is "$count" ' 8 4 2 1 1 2 1 1 4 1 1 0 3 1 1 1 1' 'the CSV of a section has as many contacts as its figure'
	get '/sends/101/people?section=none'; is "$STATUS" 404 'an unknown section is not found'
	sql "UPDATE contact SET email = '=cmd|calc@x.es' WHERE id = 1;
		UPDATE delivery SET reason = '@SUM(1,\"2\")' WHERE contact_id = 2 AND send_id = 101"
	get '/sends/101/people.csv?section=all'
	like "$HEAD" '^Content-Disposition: attachment; filename="all-101.csv"$' 'the CSV of a section is a download'
	shows "1,'=cmd|calc@x.es,handed" 'a cell of CSV that would be a formula gets an apostrophe'
	shows "2,c2@ejemplo.es,handed,,\"'@SUM(1,\"\"2\"\")\"," 'a cell of CSV with commas and quotes is quoted'
	sql "UPDATE contact SET email = 'c1@ejemplo.es' WHERE id = 1"
	get /sends/101/chart.svg
	like "$HEAD" '^Content-Type: image/svg\+xml$' "the chart of a send is an SVG image"
	is "$(grep -o 'class="open" [^/]*height="156"' "$T/page" | wc -l):$(grep -o 'class="click" [^/]*height="78"' "$T/page" | wc -l)" 1:1 \
		'the chart of a send has opens and clicks at their hour'
	# the stored HTML
	sql "UPDATE piece SET html = '<script>alert(1)</script><form action=//evil.example>' WHERE id = 101"
	get /pieces/101/html
	like "$HEAD" "^Content-Security-Policy: sandbox; default-src 'none';.* form-action 'none'; frame-ancestors 'self'\$" \
		'stored HTML is sandboxed, also when it is opened alone'
	is "$PAGE" '<script>alert(1)</script><form action=//evil.example>' 'stored HTML is shown as it is'
	get /sends/101
	shows '<iframe class="frame" sandbox title=' "a send's page has its preview in a sandboxed frame"
}

piece_promises() {
	log_in victor.acme
	sql "UPDATE piece SET html = '<p>Hola</p><script>alert(1)</script>', text = 'Hola </pre><script>alert(2)</script>', name = '<script>alert(3)</script>'
			WHERE id = 101;
		INSERT INTO image (sha256, type, bytes, path) VALUES ('ab', 'png', 12345, 'i/ab.png');
		INSERT INTO piece_image (plan_id, piece_id, content_id, sha256) VALUES (1, 101, '<script>alert(4)</script>', 'ab')"
	get /pieces
	shows '/pieces/101"' 'the list of pieces has a piece'
	shows 'data-label="Imágenes">1</td>' 'the list of pieces has the count of images'
	get '/pieces?q=ALERT(3)'; shows /pieces/101 'a search finds a piece by its name'
	get /pieces/101
	shows '<iframe class="frame phone" sandbox title=' "a piece's page has its preview at the width of a phone"
	shows 'Hola &lt;/pre&gt;&lt;script&gt;alert(2)' "a piece's page has its text, escaped"
	shows '&lt;p&gt;Hola&lt;/p&gt;&lt;script&gt;alert(1)' "a piece's page has its source, escaped"
	shows '12.345' "a piece's page has its images"
	shows '/sends/101"' "a piece's page has the sends that used it"
	lacks '<script' "a piece's page has no tag of the piece"
}

test_promises() {
	log_in victor.acme
	for path in /tests/101 /tests/301; do get "$path"; is "$STATUS" 404 "GET $path, which is no test of the plan, is not found"; done
	post /tests/301/send password=secreto
	is "$STATUS" 404 "a user of another plan sends no test"
	post /tests/101/send password=secreto
	is "$STATUS" 404 'a send that is not a test is not sent again'
	log_in pia.pruebas
	get /tests
	shows '/tests/301"><bdi>Una prueba' 'the list of tests has a test'
	get /tests/301
	shows '<dd>1 <span class="tag warn">Revisar' "a test's page counts the images without alternative text"
	shows '<bdi>https://prueba.es/?a=1&amp;b=2</bdi>' "a test's page lists the links"
	shows '<bdi>ofertas</bdi>' "a test's page lists words that the HTML lacks"
	shows '<bdi>gratis</bdi>' "a test's page lists words that the text lacks"
	lacks '<bdi>mañana</bdi>' "a test's page lists no word that both have"
	shows 'Enlaces del HTML que faltan en el texto</dt><dd>1 <span class="tag warn">Revisar' "a test's page counts links that the text lacks"
	shows '<iframe class="frame phone" sandbox' "a test's page has the previews"
	request POST /tests/301/send password=secreto
	is "$STATUS" 403 'a test is not sent without a token'
	post /tests/301/send password=wrong
	is "$STATUS" 403 'a test is not sent with a wrong password'
	post /tests/301/send
	is "$STATUS" 403 'a test is not sent without a password'
	is "$(ls "$T/spool/new" 2>/dev/null | wc -l)" 0 'a test without the right token or password reaches no spool'
	post /tests/301/send password=secreto
	real=$(sed -n 's|^Location: /tests/301?number=||p' "$T/head")
	like "$STATUS:$real" '^303:[0-9]+$' 'a test is sent for real, and the user gets its number'
	post /tests/301/send password=secreto
	is "$(sed -n 's|^Location: /tests/301?number=||p' "$T/head")" "$real" 'a test that is sent for real twice is one send'
	is "$(grep -l '^X-Saca-Sandbox' "$T"/spool/new/* | wc -l):$(ls "$T/spool/new" | wc -l)" 0:1 'the message of a test that is sent for real is in the spool, and is not a sandbox send'
	get "/tests/301?number=$real"
	shows "Aceptado con el número <a href=\"/sends/$real\">" 'the page of a test that was sent for real has the number of the send'
	accept_now
	is "$(sql "SELECT state, contacts_total, subject, track_opens, source FROM send WHERE id = $real")" 'new|2|Una prueba|1|smtp' \
		'the real send of a test has its contacts, subject and options'
	is "$(sql "SELECT count(*) FROM piece WHERE plan_id = 3 AND html LIKE '%<img src=\"x.png\"><p>mañana gratis</p>%' AND text LIKE '%ofertas%'")" 2 \
		'the real send of a test has its HTML and text'
	is "$(sql "SELECT state FROM send WHERE id = 301")" test 'a test that was sent for real stays a test'
	grep -v '^sender pruebas' "$T/etc/accounts" | saca-accounts "$T/etc"
	post /tests/301/send password=secreto
	is "$STATUS" 422 'a test whose sender was removed is not sent'
	sed 's/^plan pruebas.*/plan pruebas sandbox=yes credit=yes/' "$T/etc/accounts" | saca-accounts "$T/etc"
	saca-spool -c pruebas=+1 -a "$T/etc/senders.cdb" "$T/spool" >/dev/null
	sql "UPDATE send SET subject = 'Otra' WHERE id = 301"
	post /tests/301/send password=secreto
	is "$STATUS" 422 'a test is not sent for real if credit is short'
	shows 'envios insuficientes: quedan 1, hacen falta 2' "the page of a refused test has the queue's reason"
	panel_accounts
	is "$(SACA_QUEUE=; get /tests/301; grep -c 'name="password"' "$T/page")" 0 'without SACA_QUEUE the page of a test has no button to send it'
}

contact_promises() {
	log_in victor.acme
	get /contacts
	shows '/contacts/1"><bdi>c1@ejemplo.es' 'the list of contacts has a contact'
	get '/contacts?q=C3@EJEMPLO.ES'; shows c3@ejemplo.es 'a search finds a whole address, in any case'
	lacks c1@ 'a search for a whole address shows no other contact'
	get '/contacts?q=c4@'; shows c4@ejemplo.es 'a search finds a part of an address'
	get '/contacts?q=c%25'; shows 'Sin resultados' 'a percent sign in a search for contacts is not a wildcard'
	get /contacts.csv
	shows "1,c1@ejemplo.es,$A_DAY,0" 'the CSV of the contacts has address, date and unsubscriptions'
	get /groups
	shows '/groups/101"><bdi>Rebajas de verano' 'the list of groups has a group'
	shows 'data-label="Contactos">8</td>' 'the list of groups has the number of contacts of each'
	get '/groups?q=rebajas'; shows /groups/101 'a search finds a group by its name'
	get /groups/101
	shows c8@ejemplo.es "a group's page has its contacts"
	get /groups/101/contacts.csv
	is "$(wc -l <"$T/page")" 9 "the CSV of a group has its contacts"
	get /contacts/2
	shows /sends/101 "a contact's page has its sends"
	shows /groups/101 "a contact's page has its groups"
	shows 'desde un mensaje' "a contact's page says how it was unsubscribed"
	post /contacts/1/unsubscribe sender=4
	is "$(sed -n 's/^Location: //p' "$T/head"):$(sql "SELECT id, sender_id, type, coalesce(send_id, 0), ended_at IS NULL FROM unsubscription
		WHERE plan_id = 1 AND contact_id = 1" | sed 's/t$/1/')" '/contacts/1?done=unsubscribe:2|4|10|0|1' 'a user unsubscribes a contact from a sender'
	post /contacts/1/unsubscribe sender=4
	like "$HEAD" '^Location: /contacts/1\?done=none' 'an unsubscribed contact is not unsubscribed again from the same sender'
	post /contacts/2/undo unsubscription=2
	like "$HEAD" '^Location: /contacts/2\?done=none' 'an unsubscription is not undone on the page of another contact'
	post /contacts/1/undo unsubscription=2
	is "$(sed -n 's/^Location: //p' "$T/head"):$(sql "SELECT count(*) FROM unsubscription WHERE plan_id = 1 AND contact_id = 1 AND ended_at IS NULL")" \
		'/contacts/1?done=undo:0' 'a user undoes an unsubscription'
	get /contacts/1
	shows 'Bajas anuladas' "a contact's page has its past unsubscriptions"
	sql "INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, at) VALUES (1, 3, 4, 1, 20, '$A_DAY')"
	get /contacts/4
	shows 'ningún remitente le escribe' "a contact's page says that an automatic unsubscription holds for all senders"
	for form in '' sender= sender=-1 sender=99999999999999999999 sender=x; do
		post /contacts/1/unsubscribe "$form"
		is "$STATUS" 404 "an unsubscription from no sender ($form) is not found"
	done
	sql "UPDATE contact SET email = '<script>alert(1)</script>@x.es' WHERE id = 8"
	for path in /contacts /contacts/8 /groups/101 '/contacts?q=%3cscript'; do
		get "$path"
		lacks '<script' "GET $path shows a hostile address escaped"
		shows '&lt;script&gt;' "GET $path shows a hostile address"
	done
	sql "UPDATE contact SET email = 'c8@ejemplo.es' WHERE id = 8; DELETE FROM unsubscription WHERE plan_id = 1 AND id > 1"
}

state_promises() {
	log_in victor.acme
	for change in 'new pause paused pause' 'sending pause paused pause' 'paused resume new resume' 'new cancel cancelled cancel' \
		'paused cancel cancelled cancel' 'sent pause sent none' 'sent cancel sent none' 'cancelled resume cancelled none' 'test pause test none' \
		'sending resume sending none'; do
		# shellcheck disable=SC2086
		set -- $change
		sql "UPDATE send SET state = '$1', claimed_by = 'w', claimed_until = '2099-01-01T00:00:00Z', reason = NULL WHERE id = 101"
		post "/sends/101/$2"
		is "$(sql "SELECT state FROM send WHERE id = 101"):$(sed -n 's/^Location: //p' "$T/head")" "$3:/sends/101?done=$4" "$2 in the panel makes a send that is $1 $3"
	done
	sql "UPDATE send SET state = 'sending', claimed_by = 'w', claimed_until = '2099-01-01T00:00:00Z' WHERE id = 101"
	get /
	shows '<svg class="bar sending"' 'the list of sends has a progress bar for a send in state sending'
	post /sends/101/pause
	is "$(sql "SELECT coalesce(claimed_by, '-'), reason FROM send WHERE id = 101")" '-|en pausa desde el panel' \
		'pausing a send in the panel ends the claim of saca-send and stores a reason'
	get '/sends/101?done=pause'
	shows 'El envío está en pausa.' "a send's page confirms that the send was paused"
	sql "UPDATE send SET reason = '<b>550</b>' WHERE id = 101"
	get /sends/101; shows '&lt;b&gt;550' "a send's page shows the reply of the mail server escaped"
	get "/sends/101?done=<script>"; lacks '<script>' 'an unknown value of the parameter done is not shown'
	sql "UPDATE send SET state = 'sent', reason = NULL WHERE id = 101"
}

request_promises() {
	log_in victor.acme
	for path in /sends/101/ //sends/101 /sends/0101 /sends/0 /sends/-1 /sends/99999999999999999999 /sends/101/../101 /sends/1%30 /sends/101x \
		/sends /../etc/passwd '/sends/101 ' /sends/ /pieces/ /groups/x; do
		get "$path"
		is "$STATUS" 404 "GET $path is not found"
	done
	request GET "/$(printf '\r\nX-Evil: 1')"
	is "$STATUS" 404 'a path with line ends is not found'
	unlike "$HEAD" '^X-Evil' 'a path with line ends adds no header field'
	get '/?q=%00'; is "$STATUS" 400 'a NUL in a parameter is refused'
	get "/?$(seq -s '&' 1 10000)"; is "$STATUS" 400 '10000 parameters are refused'
	request POST /sends/101/pause "token=$TOKEN&$(head -c 70000 /dev/zero | tr '\0' a)"
	is "$STATUS" 413 'a body of more than 64 KB is refused'
	TYPE=text/plain request POST /sends/101/pause "token=$TOKEN"
	is "$STATUS" 400 'a body that is not a form is refused'
	is "$(SACA_STORE=$T/none/x.db; export SACA_STORE; get /; echo "$STATUS:$CODE")" 503:111 'a page is answered with 503 if the store cannot be opened'
	for name in SACA_STORE SACA_SENDERS SACA_PANEL_KEY SACA_URL; do
		is "$(unset $name; get /; echo "$STATUS:$CODE")" 503:100 "saca-panel without $name answers 503 and exits 100"
	done
	is "$(SACA_LOGIN=$T/none; export SACA_LOGIN; request POST /login 'user=victor.acme&password=secreto'; echo "$STATUS")" 503 \
		'a login is answered with 503 if the login service is away'
	printf short >"$T/short.key"
	is "$(SACA_PANEL_KEY=$T/short.key; get /; echo "$STATUS:$CODE")" 503:100 'saca-panel with a key of fewer than 32 octets answers 503 and exits 100'
	is "$(SACA_URL=http://panel.example.com; get /; echo "$STATUS:$CODE")" 503:100 'saca-panel with an http:// address in SACA_URL answers 503 and exits 100'
	SACA_URL=$PANEL/panel; get /; shows 'href="/panel/sends/101"' 'the links of a page begin with the path of SACA_URL'; SACA_URL=$PANEL
}

guessing_promises() {
	COOKIE=
	for _i in 1 2 3 4 5 6 7 8 9 10; do ADDRESS=192.0.2.66 request POST /login "user=victor.acme&password=$_i"; done
	is "$STATUS" 403 'ten wrong passwords of an address are refused'
	ADDRESS=192.0.2.66 request POST /login 'user=victor.acme&password=secreto'
	is "$STATUS" 429 'an address that has failed ten times is told to wait'
	unlike "$HEAD" '^Set-Cookie' 'an address that has to wait gets no cookie'
	ADDRESS=192.0.2.67 log_in victor.acme
	is $? 0 'a user can log in from another address while one has to wait'
}
