"""Asks a standing service, as src/service/ask.c does, or wrongly."""

import array
import os
import socket
import subprocess
import time


class Asked:
	"""A request that was sent. `fds` come before the reply socket."""

	def __init__(self, path, data, fds=()):
		self.sock, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		self.sent = time.monotonic()
		try:
			send(path, data, [*fds, end.fileno()])
		finally:
			end.close()

	def reply(self, seconds=60):
		"""Returns the packet. b'': the service closed its end without one; None: there is none yet."""
		self.sock.settimeout(seconds)
		try:
			return self.sock.recv(1000)
		except (TimeoutError, BlockingIOError):
			return None

	def close(self):
		self.sock.close()


def send(path, data, fds=()):
	"""Sends one datagram with any descriptors."""
	with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
		s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
		s.connect(path)
		rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))] if fds else []
		s.sendmsg([data], rights)


def ask(path, data, fds=(), seconds=60):
	asked = Asked(path, data, fds)
	try:
		return asked.reply(seconds)
	finally:
		asked.close()


def await_that(condition, seconds=60):
	"""Waits until condition() is true. Returns its last value."""
	end = time.monotonic() + seconds
	while not (result := condition()) and time.monotonic() < end:
		time.sleep(0.002)
	return result


def await_(condition, seconds=60):
	"""Waits until condition() is true, and returns its value. Fails if it stays false."""
	result = await_that(condition, seconds)
	assert result, 'waited in vain'
	return result


class Service:
	"""A service with its socket as descriptor 0. `log`: a path."""

	def __init__(self, path, log, *command, **more):
		self.path, self.log = path, log
		if os.path.exists(path):
			os.unlink(path)
		with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s, open(log, 'ab') as err:
			s.bind(path)
			s.setblocking(False)  # O_NONBLOCK, as some supervisors set it
			self.process = subprocess.Popen(command, stdin=s.fileno(), stdout=err, stderr=err, **more)
		self.pid = self.process.pid

	def children(self):
		with open(f'/proc/{self.pid}/task/{self.pid}/children', encoding='ascii') as f:
			return [int(pid) for pid in f.read().split()]

	def ask(self, data, fds=(), seconds=60):
		return ask(self.path, data, fds, seconds)

	def start(self, data, fds=()):
		return Asked(self.path, data, fds)

	def logged(self):
		with open(self.log, encoding='utf-8') as f:
			return f.read()

	def end(self, signal=15):
		self.process.send_signal(signal)
		return self.process.wait(60)
