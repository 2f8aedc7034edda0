"""The tests of saca-smtpd -C and -Q, with services of our own at the other end."""

import array
import base64
import os
import queue
import re
import select
import socket
import struct
import subprocess
import sys
import threading
import time

from ask import await_
from tap import done, ok, skip

BIN, T = os.environ['BIN'], os.environ['T']
LOGIN, QUEUE, LOG, SENDERS = (T + '/' + name for name in ('login', 'queue', 'log', 'senders.cdb'))
TICKET = bytes(range(40))
UUID = 'fa8896c2351f8b7e73ac3a3d209c6ac5'
BLOCK_LIMIT, BODY_LIMIT = 8192, 65536
SANITIZED = b'__asan_init' in open(BIN + '/saca-smtpd', 'rb').read()
if SANITIZED:
	os.environ['ASAN_OPTIONS'] = 'detect_leaks=0'  # LeakSanitizer cannot trace a process that is not dumpable


class Request:
	def __init__(self, data, fds):
		self.data, self.fds = data, fds
		self.sock = socket.socket(fileno=fds[-1])
		self.files = [os.pread(fd, 1 << 26, 0) for fd in fds[:-1]]

	def reply(self, packet):
		self.sock.send(packet)
		self.close()

	def close(self):
		self.sock.close()
		for fd in self.fds[:-1]:
			os.close(fd)

	def is_abandoned(self):
		p = select.poll()
		p.register(self.sock, 0)
		return bool(p.poll(0))

	def settings(self):
		block = self.data[:self.data.index(b'\0\0') + 1] if self.data[:1] != b'\0' else b''
		pairs = [item.split(b'=', 1) for item in block.split(b'\0')[:-1]]
		return {k.decode(): v.decode() for k, v in pairs}

	def body(self):
		"""Returns envelope and message, from the request or from its descriptors."""
		rest = self.data[self.data.index(b'\0\0') + 2:]
		if not rest:
			message, envelope = self.files
			return envelope, message
		n = struct.unpack('>I', rest[:4])[0]
		envelope, rest = rest[4:4 + n], rest[4 + n:]
		assert struct.unpack('>I', rest[:4])[0] == len(rest) - 4
		return envelope, rest[4:]


class Player:
	"""A service: answers are callables on a Request, used in order; the last one is used again and again."""

	def __init__(self, path, *answers):
		self.path, self.answers, self.requests = path, list(answers), queue.Queue()
		if os.path.exists(path):
			os.unlink(path)
		self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		self.sock.bind(path)
		self.thread = threading.Thread(target=self.play, daemon=True)
		self.thread.start()

	def play(self):
		while True:
			data, ancillary, _, _ = self.sock.recvmsg(100000, 4096)
			if not data:
				return
			fds = array.array('i')
			for _, _, octets in ancillary:
				fds.frombytes(octets)
			request = Request(data, list(fds))
			self.requests.put(request)
			answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
			answer(request)

	def request(self, seconds=60):
		return self.requests.get(timeout=seconds)

	def end(self):
		with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
			s.connect(self.path)
			s.send(b'')
		self.thread.join()
		self.sock.close()
		os.unlink(self.path)


def says(packet):
	return lambda request: request.reply(packet)


def closes(request):
	request.close()


def waits(_):
	pass


ACCEPTS = says(b'\0' + TICKET)
TAKES = says(b'\0Kid=7 ' + UUID.encode())


class Session:
	def __init__(self, *options, programs=(), env=None, services='-C {LOGIN} -Q {QUEUE}'):
		self.sock, theirs = socket.socketpair()
		self.log = open(LOG, 'wb+')
		command = [BIN + '/saca-smtpd', '-h', 'h', '-p', '-d', '0', '-a', SENDERS, *options,
			*services.format(LOGIN=LOGIN, QUEUE=QUEUE).split(), *programs]
		self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=self.log,
			env={**os.environ, 'TCPREMOTEIP': '192.0.2.7', **(env or {})})
		theirs.close()
		self.sock.settimeout(60)
		self.lines = self.sock.makefile('rb')
		self.reply()

	def reply(self):
		while True:
			line = self.lines.readline().decode().rstrip('\r\n')
			if line[3:4] != '-':
				return line

	def send(self, *commands):
		self.sock.sendall(b''.join((c if isinstance(c, bytes) else c.encode()) + b'\r\n' for c in commands))

	def say(self, *commands):
		for c in commands:
			self.send(c)
			reply = self.reply()
		return reply

	def log_in(self, password='secreto'):
		return self.say('EHLO pc', 'AUTH PLAIN ' + base64.b64encode(b'\0victor.acme\0' + password.encode()).decode())

	def begin(self, recipients=1):
		self.send('MAIL FROM:<r@d.es>', *(f'RCPT TO:<a{i}@x.es>' for i in range(recipients)), 'DATA')
		return [self.reply() for _ in range(recipients + 2)][-1]

	def message(self, body, recipients=1):
		self.begin(recipients)
		return self.say(body + b'\r\n.' if body else b'.')

	def logged(self):
		self.log.seek(0)
		return self.log.read().decode()

	def end(self):
		self.sock.close()
		self.lines.close()
		return self.process.wait(60)


