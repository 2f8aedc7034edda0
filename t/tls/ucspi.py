"""Another program under UCSPI-TLS: ucspi.py y|Y|none|late. It prints the number of its
descriptors, requests TLS after one line, then echoes lines in upper case."""
import os, sys


def line(fd):
    s = b""
    while not s.endswith(b"\n"):
        c = os.read(fd, 1)
        if not c:
            sys.exit(7)
        s += c
    return s


mode = sys.argv[1]
if mode == "none":
    sys.exit(5)
ctl, rd, wr = (int(os.environ[v]) for v in ("SSLCTLFD", "SSLREADFD", "SSLWRITEFD"))
os.write(1, b"clear %d\n" % (len({ctl, rd, wr})))
line(0)
os.write(1, b"go\n")
os.write(ctl, b"?" if mode == "late" else mode[:1].encode())
told = b""
if mode == "Y":
    while not told.endswith(b"\0\0"):
        more = os.read(ctl, 1)
        if not more:
            sys.exit(9)
        told += more
os.dup2(rd, 0)
os.close(rd)
os.dup2(wr, 1)
os.close(wr)
os.write(1, told.replace(b"\0", b" ") + b"secret\n")
while True:
    os.write(1, line(0).upper())
