"""A client of the queue service that sends any octets, and the service itself."""

import base64
import hashlib
import hmac
import os
import struct
import subprocess
import tempfile
import time

import ask

BIN = os.environ['BIN']
KEY = bytes(range(32))
USER, PLAN, IP = 'victor.acme', 'acme', '192.0.2.7'


def ticket(user=USER, lives=600, key=KEY):
	expiry = struct.pack('>Q', int(time.clock_gettime(time.CLOCK_BOOTTIME)) + lives)
	return expiry + hmac.new(key, user.encode('utf-8', 'surrogateescape') + b'\0' + expiry, hashlib.sha256).digest()


def settings(more=(), **changes):
	"""Returns the settings of a request with the final NUL. None leaves a setting out; `more` are appended."""
	values = {'SACA_USER': USER, 'SACA_PLAN': PLAN, 'SACA_HELO': 'maquina', 'SACA_HOST': 'api.example.com',
		'SACA_PROTO': 'ESMTPSA', 'SACA_TICKET': base64.b64encode(ticket()).decode(), 'SSL_PROTOCOL': 'TLSv1.2',
		'SSL_CIPHER': 'ECDHE-X', 'TCPREMOTEIP': IP, **changes}
	block = [('%s=%s' % v).encode('utf-8', 'surrogateescape') for v in values.items() if v[1] is not None]
	return b''.join(v + b'\0' for v in [*block, *more]) + b'\0'


def envelope(*recipients, sender='r@d.es'):
	return b''.join(s.encode() + b'\0' for s in ('F' + sender, *('T' + r for r in recipients or ('a@x.es', 'b@x.es')))) + b'\0'


def inside(message, env=None, **changes):
	"""A request that holds envelope and message."""
	env = envelope() if env is None else env
	return settings(**changes) + struct.pack('>I', len(env)) + env + struct.pack('>I', len(message)) + message


def memory_file(octets):
	fd = os.memfd_create('test')
	os.write(fd, octets)
	return fd


class Service(ask.Service):
	"""saca-spool -S at a socket of its own, its log in a file."""

	def __init__(self, folder, *options, workers=2):
		self.spool, key = os.path.join(folder, 'spool'), os.path.join(folder, 'key')
		with open(key, 'wb') as f:
			f.write(KEY)
		super().__init__(os.path.join(folder, 'queue'), os.path.join(folder, 'log'), os.path.join(BIN, 'saca-spool'), '-S',
			'-n', str(workers), '-k', key, '-a', os.path.join(folder, 'accounts', 'senders.cdb'), *options, self.spool)

	def files(self, folder='new'):
		place = os.path.join(self.spool, folder)
		return sorted(os.path.join(place, n) for n in os.listdir(place)) if os.path.isdir(place) else []

	def ask(self, data, fds=(), seconds=60):
		"""Returns (code, line). None: the service closed its end without a reply."""
		packet = super().ask(data, fds, seconds)
		if packet is None:
			raise TimeoutError
		return (packet[0], packet[1:].decode()) if packet else None

	def ask_files(self, message, env=None, seconds=60, **changes):
		fds = [memory_file(message), memory_file(envelope() if env is None else env)]
		try:
			return self.ask(settings(**changes), fds, seconds)
		finally:
			for fd in fds:
				os.close(fd)


def accounts(folder, text='', plan='plan acme'):
	place = os.path.join(folder, 'accounts')
	os.makedirs(place, exist_ok=True)
	subprocess.run([os.path.join(BIN, 'saca-accounts'), place], input=('%s %s\nsender acme r@d.es\n' % (plan, text)).encode(),
		check=True, stderr=subprocess.DEVNULL)


def folder():
	return tempfile.mkdtemp(dir=os.environ['T'])