def envelope_of(recipients):
	return b'Fr@d.es\0' + b''.join(b'Ta%d@x.es\0' % i for i in range(recipients)) + b'\0'


# --- A session
login, q = Player(LOGIN, ACCEPTS), Player(QUEUE, TAKES)
s = Session(env={'SSL_PROTOCOL': 'TLSv1.2', 'SSL_CIPHER': 'AES', 'SACA_PLAN': 'otra'})
ok(s.log_in() == '235 Authentication Succeeded', 'saca-smtpd -C accepts a login that the service accepts')
r = login.request()
ok(r.data == b'victor.acme\0secreto\x00192.0.2.7\0' and len(r.fds) == 1, 'the login service gets login, password and address', r.data)
ok(s.message(b'Subject: s\r\n\r\nhola') == '250 OK id=7 ' + UUID, 'saca-smtpd -Q gives the number that the service gives')
r = q.request()
wanted = {'SACA_USER': 'victor.acme', 'SACA_PLAN': 'acme', 'SACA_HELO': 'pc', 'SACA_HOST': 'h', 'SACA_PROTO': 'ESMTPSA',
	'SACA_TICKET': base64.b64encode(TICKET).decode(), 'SSL_PROTOCOL': 'TLSv1.2', 'SSL_CIPHER': 'AES', 'TCPREMOTEIP': '192.0.2.7'}
ok(r.settings() == wanted, 'the queue service gets the settings of the session, and none of the environment', r.settings())
ok(r.body() == (envelope_of(1), b'Subject: s\n\nhola\n') and len(r.fds) == 1, 'a small message travels in the request', r.body())
ok(s.message(b'') == '250 OK id=7 ' + UUID and q.request().body() == (envelope_of(1), b''), 'an empty message arrives at the queue service empty')
head = BODY_LIMIT - 8 - len(envelope_of(1)) - 1
for more, fds in ((0, 1), (1, 3)):
	s.message(b'x' * (head + more))
	r = q.request()
	ok(r.body() == (envelope_of(1), b'x' * (head + more) + b'\n') and len(r.fds) == fds,
		f'a message of {BODY_LIMIT + more} octets with its envelope comes ' + ('inside' if fds == 1 else 'as two descriptors'), len(r.fds))
big = b'\r\n'.join(b'linea %d' % i for i in range(60000))[:500000]
s.message(big)
r = q.request()
ok(r.body()[1] == big.replace(b'\r\n', b'\n') + b'\n' and len(r.fds) == 3, 'a large message arrives at the queue service whole')
s.message(b'corto')
ok(q.request().body()[1] == b'corto\n', 'a message after a large one has no octet of the large one')
for size in (90000, 100000, 80000):
	s.message(b'y' * size)
	ok(q.request().body()[1] == b'y' * size + b'\n', f'a message of {size} octets among several large ones arrives whole')
ok(s.message(b'') == '250 OK id=7 ' + UUID and q.request().body() == (envelope_of(1), b''), 'an empty message after a large one arrives empty')
s.begin()
s.sock.sendall(b'x' * 70000 + b'\r\n.\r\nMAIL FROM:<r@d.es>\r\nRCPT TO:<a0@x.es>\r\nDATA\r\ncorto\r\n.\r\n')
replies = [s.reply()[:3] for _ in range(5)]
ok(q.request().body()[1] == b'x' * 70000 + b'\n' and q.request().body()[1] == b'corto\n',
	'a large and a small message in one burst both arrive whole', replies)
