"""saca-spool -S, killed and failing everywhere: the parent and its worker. A client sends
messages, directly or through saca-smtpd. Each answer must be true, and a client that comes
again must get the same number."""

import os
import signal
import socket
import subprocess
import sys
import threading

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'spool'))

from inject import Hangs, start, wait
from line import Line, Repeated
from message import campaign
from service import KEY, Service, envelope, inside, ticket
from spool import CREDIT, Deliverer
from world import PLAN, SENDER, demand, environment, program, write


PATIENCE = 5 # seconds; a worker that dies at once is started again after one


class Mail:
	"""A request of the client's, as two memory files if it is large."""

	def __init__(self, name, text='hola', wanted=0, octets=None):
		self.name, self.wanted = name, wanted
		self.recipients = ['%s.%d@x.es' % (name, i) for i in range(3)]
		self.octets = campaign(name, text) if octets is None else octets
		self.is_large = len(self.octets) > 60000

	def ask(self, service):
		"""(code, line); None: no reply, because the service has ended or each of its workers dies before
		its first request."""
		env = envelope(*self.recipients, sender=SENDER)
		if service.dies:
			return None
		try:
			if not self.is_large:
				return service.ask(inside(self.octets, env), seconds=PATIENCE)
			return service.ask_files(self.octets, env, PATIENCE)
		except (ConnectionError, FileNotFoundError):
			return None
		except TimeoutError:
			service.dies = service.logged().count('worker') > 1
			if not service.dies:
				raise Hangs() from None
			return None


MAILS = [Mail('uno'), Mail('grande', 'x\n' * 40000), Mail('vacio', octets=b''),
	Mail('falta', wanted=31, octets=b'Subject: falta\n\nsolo texto\n'), Mail('dos')]


class Traced(Service):
	"""A service under strace, with one worker."""

	def __init__(self, folder, prefix):
		self.dies = False
		self.path, self.log, self.spool = (os.path.join(folder, n) for n in ('queue', 'log', 'spool'))
		sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		if os.path.exists(self.path):
			os.unlink(self.path)
		sock.bind(self.path)
		self.pid, self.pipes = start([*prefix, program('saca-spool'), '-S', '-n', '1', '-k', os.path.join(folder, 'key'),
			'-a', os.path.join(folder, 'senders.cdb'), self.spool], environment(), {0: sock.fileno(), 2: self.log}, (3,))
		sock.close()

	def end(self):
		"""Returns when all its processes have ended."""
		os.killpg(self.pid, signal.SIGTERM)
		return wait(self.pid, self.pipes)


class Queue(Repeated):
	mails = MAILS
	# strace skips a close that it lets fail: the client would wait for the end of the connection.
	skip = ('close', 'exit', 'exit_group')
	follow = True

	def __init__(self, name):
		self.name = name

	def prepare(self, folder):
		os.mkdir(folder)
		write(os.path.join(folder, 'key'), KEY)
		text = 'plan %s credit=yes\nsender %s %s\n' % (PLAN, PLAN, SENDER)
		subprocess.run([program('saca-accounts'), folder], input=text, text=True, check=True, stderr=subprocess.DEVNULL,
			env=environment())
		demand(Deliverer(folder, True).change(CREDIT)[0] == 0, 'no credit can be given')

	def session(self, folder, prefix=()):
		"""{name: answer} of all mails."""
		service = Traced(folder, prefix)
		try:
			return {m.name: m.ask(service) for m in MAILS}
		finally:
			service.end()

	@staticmethod
	def is_wanted(mail, answer):
		return answer and (answer[0] == 0) == (mail.wanted == 0)

	@staticmethod
	def files(d, mail):
		files = [f for f in d.spool.files() if f.recipients[0] == mail.recipients[0]]
		for f in files:
			demand(f.recipients == mail.recipients, 'other recipients:', f.recipients)
			demand(f.message == mail.octets, 'another message')
		return files

	def check(self, d, point, mail, answer):
		"""Returns whether it is in doubt: it is committed, and the client has no reply."""
		files = self.files(d, mail)
		demand(len(files) <= 1, 'more than one file:', len(files))
		if answer is None:
			return bool(files)
		code, line = answer
		if code == 0:
			demand(len(files) == 1, 'accepted, and no file:', line)
			wanted = 'contacts=3 ' + files[0].id if files[0].send is None else 'id=%d %s' % (files[0].send, files[0].id)
			demand(line in ('', 'K' + wanted, 'R' + wanted), 'another answer:', line, wanted)
			return False
		demand(not files, 'a file and a refusal:', mail.name, answer)
		demand(mail.wanted or not (11 <= code <= 40 or line.startswith('D')), 'refused for good:', mail.name, answer)
		return False

	def check_again(self, d, mail, first, again):
		files = self.files(d, mail)
		if mail.wanted:
			demand(not files, 'refused, and a file')
		elif mail.octets:
			demand(len(files) == 1, 'after the next client:', len(files))
			if first and first[0] == 0:
				demand(first[1][1:] == again[1][1:], 'another answer:', first, again)


class LoginService:
	"""Answers every login with a ticket, as saca-checkpassword -S does after a right password."""

	def __init__(self, path):
		if os.path.exists(path):
			os.unlink(path)
		self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		self.sock.bind(path)
		threading.Thread(target=self.answer, daemon=True).start()

	def answer(self):
		while True:
			data, fds, _, _ = socket.recv_fds(self.sock, 1000, 8)
			if not data:
				return
			with socket.socket(fileno=fds[-1]) as reply:
				reply.send(b'\0' + ticket(data.split(b'\0')[0].decode()))

	def end(self):
		self.sock.shutdown(socket.SHUT_RDWR)
		self.sock.close()


class StandingLine(Line):
	"""saca-smtpd with both services; the queue service is under strace. A client without an answer
	of the service gets a 451, and the same number when it comes again."""

	skip = Queue.skip
	follow = True
	# If this call fails, a client whose message is committed gets no reply.
	blind = ('sendto',)

	def __init__(self):
		super().__init__('the line with services', 'service')

	def prepare(self, folder):
		super().prepare(folder)
		write(os.path.join(folder, 'key'), KEY)

	def command(self, folder, prefix, spool=None):
		return [program('saca-smtpd'), '-h', 'api.example.com', '-p', '-d', '0', '-w', '6', '-t', '20', '-l', '20',
			'-a', os.path.join(folder, 'senders.cdb'), '-C', os.path.join(folder, 'login'), '-Q', os.path.join(folder, 'queue')]

	def session(self, folder, prefix=()):
		service, login = Traced(folder, prefix), LoginService(os.path.join(folder, 'login'))
		try:
			return super().session(folder)
		finally:
			service.end()
			login.end()


SCENARIOS = [Queue('the queue service'), StandingLine()]
