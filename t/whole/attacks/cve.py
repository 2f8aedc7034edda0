"""Attacks that have worked on other mail servers."""
from attack import *

PWNED = os.environ["PWNED"].encode()

# qmail, CVE-2005-1513: lengths kept in 32 bits. See unlimited.py for SIZE and BDAT; here
# many addresses of the greatest length.
s = Session("CLEAR").login()
s.ask(b"MAIL FROM:<" + SENDER + b">")
label = b".".join([b"d" * 60] * 3)
s.send(b"".join(b"RCPT TO:<" + (b"%04d" % i) + b"l" * 60 + b"@" + label + b">\r\n" for i in range(900)))
codes = [s.reply()[:3] for _ in range(900)]
check(set(codes) == {b"250"}, "CVE-2005-1513 (qmail): 900 addresses of 250 octets are accepted", set(codes))

# OpenSMTPD, CVE-2020-7247: a shell's words in the sender's local part.
for sender in (b";for i in 0 1 2 3 4 5 6 7 8 9 a b c d;do read r;done;sh;exit 0;", b";touch${IFS}" + PWNED + b";",
               b"$(touch${IFS}" + PWNED + b")@", b"`touch${IFS}" + PWNED + b"`@example.com"):
    s = Session("CLEAR").login()
    reply = s.ask(b"MAIL FROM:<" + sender + b">")
    check(reply[:3] in (b"501", b"553", b"555"), "CVE-2020-7247 (OpenSMTPD): the sender %s is refused" % sender.decode()[:20].replace("|", ""), reply)

# Exim, CVE-2018-6789: base64 whose length is not a multiple of four, decoded into too small a
# buffer.
replies = set()
for n in list(range(1, 70)) + [1023, 1025, 4095, 4097, 8191, 12201]:
    s = Session("CLEAR")
    replies.add(s.ask(b"AUTH PLAIN " + b"A" * n)[:3])
    s.close()
    s = Session("CLEAR")
    s.ask(b"AUTH LOGIN")
    replies.add(s.ask(b"A" * n)[:3])
    s.close()
check(replies <= {b"501", b"535", b"334", b"500"}, "CVE-2018-6789 (Exim): base64 of any length gets a reply", sorted(replies))
s = Session("CLEAR")
reply = s.ask(b"AUTH PLAIN " + PLAIN[:-1] + b"=" * 9)
check(reply[:3] == b"501", "CVE-2018-6789 (Exim): base64 with too much padding gets a 501", reply)

# Exim, CVE-2020-28021: a line end in xtext, in the AUTH= of MAIL.
empty_spool()
s = Session("CLEAR").login()
reply = s.ask(b"MAIL FROM:<" + SENDER + b"> AUTH=raul+0AX-Saca-User:+20otro.acme+0ADelivered-To:+20victima@example.org")
if reply[:3] == b"250":
    s.ask(b"RCPT TO:<ana@example.org>")
    s.ask(b"DATA")
    reply = s.send(campaign(b"xtext") + b".\r\n").reply()
files = list(spooled().values())
check(reply[:10] == b"250 OK id=" and b"victima" not in files[0] and b"otro.acme" not in files[0],
      "CVE-2020-28021 (Exim): AUTH= with line ends is ignored", [reply, files])

# Exim, CVE-2023-42115: AUTH EXTERNAL, which saca does not offer.
for mechanism in (b"EXTERNAL", b"EXTERNAL " + b"A" * 4000, b"NTLM TlRMTVNTUAABAAAA", b"CRAM-MD5", b"SPA " + b"A" * 1000, b"XOAUTH2 =", b"="):
    s = Session("CLEAR")
    reply = s.ask(b"AUTH " + mechanism)
    check(reply[:3] in (b"504", b"501", b"500"), "CVE-2023-42115 (Exim): AUTH %s is refused" % mechanism.decode()[:16], reply)

# Exim, CVE-2019-10149: an expansion in a recipient.
s = Session("CLEAR").login()
s.ask(b"MAIL FROM:<" + SENDER + b">")
reply = s.ask(b"RCPT TO:<${run{/bin/sh -c \"touch " + PWNED + b"\"}}@localhost>")
check(reply[:3] in (b"501", b"250") and not os.path.exists(PWNED), "CVE-2019-10149 (Exim): a recipient with ${run} is not expanded", reply)

# Dovecot, CVE-2020-12100: MIME nested without end.
for name, opening in (("multipart", b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"),
                      ("message/rfc822", b"Content-Type: message/rfc822\r\n\r\n")):
    s = envelope(Session("CLEAR").login(), b"ana@example.org")
    body = b"".join(opening % ((i, i) if b"%d" in opening else ()) for i in range(5000))
    started = time.monotonic()
    reply = s.send(b"Subject: x\r\n" + body + b"\r\n.\r\n").reply()
    took = time.monotonic() - started
    check(reply[:21] == b"500 Internal error - " and took < 5, "CVE-2020-12100 (Dovecot): 5000 nested %s are refused in time" % name,
          "%r in %.1f s" % (reply, took))

# Postfix, CVE-2011-0411 and CVE-2023-51764 are in starttls.py and smuggling.py.
check(alive(), "another client can send after the attacks of cve.py")