s.message(b'corto')
r = q.request()
ok(r.body()[1] == b'corto\n' and len(r.fds) == 1, 'a small message after large ones travels in the request')
s.message(b'corto', 8000)
r = q.request()
ok(r.body() == (envelope_of(8000), b'corto\n') and len(r.fds) == 3, 'the envelope of 8000 recipients travels as a descriptor')
s.message(b'', 8000)
r = q.request()
ok(r.body() == (envelope_of(8000), b'') and len(r.fds) == 3, 'the envelope of 8000 recipients without a message travels with an empty message')
s.say('MAIL FROM:<r@d.es>', 'RCPT TO:<a0@x.es>')
s.send('BDAT 4')
s.sock.sendall(b'uno\n')
s.reply()
s.send('BDAT 4 LAST')
s.sock.sendall(b'dos\n')
s.reply()
ok(q.request().body()[1] == b'uno\ndos\n', 'the chunks of BDAT make one message for the queue service')
s.begin()
s.sock.sendall(b'half a mess')
s.sock.shutdown(socket.SHUT_WR)
ok(q.request().body() == (envelope_of(1), b''), 'a client that vanishes in mid-body leaves its contacts')
ok(s.end() == 0 and 'id=7' in s.logged(), 'saca-smtpd logs the number that the queue service gave', s.logged())
login.end()
q.end()

# --- Answers of the login service
for packet, wanted in ((b'\1', '535'), (b'\2', '454'), (b'\x6f', '454'), (b'\xff', '454')):
	login = Player(LOGIN, says(packet))
	s = Session()
	ok(s.log_in()[:3] == wanted, f'the reply is {wanted} if the login service replies {packet[0]}')
	s.end()
	login.end()
login = Player(LOGIN, closes)
s = Session()
ok(s.log_in()[:3] == '454', 'the reply is 454 if the login service closes without a reply')
ok(LOGIN + ': no reply' in s.logged(), 'the log says that the login service did not reply', s.logged())
s.end()
login.end()
login = Player(LOGIN, waits)
s = Session('-l', '1')
ok(s.log_in()[:3] == '454', 'the reply is 454 if the login service exceeds -l')
r = login.request()
await_(r.is_abandoned)
s.end()
s = Session()
s.send('AUTH PLAIN ' + base64.b64encode(b'\0victor.acme\0secreto').decode())
r = login.request()
ok(not r.is_abandoned(), 'saca-smtpd does not close a request while the login service is busy')
s.sock.close()
s.lines.close()
await_(r.is_abandoned)
ok(s.process.wait(60) == 0, 'a client that goes while the login service is busy ends the request and the session')
login.end()
login, q = Player(LOGIN, says(b'\0')), Player(QUEUE, TAKES)
s = Session()
s.log_in()
s.message(b'x')
ok('SACA_TICKET' not in q.request().settings(), 'the queue service gets no ticket if the login service gave none')
s.end()
login.end()
q.end()

# --- Answers of the queue service
login = Player(LOGIN, ACCEPTS)
for packet, wanted in ((b'\0Rid=7 ' + UUID.encode(), '250 OK id=7 ' + UUID), (b'\0', '250 OK'),
		(b'\x47', '451 '), (b'\x35', '452 '), (b'\x52Zahora no', '451 ahora no'), (b'\x6f', '451 ')):
	q = Player(QUEUE, says(packet))
	s = Session()
	s.log_in()
	reply = s.message(b'x')
	ok(reply.startswith(wanted), f'the reply is {wanted[:10]} if the queue service replies {packet[0]} {packet[1:10].decode()}', reply)
	s.end()
	q.end()
q = Player(QUEUE, says(b'\x52Dfalta algo'), says(b'\0Kcontacts=1 ' + UUID.encode()))
s = Session()
s.log_in()
ok(s.message(b'x') == '500 Internal error - falta algo', 'the client gets the reason of a refusal by the queue service')
ok(q.request().body()[1] == b'x\n' and q.request().body() == (envelope_of(1), b''), 'after a refusal the queue service gets the contacts alone')
s.end()
q.end()
q = Player(QUEUE, closes)
s = Session()
s.log_in()
ok(s.message(b'x')[:4] == '451 ', 'the reply is 451 if the queue service closes without a reply')
ok(q.requests.qsize() == 1, 'saca-smtpd does not repeat a request that the queue service did not answer')
ok(QUEUE + ': no reply' in s.logged(), 'the log says that the queue service did not reply', s.logged())
s.end()
q.end()
q = Player(QUEUE, waits)
s = Session('-w', '1')
s.log_in()
ok(s.message(b'x')[:4] == '451 ', 'the reply is 451 if the queue service exceeds -w')
r = q.request()
ok(r.is_abandoned(), 'the queue service can see after -w that its client no longer waits')
ok('no reply in time' in s.logged(), 'the log says that the queue service was late', s.logged())
s.end()
q.end()
q = Player(QUEUE, TAKES, waits, TAKES)
s = Session('-w', '1')
s.log_in()
replies = [s.message(letter * 100000)[:3] for letter in (b'a', b'b', b'c')]
late = [q.request() for _ in replies][1]
ok(replies == ['250', '451', '250'] and os.pread(late.fds[0], 1 << 20, 0) == b'b' * 100000 + b'\n',
	'a service that is late reads the message of its request, not the next one', replies)
