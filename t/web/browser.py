"""Uses every page of the panel in Chromium. Prints `ok NAME` or `not ok NAME` for each promise."""

import json
import os
import socket
import sqlite3
import sys
import threading

from chromium import Browser

program, panel, store, shots, profile, axe = sys.argv[1:]


def ok(good, name, detail=""):
	print("%s %s" % ("ok" if good else "not ok", name))
	if not good:
		print("   got: %r" % (detail,))
	sys.stdout.flush()


def sql(statement, *values):
	with sqlite3.connect(store, timeout=60) as db:
		return db.execute(statement, values).fetchall()


# --- a listener that hostile content would reach ------------------------------------------------

reached = []
listener = socket.create_server(("127.0.0.1", 0))
LISTENER = "127.0.0.1:%d" % listener.getsockname()[1]


def listen():
	while True:
		client, _ = listener.accept()
		request = client.recv(1000)
		if request: # Chromium may connect in advance to a host that a page names
			reached.append(request)
		client.close()


threading.Thread(target=listen, daemon=True).start()

PAYLOADS = [
	"<script>fetch('http://%s/s')</script>", "\"><img src=x onerror=\"fetch('http://%s/i')\">", "'><svg onload=\"fetch('http://%s/v')\">",
	"</title><script src=http://%s/t></script>", "</style><script src=http://%s/y></script>", "javascript:fetch('http://%s/j')",
	"\" autofocus onfocus=\"fetch('http://%s/f')\" x=\"", "</textarea><iframe src=http://%s/r></iframe>", "<base href=http://%s/b/>",
	"<meta http-equiv=refresh content='0;url=http://%s/m'>", "<form action=http://%s/o><button autofocus>", "{{constructor.constructor('1')()}}%s",
	"<!--><link rel=stylesheet href=http://%s/l>", "‮%s\u200f", "&lt;script&gt;%s", "%%00<script>%s",
]


