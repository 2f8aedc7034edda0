"""The whole line, killed and failing everywhere. A client talks to saca-smtpd with its
authenticator, checker and spooler; one of them is under strace. The client waits for each
reply, and ends a transaction at the first reply that it does not want."""

import base64
import os
import socket
import subprocess

from inject import HANGS, KILL, Hangs, recorder, start, wait
from message import campaign
from spool import CREDIT, Deliverer, Transaction
from world import PLAN, SENDER, USER, demand, environment, program

PASSWORD = 'secreto'

class Mail:
	"""A transaction of the client. wanted: the first digit of the last reply without a fault."""

	def __init__(self, name, octets, recipients, bdat=False, wanted='2'):
		self.name, self.octets, self.bdat, self.wanted = name, octets, bdat, wanted
		self.recipients = ['%s.%d@x.es' % (name, i) for i in range(recipients)]
		self.is_send = bool(octets) and wanted == '2'


MAILS = [
	Mail('uno', campaign('uno'), 3),
	Mail('vacio', b'', 2),
	Mail('falta', b'Subject: falta\n\nsolo texto\n', 2, wanted='5'),
	Mail('trozos', campaign('trozos'), 2, bdat=True),
	Mail('seguida', campaign('seguida'), 2),
]


class Closed(Exception):
	pass


class Client:
	def __init__(self, sock):
		self.sock, self.held = sock, b''
		sock.settimeout(HANGS)

	def reply(self):
		"""Reads a reply, and returns its last line."""
		while True:
			while b'\r\n' not in self.held:
				try:
					some = self.sock.recv(65536)
				except TimeoutError:
					raise Hangs() from None
				except ConnectionError:
					some = b''
				if not some:
					raise Closed()
				self.held += some
			line, self.held = self.held.split(b'\r\n', 1)
			if line[3:4] != b'-':
				return line.decode()

	def say(self, octets):
		try:
			self.sock.sendall(octets)
		except ConnectionError:
			raise Closed() from None

	def ask(self, text):
		self.say(text.encode() + b'\r\n')
		return self.reply()

	def log_in(self):
		"""Reads the greeting and logs in. Returns the reply to AUTH."""
		self.reply()
		self.ask('EHLO maquina')
		token = '\0%s\0%s' % (USER, PASSWORD)
		return self.ask('AUTH PLAIN ' + base64.b64encode(token.encode()).decode())

	def send(self, mail, outcome):
		"""Writes each step to outcome."""
		for command in ['MAIL FROM:<%s>' % SENDER] + ['RCPT TO:<%s>' % r for r in mail.recipients]:
			outcome.reply = self.ask(command)
			if outcome.reply[0] != '2':
				return
		body = mail.octets.replace(b'\n', b'\r\n')
		if mail.bdat:
			half = len(body) // 2
			for text, head in ((body[:half], 'BDAT %d'), (body[half:], 'BDAT %d LAST')):
				outcome.begun, outcome.reply = True, None
				self.say((head % len(text)).encode() + b'\r\n' + text)
				outcome.reply = self.reply()
				if outcome.reply[0] != '2':
					return
			return
		for octets in (b'DATA\r\n', body + b'.\r\n'):
			outcome.begun, outcome.reply = True, None
			self.say(octets)
			outcome.reply = self.reply()
			if outcome.reply[0] != '3':
				return


class Outcome:
	"""reply: the last one; None if the connection was closed instead. begun: the server may have
	accepted DATA or BDAT; from then on it queues the contacts of a client that vanishes."""

	def __init__(self):
		self.reply, self.begun = None, False

	def __repr__(self):
		return repr(self.reply)


class Repeated:
	"""A client that sends its mails under a fault, and again without one. A subclass has the mails, session,
	is_wanted, check and check_again; follow: the fault may be in a child of the traced program."""

	follow = False

	def record(self, folder, log):
		for mail, answer in zip(self.mails, self.session(folder, recorder(log, self.follow)).values()):
			demand(self.is_wanted(mail, answer), 'undisturbed it fails:', mail.name, answer)

	def try_point(self, folder, log, point):
		d = Deliverer(folder, True)
		first = self.session(folder, point.prefix(log, self.follow))
		doubts = [self.check(d, point, mail, first[mail.name]) for mail in self.mails]
		demand(point.fault == KILL or not d.spool.names('tmp') or point.call == 'unlinkat',
			'tmp/ was not tidied up')
		again = self.session(folder)
		for mail in self.mails:
			demand(self.is_wanted(mail, again[mail.name]), 'without the fault it fails:', mail.name, again[mail.name])
			self.check_again(d, mail, first[mail.name], again[mail.name])
		Transaction.check_numbers(d)
		cost = sum(len(f.recipients) for f in d.spool.files() if f.send is not None)
		demand(d.balance() == CREDIT - cost, 'credit:', d.balance(), cost)
		return any(doubts)


