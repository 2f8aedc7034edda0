"""Another UCSPI-TLS wrapper: wrapper.py FORM CERT KEY PROG..., on the socket of descriptor 0.
FORM: `two` ends its answer with two NULs; `one` with one NUL and the end, and unsets a
variable; `socket` uses one socket for all three descriptors; `fails` does no handshake;
`dead` ends before the program asks; `half` ends in the middle of its answer."""
import os, select, socket, ssl, subprocess, sys

form, cert, key, prog = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
net = socket.socket(fileno=os.dup(0))
ctl, ctl2 = socket.socketpair()
app, app2 = (ctl, ctl2) if form == "socket" else socket.socketpair()
env = dict(os.environ, SSLCTLFD=str(ctl2.fileno()), SSLREADFD=str(app2.fileno()),
           SSLWRITEFD=str(app2.fileno()), SSL_CLIENT_S_DN="inherited")
if form == "dead": # before the program can ask
    ctl.close()
    app.close()
child = subprocess.Popen(prog, env=env, pass_fds=(ctl2.fileno(), app2.fileno()))
ctl2.close()
app2.close()
if form == "dead":
    sys.exit(child.wait())
os.close(0)
os.close(1)
command = ctl.recv(1)
if command != b"Y" or form == "fails":
    ctl.close()
    sys.exit(child.wait())
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
tls = context.wrap_socket(net, server_side=True)
answer = b"SSL_PROTOCOL=%s\0SSL_CIPHER=%s\0" % (tls.version().encode(), tls.cipher()[0].encode())
if form == "half":
    ctl.sendall(answer[:-5])
    ctl.close()
    sys.exit(child.wait())
ctl.sendall(answer + (b"SSL_CLIENT_S_DN\0" if form == "one" else b"PATH=/nowhere\0\0"))
if app is not ctl:
    ctl.close()
while True:
    ready = [tls] if tls.pending() else select.select([tls, app], [], [])[0]
    if tls in ready:
        data = tls.recv(16384)
        if not data:
            break
        app.sendall(data)
    if app in ready:
        data = app.recv(16384)
        if not data:
            break
        tls.sendall(data)
tls.close()
app.close()
sys.exit(child.wait())
