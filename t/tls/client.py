"""A TLS client that breaks the rules: client.py CASE PORT [ARGUMENT...]
Prints one line, which the test compares."""
import os, select, socket, ssl, subprocess, sys, threading, time

PATIENCE = 30


def context(version=None):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    if version:
        c.set_ciphers("ALL:@SECLEVEL=0")
        c.minimum_version = c.maximum_version = version
    return c


def connect(port):
    s = socket.create_connection(("127.0.0.1", int(port)), PATIENCE)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def tls(port, **how):
    return context().wrap_socket(connect(port), suppress_ragged_eofs=False, **how)


def rest(s):
    """Reads to the end. Returns the octets, and how the connection ended."""
    got = b""
    try:
        while True:
            more = s.recv(65536)
            if not more:
                return got, "closed"
            got += more
    except ssl.SSLZeroReturnError:
        return got, "closed"
    except ssl.SSLEOFError:
        return got, "cut"
    except ssl.SSLError as e:
        return got, e.reason or "error"
    except socket.timeout:
        return got, "hung"
    except OSError:
        return got, "reset"


class Memory:
    """TLS without a socket: the test decides which octets are sent."""

    def __init__(self, port, ctx=None, name=None):
        self.sock = connect(port)
        self.inc, self.out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (ctx or context()).wrap_bio(self.inc, self.out, server_hostname=name)
        self.sent = 0

    def push(self, limit=None, chop=False):
        data = self.out.read()
        if limit is not None:
            data = data[: max(0, limit - self.sent)]
        self.sent += len(data)
        for piece in [data[i : i + 1] for i in range(len(data))] if chop else [data]:
            self.sock.sendall(piece)

    def pull(self):
        data = self.sock.recv(65536)
        self.inc.write(data) if data else self.inc.write_eof()
        return data

    def handshake(self, limit=None, chop=False):
        """False: the limit was reached, or the server has closed."""
        while True:
            try:
                self.tls.do_handshake()
                self.push(limit, chop)
                return limit is None or self.sent < limit
            except ssl.SSLWantReadError:
                self.push(limit, chop)
                if limit is not None and self.sent >= limit:
                    return False
                if not self.pull():
                    return False

    def read(self):
        while True:
            try:
                return self.tls.read(65536)
            except ssl.SSLWantReadError:
                if not self.pull():
                    return b""


# --- Cases ---------------------------------------------------------------------------

def echo(port, text="hello", name=None):
    s = tls(port, server_hostname=name)
    s.sendall(text.encode())
    got = b""
    while len(got) < len(text):
        got += s.recv(1000)
    print(got.decode())
    s.unwrap()


def cut(port, step="1"):
    """A session with one octet of text, cut after each octet on the wire, or after each step-th."""
    whole = Memory(port)
    whole.handshake()
    whole.tls.write(b"x")
    whole.push()
    whole.read()
    total = whole.sent
    whole.sock.close()
    bad = []
    for n in range(0, total, int(step)):
        m = Memory(port)
        m.handshake(n)
        if m.sent < n:
            m.tls.write(b"x")
            m.push(n)
        m.sock.shutdown(socket.SHUT_WR)
        how = rest(m.sock)[1]
        if how not in ("closed", "reset"):
            bad.append("%d of %d: %s" % (n, total, how))
        m.sock.close()
    print("cuts %s" % ("fine" if total > 300 and not bad else (total, bad)))


def chopped(port):
    """A session with every octet in its own packet."""
    m = Memory(port)
    m.handshake(chop=True)
    m.tls.write(b"octets")
    m.push(chop=True)
    print(m.read().decode())


def fragments(wire):
    """Returns the content of the records on the wire."""
    got = b""
    while wire:
        n = int.from_bytes(wire[3:5], "big")
        got, wire = got + wire[5 : 5 + n], wire[5 + n :]
    return got