class Line(Repeated):
	mails = MAILS
	# strace skips a close that it lets fail: the other end of a pipe would wait for ever. The kernel
	# closes a descriptor even if it reports an error.
	skip = ('close',)
	# If this call fails, saca-smtpd does not learn the spooler's exit code, as if the spooler had died.
	blind = ('wait4',)

	def __init__(self, name, role):
		self.name, self.role = name, role

	def prepare(self, folder):
		os.mkdir(folder)
		hashed = subprocess.run(['openssl', 'passwd', '-6', '-salt', 'xx', PASSWORD], check=True,
			capture_output=True, text=True).stdout.strip()
		text = 'plan %s credit=yes\nuser %s %s\nsender %s %s\n' % (PLAN, USER, hashed, PLAN, SENDER)
		subprocess.run([program('saca-accounts'), folder], input=text, text=True, check=True,
			stderr=subprocess.DEVNULL, env=environment())
		demand(Deliverer(folder, True).change(CREDIT)[0] == 0, 'no credit can be given')

	def command(self, folder, prefix, spool=None):
		at = {role: [] for role in ('smtpd', 'checkpassword', 'queue')}
		at[self.role] = list(prefix)
		smtpd = [program('saca-smtpd'), '-h', 'api.example.com', '-p', '-d', '0', '-w', '20', '-t', '20', '-l', '20',
			'-a', os.path.join(folder, 'senders.cdb')]
		return (at['smtpd'] + smtpd + at['checkpassword']
			+ [program('saca-checkpassword'), os.path.join(folder, 'passwords.cdb'), '--']
			+ at['queue'] + [program('saca-mime'), program('saca-spool'), spool or os.path.join(folder, 'spool')])

	def session(self, folder, prefix=()):
		"""{name: Outcome}. Returns when no process of the line is left, orphans included."""
		outcomes = {m.name: Outcome() for m in MAILS}
		ours, theirs = socket.socketpair()
		pid, pipes = start(self.command(folder, prefix), environment(TCPREMOTEIP='192.0.2.7'),
			{0: theirs.fileno(), 1: theirs.fileno()}, (2,))
		theirs.close()
		client = Client(ours)
		try:
			login = client.log_in()
			demand(login[0] in '24', 'the password was right:', login)
			if login[0] == '2':
				for mail in MAILS:
					client.send(mail, outcomes[mail.name])
				client.ask('QUIT')
		except Closed:
			pass
		finally:
			ours.close()
			wait(pid, pipes)
		return outcomes

	@staticmethod
	def is_wanted(mail, outcome):
		return outcome.reply and outcome.reply[0] == mail.wanted

	@staticmethod
	def of(d, mail):
		"""Returns the files of the mail's sends, and those of its contacts alone."""
		files = [f for f in d.spool.files() if f.recipients[0] == mail.recipients[0]]
		for f in files:
			demand(f.recipients == mail.recipients, 'other recipients:', f.recipients)
			demand(f.message == (b'' if f.send is None else mail.octets), 'another message')
		return [f for f in files if f.send is not None], [f for f in files if f.send is None]

	def check(self, d, point, mail, outcome):
		"""Returns whether it is in doubt: it is committed, and the client has no reply."""
		sends, contacts = self.of(d, mail)
		reply = outcome.reply
		demand(len(sends) <= mail.is_send, 'too many files:', len(sends))
		if not outcome.begun:
			demand(not sends and not contacts, 'a file of what was not sent', reply)
			demand(not reply or reply[0] in '24', 'refused for good:', reply)
			return False
		if reply and reply[0] == '2' and mail.is_send:
			demand(len(sends) == 1 and not contacts, 'accepted, and no file:', reply)
			demand(reply in ('250 OK', '250 OK id=%d %s' % (sends[0].send, sends[0].id)), 'another answer:', reply)
		elif reply and reply[0] == '2':
			demand(len(contacts) == 1, 'contacts accepted, and no file')
			demand(reply in ('250 OK', '250 OK contacts=2 ' + contacts[0].id), 'another answer:', reply)
		elif reply and reply[0] == '5':
			demand(mail.wanted == '5', 'refused for good:', reply)
			demand(len(contacts) == 1, 'refused, and no contacts')
		elif sends or contacts:
			demand(not reply or point.fault == KILL or point.call in self.blind, 'a file and a refusal:',
				mail.name, reply)
			return bool(sends)
		return False

	def check_again(self, d, mail, first, again):
		sends, contacts = self.of(d, mail)
		if mail.is_send:
			demand(len(sends) == 1, 'after the next session:', len(sends))
			if first.reply and ' id=' in first.reply:
				demand(first.reply == again.reply, 'another answer:', first.reply, again.reply)
		else:
			demand(contacts, 'no contacts after the next session')


class Session:
	"""A client whose session stays open, without faults."""

	def __init__(self, line, folder, spool=None, **env):
		self.sock, theirs = socket.socketpair()
		self.pid, self.pipes = start(line.command(folder, (), spool), environment(TCPREMOTEIP='192.0.2.7', **env),
			{0: theirs.fileno(), 1: theirs.fileno()}, (2,))
		theirs.close()
		self.client = Client(self.sock)
		login = self.client.log_in()
		demand(login[0] == '2', 'no login:', login)

	def send(self, mail):
		"""Returns the last reply."""
		outcome = Outcome()
		self.client.send(mail, outcome)
		return outcome.reply

	def end(self):
		"""Returns (exit code, standard error)."""
		self.client.ask('QUIT')
		self.sock.close()
		status, said = wait(self.pid, self.pipes)
		return status, said[2].decode()


SCENARIOS = [
	Line('the dialogue', 'smtpd'),
	Line('the authenticator', 'checkpassword'),
	Line('the checker and the spooler', 'queue'),
]
