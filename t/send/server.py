#!/usr/bin/env python3
"""An SMTP server that follows the rules of a test.

    server.py FOLDER [CERTIFICATE KEY [smtps]]

FOLDER/port gets its port on 127.0.0.1. FOLDER/mails gets a line for each mail it took, before it
answers: Message-ID, recipient, sender, octets, TLS or -. FOLDER/commands gets the verbs of each
connection at its end, with a + if more octets came together with the command. FOLDER/rules, read anew for each command, has lines `WHEN RECIPIENT ACTION`: WHEN is
connect, ehlo, starttls, mail, rcpt, data, end or quit; RECIPIENT a pattern such as *@a.es (of rcpt,
data and end; * for the others); ACTION a reply such as `550 5.1.1 no such user`, or close, stall, or
(at the end) take-and-close, or `say OCTETS`: accept, with these octets as the reply. OCTETS may have
\\r, \\n and \\xHH, and end with *N: N times as many. The first line that fits counts; without one the
server accepts. FOLDER/last gets the octets of the last mail, FOLDER/envelope the last MAIL command. If
FOLDER/login exists, AUTH PLAIN with its content (`user password`) is required for MAIL. With smtps
TLS begins with the connection.
"""
import base64
import fnmatch
import os
import socket
import socketserver
import ssl
import sys
import threading
import time

FOLDER = sys.argv[1]
TLS = None
if len(sys.argv) > 3:
    TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    TLS.load_cert_chain(sys.argv[2], sys.argv[3])
LOCK = threading.Lock()


def find_rule(when, recipient):
    try:
        with open(os.path.join(FOLDER, "rules"), encoding="utf-8") as f:
            for line in f:
                words = line.rstrip("\n").split(" ", 2)
                if len(words) == 3 and words[0] == when and fnmatch.fnmatch(recipient, words[1]):
                    return words[2]
    except FileNotFoundError:
        pass
    return None


def append(name, line):
    with LOCK, open(os.path.join(FOLDER, name), "a", encoding="utf-8") as f:
        f.write(line + "\n")


def write(name, text):
    with LOCK, open(os.path.join(FOLDER, name), "w", encoding="utf-8") as f:
        f.write(text + "\n")


def octets_of(text):
    text, star, count = text.rpartition("*") if "*" in text else (text, "", "1")
    return text.encode().decode("unicode_escape").encode("latin-1") * int(count)


class Gone(Exception):
    pass


class Session(socketserver.BaseRequestHandler):
    def setup(self):
        # each reply is a write: the second of a burst would wait 40 ms for the client's ACK
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def say(self, text):
        self.request.sendall(text.encode() + b"\r\n")

    def accept(self, text):
        """The reply text, or what a rule wants in its place."""
        odd, self.odd = self.odd, None
        self.request.sendall(text.encode() + b"\r\n" if odd is None else odd)

    def read_line(self):
        while b"\n" not in self.buffer:
            more = self.request.recv(65536)
            if not more:
                raise Gone
            self.buffer += more
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def read_mail(self):
        self.buffer = b"\r\n" + self.buffer
        while b"\r\n.\r\n" not in self.buffer:
            more = self.request.recv(65536)
            if not more:
                raise Gone
            self.buffer += more
        mail, _, self.buffer = self.buffer.partition(b"\r\n.\r\n")
        return mail[2:].replace(b"\r\n..", b"\r\n.") + b"\r\n"

    def obey(self, when, recipient="*"):
        """True: no rule applies."""
        action = find_rule(when, recipient)
        if action is None:
            return True
        if action == "close":
            raise Gone
        if action == "stall":
            time.sleep(3600)
        if action == "take-and-close":
            self.take(recipient)
            raise Gone
        if action.startswith("say "):
            self.odd = octets_of(action[4:])
            return True
        self.say(action)
        if action.startswith("421"):
            raise Gone
        return False

    def take(self, recipient):
        ids = [l[11:].strip() for l in self.mail.split(b"\r\n\r\n")[0].split(b"\r\n") if l.lower().startswith(b"message-id:")]
        append("mails", "%s %s %s %d %s" % (ids[0].decode() if ids else "-", recipient, self.sender or "-", len(self.mail),
                                            "TLS" if self.secure else "-"))
        with LOCK, open(os.path.join(FOLDER, "last"), "wb") as f:
            f.write(self.mail)

    def handle(self):
        self.odd = None
        self.buffer, self.secure, self.sender, self.recipient, self.mail = b"", False, "", "", b""
        self.known = not os.path.exists(os.path.join(FOLDER, "login"))
        verbs = []
        try:
            if len(sys.argv) > 4:
                self.start_tls()
            self.talk(verbs)
        except (Gone, OSError):
            pass
        append("commands", " ".join(verbs))

    def start_tls(self):
        self.request = TLS.wrap_socket(self.request, server_side=True)
        self.secure, self.buffer = True, b""

    def log_in(self, line):
        with open(os.path.join(FOLDER, "login"), encoding="utf-8") as f:
            user, password = f.read().split()
        if len(line.split(" ")) < 3:
            self.say("334 ")
            line = "AUTH PLAIN " + self.read_line()
        self.known = base64.b64decode(line.split(" ")[2]) == ("\0%s\0%s" % (user, password)).encode()
        self.say("235 2.7.0 welcome" if self.known else "535 5.7.8 no")

    def talk(self, verbs):
        if self.obey("connect"):
            self.accept("220 test ESMTP")
        while True:
            line = self.read_line()
            verb = line.split(" ")[0].split(":")[0].upper()
            verbs.append(verb + ("+" if self.buffer else ""))
            if verb in ("EHLO", "HELO"):
                if self.obey("ehlo"):
                    extra = "" if self.secure or TLS is None else "250-STARTTLS\r\n"
                    extra += "" if self.known else "250-AUTH PLAIN\r\n"
                    self.accept("250-test\r\n" + extra + "250-SMTPUTF8\r\n250 SIZE 99999999")
            elif verb == "STARTTLS":
                if self.obey("starttls"):
                    self.accept("220 go")
                    self.start_tls()
            elif verb == "AUTH":
                self.log_in(line)
            elif verb == "MAIL":
                write("envelope", line)
                self.sender = line.partition("<")[2].partition(">")[0]
                if not self.known:
                    self.say("530 5.7.0 log in")
                elif self.obey("mail"):
                    self.accept("250 2.1.0 ok")
            elif verb == "RCPT":
                self.recipient = line.partition("<")[2].partition(">")[0]
                if self.obey("rcpt", self.recipient):
                    self.accept("250 2.1.5 ok")
            elif verb == "DATA":
                if self.obey("data", self.recipient):
                    self.accept("354 go")
                    self.mail = self.read_mail()
                    if self.obey("end", self.recipient):
                        self.take(self.recipient)
                        self.accept("250 2.0.0 taken")
            elif verb == "QUIT":
                if self.obey("quit"):
                    self.accept("221 2.0.0 bye")
                return
            else:
                self.say("250 ok" if verb in ("RSET", "NOOP") else "502 5.5.1 no")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 100


old = os.path.join(FOLDER, "port")
port = int(open(old).read()) if os.path.exists(old) else 0
server = Server(("127.0.0.1", port), Session)
with open(old + ".new", "w") as f:
    f.write("%d" % server.server_address[1])
os.rename(old + ".new", old)
server.serve_forever()