def split(port, size="20", chop="", name="a.example", padding="0"):
    """A session, then one that resumes it; both ClientHellos are in records of `size` octets.
    chop: each octet in its own packet. name: the server name of the second session."""
    ctx, kept = context(), None
    if int(padding):
        ctx.set_alpn_protocols(["x" * 249] * (int(padding) // 250))
    for n in ("a.example", name):
        m = Memory(port, ctx, n)
        if kept:
            m.tls.session = kept
        try:
            m.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        body = fragments(m.out.read())
        wire = b"".join(record(22, body[i : i + int(size)]) for i in range(0, len(body), int(size)))
        for i in range(0, len(wire), 1 if chop else len(wire)):
            m.sock.sendall(wire[i : i + (1 if chop else len(wire))])
        m.handshake()
        m.tls.write(b"x")
        m.push()
        m.read()
        kept = m.tls.session
    print("resumed" if m.tls.session_reused else "full")


def padded(port, padding, size):
    split(port, size, padding=padding)


def hurried(port, text):
    """Sends Finished and text in one packet: the text arrives before the handshake is complete."""
    ctx = context()
    for kept in (None, True):
        m = Memory(port, ctx)
        if kept:
            m.tls.session = session
        push, held = m.push, []
        m.push = lambda *_: None
        while True:
            try:
                m.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                push()
                m.pull()
        m.tls.write(text.encode())
        push()
        got = b""
        while len(got) < len(text):
            got += m.read()
        session = m.tls.session
        print(got.decode() == text and m.tls.session_reused == bool(kept), end=" ")
    print()


def small(port):
    """Sends records of one octet."""
    m = Memory(port)
    m.handshake()
    text = b"abcdefghij" * 200
    for i in range(len(text)):
        m.tls.write(text[i : i + 1])
    m.push()
    got = b""
    while len(got) < len(text):
        got += m.read()
    print("same" if got == text else "different")


def large(port):
    """Sends and reads the largest records at the same time. One thread: two cannot use one session."""
    s = tls(port)
    s.setblocking(False)
    text = os.urandom(16384) * 128
    sent, got = 0, bytearray()
    while len(got) < len(text):
        wants = set()
        try:
            if sent < len(text):
                sent += s.send(text[sent : sent + 16384])
                wants.add("w")
        except ssl.SSLWantWriteError:
            wants.add("w")
        except ssl.SSLWantReadError:
            pass
        try:
            more = s.recv(65536)
            if not more:
                break
            got += more
            continue
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLWantWriteError:
            wants.add("w")
        select.select([s], [s] if wants else [], [], 20)
    print("same" if bytes(got) == text else "different")


def record(kind, body, version=0x0301):
    return bytes([kind]) + version.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body


def hello(version=0x0303, suites=b"\xc0\x2b\xc0\x2f", tail=b""):
    body = version.to_bytes(2, "big") + bytes(32) + b"\0" + len(suites).to_bytes(2, "big") + suites + b"\1\0" + tail
    return b"\1" + len(body).to_bytes(3, "big") + body


STARTS = {
    "SMTP": b"EHLO client.example\r\n",
    "HTTP": b"GET / HTTP/1.0\r\n\r\n",
    "SSLv2": bytes.fromhex("802e0100020015000000100100800200800300800400800500800600400700c0") + bytes(16),
    "version 4": record(22, hello(), 0x0400),
    "SSLv3 hello": record(22, hello(0x0300), 0x0300),
    "TLS 1.1 hello": record(22, hello(0x0302)),
    "empty": b"",
    "zeroes": bytes(4096),
    "ones": b"\xff" * 4096,
    "record too long": b"\x16\x03\x01\xff\xff" + bytes(70000),
    "no suite in common": record(22, hello(suites=b"\x00\x04")),
    "no suites": record(22, hello(suites=b"")),
    "no null compression": record(22, hello().replace(b"\1\0", b"\1\1")),
    "odd suites": record(22, hello(suites=b"\xc0\x2b\xc0")),
    "extensions too long": record(22, hello(tail=b"\xff\xff\0\0")),
    "extension too long": record(22, hello(tail=b"\0\4\0\0\xff\xff")),
    "hello too long": record(22, b"\1\xff\xff\xff" + bytes(1000)),
    "alert first": record(21, b"\2\50"),
    "ChangeCipherSpec first": record(20, b"\1"),
    "data first": record(23, b"hello"),
    "Finished first": record(22, b"\24\0\0\14" + bytes(12)),
    "handshake of no kind": record(22, b"\x63\0\0\0"),
    "records of no kind": record(99, b"xyz"),
    "close_notify": record(21, b"\1\0"),
    "warnings": record(21, b"\1\x5a") * 2000,
    "empty records": record(22, b"") * 10000,
}


def flights(port):
    """Prints the number of reads for the server's last flight, full and resumed."""
    counts = []
    ctx, kept = context(), None
    for _ in range(2):
        m = Memory(port, ctx)
        if kept:
            m.tls.session = kept
        pull, pieces = m.pull, []
        m.pull = lambda: pieces.append(pull()) or True
        m.handshake()
        m.tls.write(b"x")
        m.push()
        counts.append(len(pieces))
        m.read()
        kept = m.tls.session
    print(*counts)


def pipes(*command):
    """A session with a command on two pipes."""
    p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    inc, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    t = context().wrap_bio(inc, out)

    def until(step):
        while True:
            try:
                got = step()
                p.stdin.write(out.read())
                p.stdin.flush()
                return got
            except ssl.SSLWantReadError:
                p.stdin.write(out.read())
                p.stdin.flush()
                data = os.read(p.stdout.fileno(), 65536)
                inc.write(data) if data else inc.write_eof()

    until(t.do_handshake)
    t.write(b"through pipes")
    print(until(lambda: t.read(100)).decode(), end=" ")
    until(t.unwrap)
    p.stdin.close()
    print(p.wait())


def starts(port):
    bad = []
    for name, octets in STARTS.items():
        s = connect(port)
        try:
            s.sendall(octets)
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        got, how = rest(s)
        if how not in ("closed", "reset") or (got and got[0] != 21):
            bad.append((name, how, got))
        s.close()
    print("%d starts, bad: %s" % (len(STARTS), bad or "none"))


def alert(port, start):
    """Prints the alert that the server sends after a malformed start."""
    s = connect(port)
    s.sendall(STARTS[start])
    got = rest(s)[0]
    print("%d %d" % (got[5], got[6]) if len(got) == 7 and got[0] == 21 else got)


def silent(port):
    """Sends nothing until the server closes."""
    s = connect(port)
    print(rest(s)[1])


def half_way(port):
    """Begins a handshake and stops."""
    m = Memory(port)
    m.handshake(100)
    print(rest(m.sock)[1])


def farewell(port, text=""):
    """Waits until the program ends, and prints its output."""
    s = tls(port)
    if text:
        s.sendall(text.encode().decode("unicode_escape").encode("latin-1"))
    got, how = rest(s)
    print(got.decode("latin-1").strip(), how)


def tcp_eof(port, text):
    """Sends text and ends TCP without a close_notify."""
    m = Memory(port)
    m.handshake()
    m.tls.write(text.encode().decode("unicode_escape").encode("latin-1"))
    m.push()
    m.sock.shutdown(socket.SHUT_WR)
    got = b""
    while True:
        try:
            more = m.read()
        except ssl.SSLError:
            break
        if not more:
            break
        got += more
    print(got.decode("latin-1").replace("\r", ""), end="")


def close_early(port, text):
    """Sends text and close_notify at once, and waits for the end."""
    m = Memory(port)
    m.handshake()
    m.tls.write(text.encode().decode("unicode_escape").encode("latin-1"))
    try:
        m.tls.unwrap()
    except ssl.SSLError:
        pass
    m.push()
    print(rest(m.sock)[1])


def hold(port, count, path):
    """Opens sessions and holds them until the file is removed."""
    all_ = []
    for _ in range(int(count)):
        s = tls(port)
        s.sendall(b"NOOP\r\n")
        s.recv(1000)
        all_.append(s)
    open(path, "w").close()
    while os.path.exists(path):
        time.sleep(0.02)
    print("held %d" % len(all_))


def glutton(port, path):
    """Sends and never reads, until the file is removed."""
    s = tls(port)
    s.settimeout(2)
    try:
        while True:
            s.sendall(b"x" * 16384)
    except (OSError, ssl.SSLError):
        pass
    open(path, "w").close()
    while os.path.exists(path):
        time.sleep(0.02)
    print("gone")


def deaf(port, path):
    """Never reads the program's output, until the file is removed."""
    m = Memory(port)
    m.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    m.handshake()
    open(path, "w").close()
    while os.path.exists(path):
        time.sleep(0.02)
    print("gone")


def prompt(port, count):
    """Prints whether the program's first octets come soon after the handshake: a server whose write
    waits for an acknowledgment takes 40 ms each time."""
    best = 1.0
    for _ in range(int(count)):
        s = tls(port)
        start = time.monotonic()
        s.recv(100)
        best = min(best, time.monotonic() - start)
        s.close()
    print("prompt" if best < 0.025 else "%.0f ms" % (best * 1000))


def version(port, which):
    v = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2}[which]
    try:
        s = context(v).wrap_socket(connect(port))
        s.sendall(b"x")
        s.recv(1)
        print(s.version(), s.cipher()[0])
    except (ssl.SSLError, OSError) as e:
        print(getattr(e, "reason", None) or "refused")


def resume(port, name, other=None, path=None):
    """Opens two sessions, the second with the ID of the first. path: a file to remove in between."""
    ctx = context()
    first = ctx.wrap_socket(connect(port), server_hostname=name)
    first.sendall(b"x")
    first.recv(1)
    kept = first.session
    first.close()
    if path:
        open(path, "w").close()
        while os.path.exists(path):
            time.sleep(0.02)
    second = ctx.wrap_socket(connect(port), server_hostname=other or name, session=kept)
    second.sendall(b"x")
    second.recv(1)
    print("resumed" if second.session_reused else "full")


def crowd(port, count):
    """Opens sessions at the same time, and then resumes each of them."""
    results = []

    def one():
        try:
            ctx = context()
            kept = None
            for _ in range(3):
                s = ctx.wrap_socket(connect(port), session=kept)
                s.sendall(b"x")
                assert s.recv(1) == b"x"
                kept, reused = s.session, s.session_reused
                s.close()
            results.append("resumed" if reused else "full")
        except Exception as e:
            results.append(repr(e))

    threads = [threading.Thread(target=one) for _ in range(int(count))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(" ".join(sorted(set(results))))


def dialogue(port, path, start=None):
    """Sends a file under TLS in one write, and prints all replies."""
    s = connect(port)
    if start == "STARTTLS":
        s.recv(1000)
        s.sendall(b"STARTTLS\r\n")
        s.recv(1000)
    s = context().wrap_socket(s, suppress_ragged_eofs=False)
    with open(path, "rb") as f:
        s.sendall(f.read())
    got, how = rest(s)
    sys.stdout.write(got.decode("latin-1").replace("\r\n", "\n") + how + "\n")


def clear(port, text):
    """Sends text without TLS, and prints the answer."""
    s = connect(port)
    s.sendall(text.encode().decode("unicode_escape").encode("latin-1"))
    s.shutdown(socket.SHUT_WR)
    print(rest(s)[0].decode("latin-1").replace("\r", ""), end="")


globals()[sys.argv[1]](*sys.argv[2:])
