"""Octets in the clear around STARTTLS (CVE-2011-0411 and its kin)."""
from attack import *

INJECTED = b"EHLO inyectado\r\nAUTH PLAIN " + PLAIN + b"\r\nMAIL FROM:<" + SENDER + b">\r\nNOOP\r\n"


def after(s):
    """Checks, under TLS, that no reply is waiting and no state from before STARTTLS is left."""
    quiet = s.quiet()
    s.sock.settimeout(20)
    mail = s.ask(b"MAIL FROM:<" + SENDER + b">")
    hello = s.ask(b"EHLO yo")
    return quiet and mail[:3] == b"530" and b"Hola yo!" in hello and b"STARTTLS" not in hello, [quiet, mail, hello]


for name, behind in [("CVE-2011-0411: commands", INJECTED), ("half a command", b"MAIL FR"), ("one octet", b"N"),
                     ("64 KiB", b"NOOP\r\n" * 10000), ("an empty line", b"\r\n")]:
    s = Session("STARTTLS")
    s.ask(b"EHLO yo")
    s.send(b"STARTTLS\r\n" + behind)
    ready = s.reply()
    time.sleep(0.05)  # the rest of the burst must have arrived before the handshake begins
    try:
        good, why = after(s.tls())
    except (ssl.SSLError, OSError, Gone) as e:
        # what came after the 220 was read belongs to the handshake, and breaks it
        good, why = len(behind) > 16384, repr(e)
    check(good and ready[:3] == b"220", "STARTTLS: %s in its segment are dropped" % name, [ready, why])

# Octets in later segments are part of the handshake, and break it.
s = Session("STARTTLS")
s.ask(b"EHLO yo")
s.ask(b"STARTTLS")
s.send(INJECTED)
codes = s.rest()
check(codes == [], "STARTTLS: commands in the next segment get no reply and end the session", codes)

context = ssl.create_default_context(cafile=os.environ["CAFILE"])
for where in ("inside the ClientHello", "between ClientHello and the rest"):
    s = Session("STARTTLS")
    s.ask(b"EHLO yo")
    s.ask(b"STARTTLS")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    if where.startswith("inside"):
        s.send(hello[:40] + INJECTED + hello[40:])
    else:
        s.send(hello)
        incoming.write(s.sock.recv(65536))
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            pass
        s.send(INJECTED + outgoing.read())
    s.kept = b""
    codes = [c for c in s.rest() if c.isdigit()]
    check(codes == [], "STARTTLS: commands %s get no reply and end the session" % where, codes)

# The state before STARTTLS does not count after it.
s = Session("STARTTLS_CLEAR").login()
s.ask(b"STARTTLS")
good, why = after(s.tls())
check(good, "STARTTLS: a login in the clear before it does not count after it", why)
s = Session("STARTTLS_CLEAR").login()
s.ask(b"MAIL FROM:<" + SENDER + b">")
reply = s.ask(b"STARTTLS")
check(reply[:3] == b"503", "STARTTLS inside a transaction gets a 503", reply)
s = Session("STARTTLS")
reply = s.ask(b"AUTH PLAIN " + PLAIN)
check(reply[:3] == b"538", "a login before STARTTLS gets a 538 and is not checked", reply)
