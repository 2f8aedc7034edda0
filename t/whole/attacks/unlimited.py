"""Excessive lines, recipients, headers, bodies and chunks: memory does not grow."""
from attack import *

MEGABYTE = b"x" * (1 << 20)


def peak():
    """The largest peak of memory, in KiB, among the dialogues of this test (0: none)."""
    most = 0
    for status in glob.glob("/proc/[0-9]*/status"):
        try:
            with open(status) as f, open(os.path.dirname(status) + "/cmdline", "rb") as c:
                text, args = f.read(), c.read()
        except OSError:
            continue
        words = args.split(b"\0")
        if words[0].endswith(b"valgrind.bin"):
            words = [w for w in words[1:] if not w.startswith(b"-")]
        if os.path.basename(words[0]) == b"saca-smtpd" and SPOOL.encode() in args:
            m = re.search(r"VmHWM:\s+(\d+)", text)
            most = max(most, int(m.group(1)) if m else 0)
    return most


FLAT = int(os.environ["FLAT"])  # KiB a dialogue may have


def flood(s, chunk, times):
    """Sends everything, or until the server closes. Returns the peak of memory meanwhile."""
    most = 0
    try:
        for i in range(times):
            s.send(chunk)
            if i % 16 == 8:
                most = max(most, peak())
    except OSError:
        pass
    return most


s = Session("CLEAR")
most = flood(s, MEGABYTE, 100)
codes = s.send(b"\r\nNOOP\r\nQUIT\r\n").rest()
check(codes == ["500", "250", "221"] and 0 < most < FLAT, "100 MB without a line end get one 500, and the session goes on", [codes, most])

s = Session("CLEAR")
codes = s.send(b"AUTH PLAIN " + b"A" * 200000 + b"\r\nNOOP\r\nQUIT\r\n").rest()
check(codes == ["500", "250", "221"] or codes == ["501", "250", "221"], "credentials of 200 KB get one reply", codes)
s = Session("CLEAR")
s.ask(b"AUTH LOGIN")
codes = s.send(b"A" * 200000 + b"\r\nNOOP\r\nQUIT\r\n").rest()
check(len(codes) == 3 and codes[0] in ("500", "501") and codes[1:] == ["250", "221"], "a login name of 200 KB gets one reply", codes)

for name, junk in (("empty lines", b"\r\n"), ("NULs", b"\0\0\0\r\n"), ("8-bit garbage", b"\xff\xfe\x80\r\n"),
                   ("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n"), ("TLS", bytes.fromhex("16030100020a0d0a"))):
    codes = Session("CLEAR").send(junk * 5000).rest()
    check(codes[-1:] == ["421"] and len(codes) <= 12, "5000 lines of %s get ten errors, then a 421" % name, codes[:20])

# A million recipients. The limit is 50000; the reply to more is 452, which does not count as an
# error.
s = Session("FEW").login()
s.ask(b"MAIL FROM:<" + SENDER + b">")
accepted = refused = 0
most, started = 0, time.monotonic()
for block in range(12):
    s.send(b"".join(b"RCPT TO:<destinatario%07d@example.org>\r\n" % (block * 5000 + i) for i in range(5000)))
    for _ in range(5000):
        code = s.reply()[:3]
        accepted += code == b"250"
        refused += code == b"452"
    most = max(most, peak())
reply = s.ask(b"RSET")
check((accepted, refused, reply[:3]) == (50000, 10000, b"250") and 0 < most < FLAT,
      "60000 recipients: 50000 times 250, then 452", "%d %d %r, %d KiB, %.1f s" % (accepted, refused, reply, most, time.monotonic() - started))

s = envelope(Session("CLEAR").login(), b"ana@example.org")
s.send(b"X-Larga: x\r\n" * 20000)
reply = s.send(campaign(b"cabeceras") + b".\r\n").reply()
check(reply[:10] == b"250 OK id=", "a header of 240 KB is accepted", reply)
s = envelope(s, b"ana@example.org")
s.send(b"Subject: " + b"x" * 300000 + b"\r\n")
reply = s.send(campaign(b"cabecera") + b".\r\n").reply()
check(reply[:26] == b"500 Internal error - campo", "a Subject of 300 KB is refused with its reason", reply)
check(s.ask(b"NOOP")[:3] == b"250", "after a refused header the session goes on")

s = envelope(Session("CLEAR").login(), b"ana@example.org")
most = flood(s, (b"x" * 998 + b"\r\n") * 1000, 50)
reply = s.send(b".\r\n").reply()
check(reply == b"552 message size exceeds fixed maximum message size (512000) bytes\r\n" and 0 < most < FLAT,
      "a body of 50 MB is read to its end and gets a 552", [reply, most])
s = envelope(s, b"ana@example.org")
most = flood(s, MEGABYTE, 50)
reply = s.send(b"\r\n.\r\n").reply()
check(reply[:3] == b"552" and 0 < most < FLAT, "a body line of 50 MB gets the 552", [reply, most])

# Sizes that overflow 32 or 64 bits.
for size in (b"512001", b"4294967296", b"4294967808", b"18446744073709551616", b"18446744073709552128", b"9" * 40):
    s = Session("CLEAR").login()
    reply = s.ask(b"MAIL FROM:<" + SENDER + b"> SIZE=" + size)
    check(reply[:3] in (b"552", b"501"), "SIZE=%s is refused" % size.decode(), reply)
for size in (b"18446744073709551616", b"-1", b"0x10", b"9" * 40, b""):
    s = Session("CLEAR").login()
    s.ask(b"MAIL FROM:<" + SENDER + b">")
    s.ask(b"RCPT TO:<ana@example.org>")
    codes = s.send(b"BDAT " + size + b" LAST\r\nNOOP\r\nNOOP\r\n").rest()
    check(codes[:1] == ["501"] and "250" not in codes, "BDAT %s gets a 501, and the octets after it are not commands" % size.decode()[:24], codes)

check(alive(), "another client can send after the attacks of unlimited.py")
