"""SMTP smuggling (CVE-2023-51764 and its kin): octets that one server takes for the end of a body
and another does not. Here only CR LF . CR LF ends a body."""
from attack import *

SPELLINGS = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n",
    b"\r\n.\r\r\n", b"\r\r\n.\r\r\n", b"\n\n.\n\n", b"\n\r.\r\n", b"\r\n .\r\n", b"\r\n. \r\n", b"\r\n.\t\r\n",
    b"\r\n..\r\n", b"\n..\r\n", b"\r\n\x0b.\r\n", b"\r\n.\x0c\n", b"\xc2\x85.\xc2\x85", b"\r\n\xef\xbc\x8e\r\n",
    b"=0D=0A.=0D=0A", b"\n.\n\r\n", b"\r.\r\n\r.\r",
]
COMMANDS = b"MAIL FROM:<" + SENDER + b">\r\nRCPT TO:<victima@example.org>\r\nDATA\r\nSubject: x\r\n\r\nx"


def show(octets):
    """As RFCs write it: LF . CR LF."""
    names = {0: "NUL", 9: "TAB", 10: "LF", 11: "VT", 12: "FF", 13: "CR", 32: "SP"}
    return " ".join(names.get(c, chr(c) if 32 < c < 127 else "%02X" % c) for c in octets)


def smuggle(spelling, n, cut):
    empty_spool()
    s = envelope(Session("CLEAR").login(), b"ana@example.org")
    body = campaign(b"s%d" % n, text=b"antes" + spelling + COMMANDS + spelling + b"despues") + b".\r\n"
    if cut:
        at = body.index(spelling) + len(spelling) - 1
        s.send(body[:at])
        s.send(body[at:])
    else:
        s.send(body)
    first = s.reply()
    codes = s.send(b"NOOP\r\nQUIT\r\n").rest()
    files = list(spooled().values())
    return (first[:10] == b"250 OK id=" and codes == ["250", "221"] and len(files) == 1
            and b"Delivered-To: victima" not in files[0] and b"\nRCPT TO:<victima@example.org>" in files[0]
            and b"despues" in files[0]), [first, codes, len(files)]


for n, spelling in enumerate(SPELLINGS):
    whole, why = smuggle(spelling, n, False)
    parts, why2 = smuggle(spelling, n + 100, True)
    check(whole and parts, "smuggling, CVE-2023-51764: %s does not end a body" % show(spelling), [why, why2])

# A NUL is refused, and the octets after it are still body.
for n, spelling in enumerate([b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\0\n.\n"]):
    empty_spool()
    s = envelope(Session("CLEAR").login(), b"ana@example.org")
    first = s.send(campaign(b"n%d" % n, text=b"antes" + spelling + COMMANDS) + b".\r\n").reply()
    codes = s.send(b"NOOP\r\nQUIT\r\n").rest()
    check(first[:4] == b"500 " and codes == ["250", "221"] and not any(b"victima" in f for f in spooled().values()),
          "smuggling: a body with %s is refused to its end" % show(spelling), [first, codes])

# Chunks have lengths: no octets in them end the body.
empty_spool()
s = Session("CLEAR").login()
s.ask(b"MAIL FROM:<" + SENDER + b">")
s.ask(b"RCPT TO:<ana@example.org>")
body = campaign(b"bdat", text=b"antes\r\n.\r\n" + COMMANDS + b"\r\n.\r\ndespues")
first = s.send(b"BDAT %d LAST\r\n" % len(body) + body).reply()
codes = s.send(b"QUIT\r\n").rest()
check(first[:10] == b"250 OK id=" and codes == ["221"] and len(spooled()) == 1, "smuggling: a dot in a chunk is text",
      [first, codes])

# If the client ends lines with LF, the body ends at LF . LF, and a bare CR is text.
empty_spool()
s = Session("CLEAR").login()
s.send(b"MAIL FROM:<" + SENDER + b">\nRCPT TO:<ana@example.org>\nDATA\n")
replies = [s.reply()[:3] for _ in range(3)]
s.send(campaign(b"lf", text=b"antes\r.\r" + COMMANDS.replace(b"\r\n", b"\r")).replace(b"\r\n", b"\n") + b".\n")
first = s.reply()
codes = s.send(b"QUIT\n").rest()
check(replies == [b"250", b"250", b"354"] and first[:10] == b"250 OK id=" and codes == ["221"] and len(spooled()) == 1,
      "smuggling: a bare CR does not end a body of a client that sends LF", [replies, first, codes])
