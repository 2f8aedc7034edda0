"""Pages for t/send/browser.t.

    browser.py numbers             prints the numbers of the sends, one for each language and piece
    browser.py pieces              prints the SQL that gives them their pieces and languages
    browser.py pages MAILDIR OUT   writes OUT/pieces.html, OUT/mails.html and OUT/whole.html

Each page is a grid of frames, a row for each language and a column for each piece. The frames of
pieces.html have the pieces. Those of mails.html have the HTML of the mails: a script looks for the
view sentence and the foot in each, notes what it finds in the page's title, and takes them out; what
is left must look like the piece. whole.html shows the mails as they are.
"""
import email
import email.policy
import html
import json
import os
import re
import sys

LANGUAGES = [3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18]
STYLE = "<style>body{background:#fed;margin:9px}p{color:#063;margin:12px 0}td{border:1px solid}</style>"
PIECES = [
    "<html><head><title>t</title>%s</head><body><p>Hola, <a href='https://a.es/'>mañana</a></p></body></html>" % STYLE,
    "<HTML><HEAD>%s</HEAD><BODY BGCOLOR=#ddeeff><P>Hola<A HREF=HTTPS://a.es/>x</A></BODY></HTML>" % STYLE,
    "%s<p>sin body <a href=https://a.es/?x=1&amp;y=2>x</a>" % STYLE,
    "solo texto",
    "<!-- <body> --><p>uno<!-- </body> --><p>dos<!-- fin",
    "<body><p>uno</p><style>p{color:red}</style><body class=b><p>dos</p></body></html><p>tres",
    "<!--[if mso]><body><a href=https://a.es/>no</a><![endif]-->%s<p>uno<!--[if mso]></body><![endif]-->" % STYLE,
    "<body>%s<table><tr><td>uno<td><a href=https://a.es/>dos</a>" % STYLE,
    "<body><p>uno</p><style>p{color:blue} /* sin fin </body>",
    "<body><svg width=40 height=40><circle cx=20 cy=20 r=15 fill=red /></svg><p>uno</body>",
    "<body><p>uno<b title=\"sin fin></b></body>",
    "<head>%s</head><center><p>uno</p><select><option>x" % STYLE,
]


def quote(s):
    return "'" + s.replace("'", "''") + "'"


def print_sql():
    for p, piece in enumerate(PIECES):
        print("INSERT INTO piece (id, plan_id, name, source, html, text, created_at) VALUES (%d, 1, 'p', 'smtp', %s, 'x', '2013-09-12T11:59:19Z');"
              % (100 + p, quote(piece)))
        for language in LANGUAGES:
            print("UPDATE send SET language = %d, piece_id = %d WHERE id = %d;" % (language, 100 + p, number(language, p)))


def number(language, p):
    return 1000 + 100 * language + p


def read_mail(folder, language, p):
    send = number(language, p)
    name = os.path.join(folder, "new", "%d.%d" % (send, send * 10000000 + 1))
    with open(name, "rb") as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    return m.get_body(("html",)).get_content()


def words():
    """The texts, extracted from src/send/words.c."""
    source = open(os.path.join(os.path.dirname(__file__), "../../src/send/words.c"), encoding="utf-8").read()
    return {int(m[0]): m[1:] for m in re.findall(r'\{(\d+), "[a-z]+",\s*"([^"]*)", "([^"]*)"', source)}


SCRIPT = """
<script>
const words = %s;
window.onload = () => {
	const found = [];
	for (const frame of document.querySelectorAll("iframe")) {
		const d = frame.contentDocument, w = words[frame.dataset.language], seen = [];
		for (const box of d.querySelectorAll("div[lang]")) {
			const r = box.getBoundingClientRect(), a = box.querySelector("a").getBoundingClientRect();
			seen.push((r.height > 10 && a.width > 10 && a.height > 5 ? "" : "hidden ") + box.innerText.trim());
			box.remove();
		}
		if (seen.length != 2 || seen[0] != w[0] || seen[1] != w[1])
			found.push(frame.id + ": " + seen.join(" / "));
	}
	document.title = "seen " + document.querySelectorAll("iframe").length + (found.length ? " WRONG " + found.join("; ") : " right");
};
</script>
"""


def write_page(path, frames, script=""):
    """The frames may run no scripts; the page may look into them."""
    cells = "".join('<iframe id="l%d-p%d" data-language="%d" sandbox="allow-same-origin" width=300 height=220 srcdoc="%s"></iframe>'
                    % (language, p, language, html.escape(frames(language, p))) for language in LANGUAGES for p in range(len(PIECES)))
    with open(path, "w", encoding="utf-8") as f:
        f.write("<!DOCTYPE html><meta charset=utf-8><style>body{margin:0;width:%dpx}iframe{border:0}</style>%s%s"
                % (300 * len(PIECES), cells, script))


if sys.argv[1] == "pieces":
    print_sql()
elif sys.argv[1] == "numbers":
    print(" ".join(str(number(language, p)) for language in LANGUAGES for p in range(len(PIECES))))
else:
    maildir, out = sys.argv[2:]
    write_page(os.path.join(out, "pieces.html"), lambda language, p: PIECES[p])
    write_page(os.path.join(out, "mails.html"), lambda language, p: read_mail(maildir, language, p), SCRIPT % json.dumps(words()))
    write_page(os.path.join(out, "whole.html"), lambda language, p: read_mail(maildir, language, p))