def main(b):
	def find_faults(name):
		"""Returns the faults of accessibility that axe-core finds in the page."""
		if not os.path.exists(axe):
			print("skip axe-core finds no fault in %s" % name)
			return
		b.call("Emulation.setScriptExecutionDisabled", value=False)  # axe.run returns a promise of JavaScript
		b.call("Page.setBypassCSP", enabled=True)
		with open(axe) as f:
			b.call("Runtime.evaluate", expression=f.read())
		found = b.call("Runtime.evaluate", awaitPromise=True, returnByValue=True,
			expression="axe.run({iframes: false}).then(r => JSON.stringify(r.violations.map(v => [v.id, v.nodes[0].html])))")
		found = json.loads(found["result"]["value"])
		ok(not found, "axe-core finds no fault in %s" % name, found)
		b.call("Page.setBypassCSP", enabled=False)
		b.call("Emulation.setScriptExecutionDisabled", value=True)

	def look(name, path):
		"""Goes to a page at both widths. Keeps its pictures if they are wanted."""
		for width in (1280, 375):
			b.size(width, 900)
			b.go(panel + path)
			wide = b.overflow()
			if shots:
				b.size(width, max(900, min(7000, b.evaluate("document.documentElement.scrollHeight"))))
				b.screenshot("%s/%s-%d.png" % (shots, name, width))
			ok(wide <= 0, "%s fits into %d pixels" % (name, width), wide)
			# what a screen reader needs
			ok(b.evaluate("[...document.querySelectorAll('input:not([type=hidden]),select')].every(e => e.labels.length)"),
				"each field of %s at %d pixels has a label" % (name, width))
			ok(b.evaluate("document.querySelectorAll('h1').length == 1 && [...document.querySelectorAll('h1,h2,h3')]"
				".every((h, i, all) => i == 0 ? h.tagName == 'H1' : +h.tagName[1] <= +all[i - 1].tagName[1] + 1)"),
				"the headings of %s at %d pixels are in order" % (name, width))
			ok(b.evaluate("[...document.querySelectorAll('img,iframe')].every(e => e.alt || e.title) && document.documentElement.lang != ''"),
				"pictures and frames of %s at %d pixels have names" % (name, width))
			find_faults("%s at %d pixels" % (name, width))
			b.size(width, 900, dark=True)
			find_faults("%s at %d pixels, dark" % (name, width))

	b.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": "es"})
	# --- log in
	look("login", "/login")
	b.size(1280, 900)
	b.go(panel + "/sends/101")
	ok(b.url() == panel + "/login", "a page without a session leads to the login page", b.url())
	b.fill("#user", "victor.acme")
	b.fill("#password", "wrong")
	b.press_enter()
	ok("no son correctos" in b.text(), "the login page says that the password is wrong", b.text())
	b.fill("#user", "victor.acme")
	b.fill("#password", "secreto")
	b.press_enter()
	ok(b.url() == panel + "/", "Enter in the password field logs in", b.url())
	cookie = [c for c in b.call("Network.getCookies", urls=[panel])["cookies"] if c["name"] == "__Host-saca"]
	ok(len(cookie) == 1 and cookie[0]["secure"] and cookie[0]["httpOnly"] and cookie[0]["sameSite"] == "Strict",
		"the browser keeps the cookie as secure, for HTTP only, for this site only", cookie)

	# --- look
	look("sends", "/")
	look("send", "/sends/101")
	look("people", "/sends/101/people?section=all")
	b.size(1280, 3000)
	b.go(panel + "/")
	b.press_tab()
	ok(b.evaluate("document.activeElement.className") == "skip", "Tab first reaches the link that skips the navigation")
	b.click("a[href='/sends/101']")
	ok("Rebajas de verano" in b.text("h1"), "a click on a send leads to its page", b.text())
	ok(b.evaluate("document.querySelector('img.chart').naturalWidth") > 0, "the chart of a send is drawn")
	b.click("a[href*='section=send_opened']")
	ok("c1@ejemplo.es" in b.text() and "c4@ejemplo.es" not in b.text(), "a click on a figure leads to its contacts", b.text())

	# --- contacts and groups
	look("contacts", "/contacts")
	look("contact", "/contacts/2")
	look("groups", "/groups")
	look("group", "/groups/101")
	b.size(1280, 900)
	b.go(panel + "/groups")
	b.click("a[href='/groups/101']")
	b.click("a[href='/contacts/3']")
	b.click("form[action$='/unsubscribe'] button")
	ok("El contacto está de baja." in b.text() and "por un usuario" in b.text(), "a button unsubscribes a contact", b.text())
	b.click("form[action$='/undo'] button")
	ok("La baja está anulada." in b.text() and "Bajas anuladas" in b.text(), "a button undoes an unsubscription", b.text())
	b.go(panel + "/contacts")
	b.fill("#q", "c5@")
	b.press_enter()
	ok("c5@ejemplo.es" in b.text() and "c6@" not in b.text(), "a search finds a contact", b.text())

	# --- pieces
	look("pieces", "/pieces")
	look("piece", "/pieces/101")

	# --- search and page
	for i in range(1, 121):
		sql("INSERT INTO send SELECT ?, plan_id, username, sender_id, piece_id, group_id, '[SMTP] Boletín ' || ?, source, 'sent', 'Boletín ' || ?,"
			" ?, message_id, show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at,"
			" started_at, finished_at, next_at, claimed_by, claimed_until, reason FROM send WHERE id = 101", 1000 + i, i, i, "%032x" % (1000 + i))
	b.go(panel + "/")
	count = "document.querySelectorAll('tbody tr').length"
	seen = [b.evaluate(count)]
	while b.evaluate("!!document.querySelector('a[rel=next]')"):
		b.click("a[rel=next]")
		seen.append(b.evaluate(count))
	ok(seen == [50, 50, 21], "the list of sends is paged to its end", seen)
	while b.evaluate("!!document.querySelector('a[rel=prev]')"):
		b.click("a[rel=prev]")
		seen.append(b.evaluate(count))
	ok(seen == [50, 50, 21, 50, 50], "the list of sends is paged back to its beginning", seen)

	def tab_to(selector):
		"""Presses Tab until the element has the focus. Returns the elements on the way that show no focus."""
		hidden = []
		for _ in range(200):
			b.press_tab()
			if b.evaluate("getComputedStyle(document.activeElement).outlineStyle == 'none'"):
				hidden.append(b.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
			if b.evaluate("document.activeElement.matches(%r)" % selector):
				return hidden
		return ["Tab never reaches " + selector]

	hidden = tab_to("a[rel=next]")
	b.press_enter()
	first = b.evaluate("document.querySelector('tbody a').textContent")
	hidden += tab_to("a[rel=prev]")
	b.press_enter()
	ok(first == "Boletín 70" and b.url().endswith("?after=1070"), "the keys Tab and Enter alone lead to the next page and back", [first, b.url()])
	ok(not hidden, "the element that has the focus is marked", hidden)
	b.fill("#q", "boletín 77")
	b.press_enter()
	ok(b.evaluate(count) == 1 and "Boletín 77" in b.text("tbody"), "a search finds a send", b.text())
	b.fill("#q", "nada de nada")
	b.press_enter()
	ok("Sin resultados" in b.text(), "a search without a result says that there is none", b.text())
	look("nothing", "/?q=nada+de+nada")
	look("many", "/")

	# --- pause, resume, cancel
	sql("UPDATE send SET state = 'sending' WHERE id = 101")
	b.size(1280, 900)
	b.go(panel + "/sends/101")
	b.click("form[action$='/pause'] button")
	ok("El envío está en pausa." in b.text() and sql("SELECT state FROM send WHERE id = 101") == [("paused",)], "a button pauses a send", b.text())
	look("paused", "/sends/101?done=pause")
	b.click("form[action$='/resume'] button")
	ok("El envío continúa." in b.text() and sql("SELECT state FROM send WHERE id = 101") == [("new",)], "a button resumes a send", b.text())
	cancel = "document.querySelector(\"form[action$='/cancel'] button\").checkVisibility()"
	shown = [b.evaluate(cancel)]
	b.evaluate("document.querySelector('.sure summary').focus()")
	b.press_key("Enter")
	shown.append(b.evaluate(cancel))
	ok(shown == [False, True], "cancelling a send asks for confirmation, with the keyboard as well", shown)
	b.click("form[action$='/cancel'] button")
	ok("El envío está cancelado." in b.text() and sql("SELECT state FROM send WHERE id = 101") == [("cancelled",)], "a button cancels a send", b.text())

	# --- tests
	sql("UPDATE send SET state = 'test', plan_id = 1 WHERE id = 101")
	look("tests", "/tests")
	look("test", "/tests/101")
	b.size(1280, 900)
	b.go(panel + "/tests/101")
	b.fill("#password", "wrong")
	b.press_enter()
	ok("No se ha enviado" in b.text(), "a test is not sent with a wrong password", b.text())
	b.click("main a.button")
	b.fill("#password", "secreto")
	b.press_enter()
	ok("Aceptado con el número" in b.text(), "a test is sent for real", b.text())

	# --- hostile content
	b.size(1280, 4000, scale=0.25)
	b.call("Emulation.setScriptExecutionDisabled", value=False)  # a page that lets a script in must fail here
	for i, payload in enumerate(PAYLOADS):
		text = payload % LISTENER
		sql("UPDATE send SET name = '[SMTP] ' || ?, subject = ?, reason = ?, state = 'test', message_id = ?, remote_ip = ?, username = ? WHERE id = 101",
			*[text] * 6)
		sql("UPDATE piece SET html = ? WHERE id = 101", "<body>%s<script>fetch('http://%s/h')</script>" % (text, LISTENER))
		sql("UPDATE piece SET name = ?, text = ? WHERE id = 101", text, text)
		sql("UPDATE contact_group SET name = ? WHERE id = 101", text)
		sql("UPDATE contact SET email = ? WHERE id = 1", text)
		sql("UPDATE delivery SET reason = ? WHERE send_id = 101 AND contact_id = 1", text)
		sql("UPDATE link SET url = ? WHERE send_id = 101 AND number = 1", text)
		sql("UPDATE sender SET address = ? WHERE id = 1", text)
		sql("INSERT INTO image (sha256, type, bytes, path) VALUES (?, ?, 1, ?)", "%064d" % i, text, text)
		sql("INSERT INTO piece_image (plan_id, piece_id, content_id, sha256) VALUES (1, 101, ?, ?)", text, "%064d" % i)
		for path in ("/?q=" + "".join("%%%02x" % c for c in text.encode()), "/sends/101", "/sends/101/people?section=all", "/contacts", "/contacts/1",
			"/groups", "/groups/101", "/pieces", "/pieces/101", "/pieces/101/html",
			"/tests", "/tests/101"):
			b.go(panel + path)
			if not path.endswith("/html"):
				ok(b.evaluate("document.querySelectorAll('main script, main base, main link, main meta, main svg[onload]').length") == 0
					and b.evaluate("document.querySelectorAll('[onerror],[onload],[onfocus]').length") == 0,
					"payload %d makes no element of %s" % (i + 1, path.split("?")[0]))
		b.go(panel + "/sends/101")
		# taking its picture waits for its content
		b.screenshot(os.path.join(shots or os.path.dirname(profile), "hostile.png"))
	ok(not reached, "no payload reaches the listener, so none runs", reached)
	b.expect()
	dialogs = [e for e in b.kept if e["method"] == "Page.javascriptDialogOpening"]
	ok(not dialogs, "no payload opens a dialog", dialogs)

	# --- log out
	b.call("Emulation.setScriptExecutionDisabled", value=True)
	b.size(1280, 900)
	b.go(panel + "/")
	b.click("form[action$='/logout'] button")
	ok(b.url() == panel + "/login", "a button logs the user out", b.url())
	b.go(panel + "/sends/101")
	ok(b.url() == panel + "/login", "a page after the logout leads to the login page", b.url())
	b.expect()
	requests = {e["params"]["request"]["url"].split("/")[2] for e in b.kept if e["method"] == "Network.requestWillBeSent"
		and e["params"]["request"]["url"].startswith("http")}
	ok(requests <= {panel.split("/")[2], LISTENER}, "the pages load nothing from another host", requests)


browser = Browser(program, profile)
try:
	main(browser)
finally:
	browser.close()
