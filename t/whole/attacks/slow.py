"""Slow clients: sending an octet at a time must not keep a process for long."""
import threading

from attack import *

CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303") + b"\0" * 200
DONE = {}


def drip(name, port, before, octets):
    """Sends octets one at a time until the server closes. Returns the seconds that it took."""
    started = time.monotonic()
    codes = []
    try:
        s = Session(port, 15, greet=port != "SLOW_TLS")
        before(s)
        s.sock.settimeout(0.2)
        for i in range(60):
            s.send(octets[i % len(octets):][:1])
            try:
                got = s.sock.recv(65536)
                if not got:
                    break
                s.kept += got
            except socket.timeout:
                pass
        codes = [line[:3] for line in s.kept.split(b"\n") if line]
    except (OSError, Gone):
        pass
    DONE[name] = time.monotonic() - started, codes


def nothing(s):
    pass


def in_body(s):
    envelope(s.login(), b"lento@example.org")


def logged_in(s):
    s.login()


cases = [
    ("a command, an octet at a time", "SLOW", nothing, b"E"),
    ("a whole command now and then, without a login", "SLOW", nothing, b"NOOP\r\n"),
    ("a command after the login", "SLOW", logged_in, b"X"),
    ("a body, an octet at a time", "SLOW", in_body, b"x"),
    ("a handshake at once, an octet at a time", "SLOW_TLS", nothing, CLIENT_HELLO),
    ("a handshake on demand, an octet at a time", "SLOW_STARTTLS", lambda s: s.ask(b"STARTTLS"), CLIENT_HELLO),
]
threads = [threading.Thread(target=drip, args=c) for c in cases]
for t in threads:
    t.start()


def silent(name, port, before):
    started = time.monotonic()
    try:
        s = Session(port, 15, greet=port != "SLOW_TLS")
        before(s)
        s.sock.settimeout(15)
        while s.sock.recv(65536):
            pass
    except (OSError, Gone):
        pass
    DONE[name] = time.monotonic() - started, []


quiet = [("silence", "SLOW", nothing), ("silence in a body", "SLOW", in_body), ("silence before a handshake", "SLOW_TLS", nothing),
         ("silence after STARTTLS", "SLOW_STARTTLS", lambda s: s.ask(b"STARTTLS"))]
more = [threading.Thread(target=silent, args=c) for c in quiet]
for t in more:
    t.start()
for t in threads + more:
    t.join()
for name, *_ in cases + quiet:
    took, codes = DONE[name]
    check(took < 10, "a client that sends %s slowly is disconnected" % name, "%.1f s, %r" % (took, codes))