s.end()
late.close()
q.end()
q = Player(QUEUE, waits)
s = Session()
s.log_in()
s.begin()
s.send(b'x\r\n.')
r = q.request()
s.process.terminate()
time.sleep(0.1)
ok(not r.is_abandoned(), 'saca-smtpd waits for the queue service after SIGTERM')
r.reply(b'\0Kid=8 ' + UUID.encode())
ok((s.reply(), s.reply()[:3]) == ('250 OK id=8 ' + UUID, '421'), 'a client whose message is queued at SIGTERM gets its number, then 421')
s.end()
q.end()

# --- Services that are away
s = Session()
s.log_in()
s.begin()
s.send(b'x\r\n.')
time.sleep(0.3)
q = Player(QUEUE, TAKES)
ok(s.reply() == '250 OK id=7 ' + UUID, 'a queue service that starts again in time gets the message')
q.end()
start = time.monotonic()
ok(s.message(b'x')[:4] == '451 ' and time.monotonic() - start >= 4.9, 'the reply is 451 if the queue service is away for five seconds')
ok(QUEUE + ': No such file or directory' in s.logged(), 'the log says that the queue service is away', s.logged())
s.end()
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as full, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
	full.bind(QUEUE)
	other.setblocking(False)
	other.connect(QUEUE)
	count = 0
	try:
		while True:
			other.send(b'x')
			count += 1
	except BlockingIOError:
		pass
	s = Session('-w', '1')
	s.log_in()
	ok(s.message(b'x')[:4] == '451 ', 'the reply is 451 after -w if the socket of the queue service stays full')
	s.end()
	s = Session()
	s.log_in()
	s.begin()
	s.send(b'x\r\n.')
	time.sleep(0.1)
	for _ in range(count):
		full.recv(10)
	data, ancillary, _, _ = full.recvmsg(100000, 1000)
	TAKES(Request(data, array.array('i', ancillary[0][2]).tolist()))
	ok(s.reply() == '250 OK id=7 ' + UUID, 'a queue service whose socket was full gets the message when there is room')
	s.end()
os.unlink(QUEUE)

# --- One service and one program
s = Session(programs=['sh', '-c', 'cat >$T/got; env | grep -c SACA_TICKET; exit 0'], services='-C {LOGIN}')
s.log_in()
ok(s.message(b'hola') == '250 OK' and open(T + '/got', 'rb').read() == b'hola\n', 'saca-smtpd -C without -Q runs its arguments as the queue program')
s.end()
login.end()
q = Player(QUEUE, TAKES)
s = Session(programs=['sh', '-c', 'tr "\\0" "|" <&3 >$T/got'], services='-Q {QUEUE}')
ok(s.log_in()[:3] == '235' and open(T + '/got', 'rb').read() == b'victor.acme|secreto||',
	'saca-smtpd -Q without -C runs its arguments as the checkpassword program')
ok(s.message(b'hola')[:3] == '250', 'saca-smtpd -Q without -C gives the message to the queue service')
s.end()
q.end()
for arguments in (['-C', 'x', '-Q', 'y', 'true'], ['-C', 'x'], ['-Q', 'x'], ['true'], ['--', 'true'], ['true', '--']):
	status = subprocess.run([BIN + '/saca-smtpd', '-A', *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
		stderr=subprocess.DEVNULL, check=False).returncode
	ok(status == 100, 'saca-smtpd ' + ' '.join(arguments) + ' is misuse', status)

# --- Rights
login, q = Player(LOGIN, ACCEPTS), Player(QUEUE, TAKES)
if os.environ.get('WRAPPED'):
	skip('a session with two services gives up rights', 'a script starts the program')
else:
	s = Session()
	status = open(f'/proc/{s.process.pid}/status', encoding='ascii').read()
	ok(re.search(r'NoNewPrivs:\s+1', status), 'a session with two services can gain no privileges')
	os.rename(SENDERS, SENDERS + '.away')
	s.log_in()
	ok(s.message(b'x')[:3] == '250', 'a session with two services keeps the senders that it opened at its start')
	s.end()
	s = Session()
	s.log_in()
	ok(s.say('MAIL FROM:<r@d.es>')[:3] == '451' and 'unable to open ' + SENDERS + ': No such file' in s.logged(),
		'a session with two services says why it has no senders', s.logged())
	s.end()
	os.rename(SENDERS + '.away', SENDERS)
	s = Session(programs=['true'], services='-C {LOGIN}')
	status = open(f'/proc/{s.process.pid}/status', encoding='ascii').read()
	ok(re.search(r'NoNewPrivs:\s+0', status), 'a session with one service may run its program')
	s.end()
sys.exit(done())
