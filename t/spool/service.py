"""A client of the queue service that says whatever a test wants, and the service itself."""

import array
import base64
import hashlib
import hmac
import os
import signal
import socket
import struct
import subprocess
import tempfile
import time

BIN = os.environ['BIN']
KEY = bytes(range(32))
USER, PLAN, IP = 'victor.acme', 'acme', '192.0.2.7'


def ticket(user=USER, lives=600, key=KEY):
	expiry = struct.pack('>Q', int(time.clock_gettime(time.CLOCK_BOOTTIME)) + lives)
	return expiry + hmac.new(key, user.encode('utf-8', 'surrogateescape') + b'\0' + expiry, hashlib.sha256).digest()


def settings(more=(), **changes):
	"""A block with its final NUL. A change to None leaves the setting out; `more`: appended as they are."""
	values = {'SACA_USER': USER, 'SACA_PLAN': PLAN, 'SACA_HELO': 'maquina', 'SACA_HOST': 'api.example.com',
		'SACA_PROTO': 'ESMTPSA', 'SACA_TICKET': base64.b64encode(ticket()).decode(), 'SSL_PROTOCOL': 'TLSv1.2',
		'SSL_CIPHER': 'ECDHE-X', 'TCPREMOTEIP': IP, **changes}
	block = [('%s=%s' % v).encode('utf-8', 'surrogateescape') for v in values.items() if v[1] is not None]
	return b''.join(v + b'\0' for v in [*block, *more]) + b'\0'


def envelope(*recipients, sender='r@d.es'):
	return b''.join(s.encode() + b'\0' for s in ('F' + sender, *('T' + r for r in recipients or ('a@x.es', 'b@x.es')))) + b'\0'


def campaign(n, text='hola'):
	return ('Message-ID: <%s@cliente.es>\nSubject: n%s\nMIME-Version: 1.0\n'
		'Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n%s\n'
		'--b\nContent-Type: text/html\n\n<p>hola</p>\n--b--\n' % (n, n, text)).encode()


def inside(message, env=None, **changes):
	"""A request that holds envelope and message."""
	env = envelope() if env is None else env
	return settings(**changes) + struct.pack('>I', len(env)) + env + struct.pack('>I', len(message)) + message


def memory_file(octets):
	fd = os.memfd_create('test')
	os.write(fd, octets)
	return fd


class Service:
	"""saca-spool -S at a socket of its own, its log in a file."""

	def __init__(self, folder, *options, workers=2):
		self.path, self.log = os.path.join(folder, 'queue'), os.path.join(folder, 'log')
		self.spool = os.path.join(folder, 'spool')
		with open(os.path.join(folder, 'key'), 'wb') as f:
			f.write(KEY)
		sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		if os.path.exists(self.path):
			os.unlink(self.path)
		sock.bind(self.path)
		with open(self.log, 'ab') as log:
			self.process = subprocess.Popen([os.path.join(BIN, 'saca-spool'), '-S', '-n', str(workers), '-k',
				os.path.join(folder, 'key'), '-a', os.path.join(folder, 'accounts', 'senders.cdb'), *options,
				self.spool], stdin=sock, stderr=log)
		sock.close()

	def workers(self):
		pid = self.process.pid
		with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
			return [int(p) for p in f.read().split()]

	def said(self):
		with open(self.log) as f:
			return f.read()

	def files(self, folder='new'):
		place = os.path.join(self.spool, folder)
		return sorted(os.path.join(place, n) for n in os.listdir(place)) if os.path.isdir(place) else []

	def send(self, data, fds=(), reply=True, keep=None):
		"""Sends a datagram with descriptors and one end of a pair. Returns our end."""
		ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
			s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
			s.connect(self.path)
			all_fds = [*fds, *([theirs.fileno()] if reply else [])]
			control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', all_fds))] if all_fds else []
			s.sendmsg([data], control)
		theirs.close()
		return ours

	def ask(self, data, fds=(), reply=True, seconds=60):
		"""(code, line); None: the service closed its end without a reply."""
		with self.send(data, fds, reply) as ours:
			ours.settimeout(seconds)
			packet = ours.recv(1000)
			return (packet[0], packet[1:].decode()) if packet else None

	def ask_files(self, message, env=None, seconds=60, **changes):
		fds = [memory_file(message), memory_file(envelope() if env is None else env)]
		try:
			return self.ask(settings(**changes), fds, seconds=seconds)
		finally:
			for fd in fds:
				os.close(fd)

	def stop(self):
		self.process.send_signal(signal.SIGTERM)
		return self.process.wait(60)


def accounts(folder, text='', plan='plan acme'):
	place = os.path.join(folder, 'accounts')
	os.makedirs(place, exist_ok=True)
	subprocess.run([os.path.join(BIN, 'saca-accounts'), place], input=('%s %s\nsender acme r@d.es\n' % (plan, text)).encode(),
		check=True, stderr=subprocess.DEVNULL)


def folder():
	return tempfile.mkdtemp(dir=os.environ['T'])


def await_that(condition, seconds=60):
	end = time.monotonic() + seconds
	while time.monotonic() < end:
		if condition():
			return True
		time.sleep(0.005)
	return False
