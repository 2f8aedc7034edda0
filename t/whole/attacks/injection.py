"""Octets that are special in a log, a header, a shell, a format, SQL or on a terminal."""
from attack import *

PWNED = os.environ["PWNED"].encode()
FORGED = b"saca-smtpd: pid=1 ip=192.0.2.99 port=1 user=x verdict=ok"

# CR, LF and NUL in any argument. A bare CR is text, and no address has one.
for name, line in [
        ("MAIL", b"MAIL FROM:<remitente@example.com\r\tX-Forged: 1>"), ("RCPT", b"RCPT TO:<a@example.org\rX-Forged: 1>"),
        ("a quoted RCPT", b'RCPT TO:<"a\rX-Forged: 1"@example.org>'), ("MAIL with NUL", b"MAIL FROM:<remitente@example.com\0>"),
        ("SIZE", b"MAIL FROM:<remitente@example.com> SIZE=1\r2"), ("BODY", b"MAIL FROM:<remitente@example.com> BODY=7BIT\r"),
        ("BDAT", b"BDAT 1\r2"), ("AUTH", b"AUTH PLAIN A\rB")]:
    s = Session("CLEAR")
    if name != "AUTH":
        s.login()
    if name in ("RCPT", "a quoted RCPT"):
        s.ask(b"MAIL FROM:<" + SENDER + b">")
    reply = s.send(line + b"\r\n").reply()
    check(reply[:2] == b"50" or reply[:3] == b"555", "a CR in %s is refused" % name, reply)

# The name in HELO goes into the log and into the Received field.
empty_spool()
before = log().count(b"\n")
s = Session("CLEAR")
hello = s.send(b"EHLO x\rDelivered-To: forged@example.org\r\n").reply()
if hello[:3] == b"250":
    s.ask(b"AUTH PLAIN " + PLAIN)
    envelope(s, b"ana@example.org").send(campaign(b"helo") + b".\r\n").reply()
files = list(spooled().values())
check(b"\r" not in hello.replace(b"\r\n", b"") and all(f.count(b"\nDelivered-To:") == 1 and b"\rDelivered" not in f for f in files),
      "a CR in EHLO forges no field and is not echoed", [hello, files])

# Logins: any octets in base64.
for name, login in [("a line end", b"x\n" + FORGED + b"\n.acme"), ("CR", b"x\r.acme"), ("a terminal's escape", b"\x1b]0;x\x07.acme"),
                    ("a format", b"%s%s%n%n.acme"), ("a shell's words", b"`touch " + PWNED + b"`$(touch " + PWNED + b").acme"),
                    ("a path", b"../../../etc/passwd.acme"), ("SQL", b"x' OR '1'='1.acme"), ("8 bits", b"\xff\xfe.acme")]:
    before = log()
    s = Session("CLEAR")
    reply = s.ask(b"AUTH PLAIN " + base64.b64encode(b"\0" + login + b"\0x"))
    within(2, lambda: log() != before or reply[:3] == b"501")
    lines = log()[len(before):].split(b"\n")
    check(reply[:3] in (b"535", b"501") and len(lines) <= 2 and all(re.fullmatch(rb"[ -~]*", l) for l in lines)
          and not any(l.startswith(FORGED) for l in lines), "%s in a login: 535, and one line of log" % name, [reply, lines])
for plan in (b"../acme", b"ac/me", b"ACME", b"", b"a" * 65):
    reply = Session("CLEAR").ask(b"AUTH PLAIN " + base64.b64encode(b"\0victor." + plan + b"\0x"))
    check(reply[:3] in (b"535", b"501"), "a login with the plan %r is refused" % plan.decode(), reply)

# Addresses: the valid ones among these are stored unchanged.
empty_spool()
hostile = [
    b'"$(touch ' + PWNED + b')"@example.org', b'"`touch ' + PWNED + b'`"@example.org', b"|touch=" + PWNED.replace(b"/", b"$") + b"@example.org",
    b"%s%n%x@example.org", b"'||(select/**/1)||'@example.org", b'"; DROP TABLE send; --"@example.org', b"${run{/bin/sh}}@example.org",
    b"-oQ/tmp@example.org", b"--help@example.org", b"#@example.org", b'"\\"@x.org>"@example.org', b"<script>@example.org",
    b'"../../../../tmp/x"@example.org', b"a@example.org;touch", b"a@[$(touch)]", b"a@`id`.org", b"a@example.org\x1b[2J", b"!@example.org",
]
s = Session("CLEAR").login()
s.ask(b"MAIL FROM:<" + SENDER + b">")
taken = []
for address in hostile:
    try:
        if s.ask(b"RCPT TO:<" + address + b">")[:3] == b"250":
            taken.append(address)
    except Gone:  # ten errors
        s = Session("CLEAR").login()
        s.ask(b"MAIL FROM:<" + SENDER + b">")
s.close()
s = Session("CLEAR").login()
message = campaign(b"hostil", b"X-Teenvio-Language: $(touch " + PWNED + b")\r\n", b"%s%n `touch " + PWNED + b"`")
envelope(s, *taken)
reply = s.send(message.replace(b"Subject: hostil", b"Subject: %n%s'; DROP TABLE send; --$(touch " + PWNED + b")") + b".\r\n").reply()
files = list(spooled().values())
check(reply[:10] == b"250 OK id=" and len(files) == 1 and files[0].count(b"\nDelivered-To: ") == len(taken) > 3,
      "hostile addresses that are accepted are unchanged in the spool", [reply, len(taken), [fields(f) for f in files]])
os.makedirs(os.path.dirname(os.environ["STORE"]), exist_ok=True)
status = os.system("saca-import '%s' '%s' >/dev/null 2>&1" % (SPOOL, os.environ["STORE"]))
import sqlite3  # noqa: E402
rows = sqlite3.connect(os.environ["STORE"])
emails = {r[0].encode() for r in rows.execute("SELECT email FROM contact")}
subject = rows.execute("SELECT subject FROM send").fetchall()

def one_form(address):
    """The local part without quotes, if it needs none."""
    local = re.fullmatch(rb'"((?:[^"\\@]|\\.)*)"(@.*)', address)
    bare = local and re.sub(rb"\\(.)", rb"\1", local[1])
    return (bare + local[2] if local and re.fullmatch(rb"[\w.!#$%&'*+/=?^`{|}~-]+", bare) else address).lower()


check(status == 0 and emails == {one_form(a) for a in taken} and subject[0][0].startswith("%n%s'; DROP TABLE send; --"),
      "hostile addresses are in the store in their one form", [status, emails, subject])
check(not os.path.exists(os.environ["PWNED"]), "no recipient or subject is executed")

# Echoes: a reply is printable ASCII in lines of at most 512 octets.
replies = b""
for line in (b"EHLO " + b"x" * 2000, b"HELO \x1b[2J\xff\xfe\x07", b"\x1b[2J", b"NOOP " + b"%n" * 500, b"HELP \x07", b"VRFY \xff",
             b"MAIL FROM:<" + b"\xff" * 300 + b"@example.com>"):
    replies += Session("CLEAR").ask(line)
check(all(len(l) <= 512 and re.fullmatch(rb"[ -~]*\r", l) for l in replies.split(b"\n")[:-1]),
      "echoed text is printable ASCII of at most 512 octets", [l for l in replies.split(b"\n") if len(l) > 512 or not re.fullmatch(rb"[ -~]*\r?", l)])
