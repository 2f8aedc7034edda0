"""Shared by the attacks: a raw SMTP client, and one line per check for t/whole/attacks.t."""
import base64
import glob
import os
import re
import socket
import ssl
import sys
import time

from message import FORMAT

SPOOL = os.environ["SPOOL"]
LOG = os.environ["LOG"]
SENDER = b"remitente@example.com"
PLAIN = base64.b64encode(b"\0victor.acme\0secreto")


def check(good, name, detail=""):
    """Prints one test in a line: 1 or 0, the name, the detail."""
    text = detail if isinstance(detail, str) else repr(detail)
    print("%d|%s|%s" % (bool(good), name, re.sub(r"[^ -~]", "?", text)[:1000]), flush=True)


class Gone(Exception):
    """The server closed the connection."""


class Session:
    """A connection that sends octets unchanged."""

    def __init__(self, port, timeout=20.0, greet=True):
        self.sock = socket.create_connection(("127.0.0.1", int(os.environ[port])), timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.kept = b""
        if greet:
            self.greeting = self.reply()

    def send(self, octets):
        self.sock.sendall(octets)
        return self

    def reply(self):
        """Reads one reply with all its lines."""
        while True:
            m = re.match(rb"(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n", self.kept)
            if m:
                self.kept = self.kept[m.end():]
                return m.group(0)
            octets = self.sock.recv(65536)
            if not octets:
                raise Gone(self.kept)
            self.kept += octets

    def ask(self, line):
        return self.send(line + b"\r\n").reply()

    def rest(self):
        """Reads until the server closes; returns the codes of the replies."""
        try:
            while True:
                octets = self.sock.recv(65536)
                if not octets:
                    break
                self.kept += octets
        except (ConnectionResetError, ssl.SSLError):
            pass
        return [line[:3].decode() for line in self.kept.split(b"\n") if line[3:4] == b" "]

    def quiet(self, seconds=0.3):
        """True if no octet arrives within that time."""
        if self.kept:
            return False
        self.sock.settimeout(seconds)
        try:
            return self.sock.recv(1) == b""
        except (socket.timeout, ssl.SSLWantReadError):
            return True

    def tls(self):
        context = ssl.create_default_context(cafile=os.environ["CAFILE"])
        self.kept = b""
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")
        return self

    def login(self):
        self.ask(b"EHLO attack")
        assert self.ask(b"AUTH PLAIN " + PLAIN)[:3] == b"235"
        return self

    def close(self):
        self.sock.close()


def envelope(session, *recipients):
    """Sends MAIL, RCPT and DATA, and reads the 354."""
    for line in [b"MAIL FROM:<" + SENDER + b">"] + [b"RCPT TO:<" + r + b">" for r in recipients] + [b"DATA"]:
        reply = session.ask(line)
        assert reply[:3] in (b"250", b"354"), reply
    return session


def campaign(ident, extra=b"", text=b"hola"):
    """Returns a good message without its final dot. extra: header fields."""
    return extra + FORMAT.replace(b"\n", b"\r\n") % (ident, ident, text)


def spooled():
    """Returns the files in the spool: their octets by name."""
    files = {}
    for name in glob.glob(SPOOL + "/new/*"):
        with open(name, "rb") as f:
            files[name] = f.read()
    return files


def empty_spool():
    for name in glob.glob(SPOOL + "/new/*"):
        os.unlink(name)


def fields(octets):
    """Returns the names of the fields that saca-spool writes before the message."""
    block = octets.split(b"\nReceived:")[0]
    return [line.split(b":")[0].decode("latin-1") for line in block.split(b"\n")]


def log():
    with open(LOG, "rb") as f:
        return f.read()


def within(seconds, what):
    """Waits until what() is true. False: it was not true in time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def alive(port="CLEAR"):
    """True if another client can send a message."""
    s = Session(port).login()
    envelope(s, b"otro@example.org")
    return s.send(campaign(os.urandom(8).hex().encode()) + b".\r\n").reply()[:10] == b"250 OK id="


if __name__ == "__main__":
    sys.exit("nothing to run here")
