"""saca-spool, killed and failing everywhere. A scenario is a spool in some state, and a
transaction or a change of credit on it."""

import os

from inject import KILL, recorder, run
from world import PLAN, SENDER, USER, Spool, demand, environment, program, write

RECIPIENTS = ['ana@x.es', 'eva@x.es', 'luis@x.es']
CREDIT = 100


def message(n, keyed=True, text='cuerpo'):
	head = 'Message-ID: <%d@cliente.es>\n' % n if keyed else ''
	return (head + 'Subject: n%d\n\n%s\n' % (n, text)).encode()


def envelope(recipients=RECIPIENTS):
	return ('F%s\0' % SENDER + ''.join('T%s\0' % r for r in recipients) + '\0').encode()


class Deliverer:
	"""Runs saca-spool in a folder. Its input and its errors are files in `own`."""

	def __init__(self, folder, credit, own=None):
		self.folder, self.own = folder, own or folder
		self.spool = Spool(os.path.join(folder, 'spool'))
		self.errors = os.path.join(self.own, 'errors')
		self.envelope = write(os.path.join(self.own, 'envelope'), envelope())
		self.env = environment(SACA_USER=USER, SACA_PLAN=PLAN, SACA_HELO='maquina', SACA_PROTO='ESMTPSA',
			TCPREMOTEIP='192.0.2.7', **({'SACA_CREDIT': 'yes'} if credit else {}))

	def deliver(self, octets, prefix=(), pipe=False):
		"""Returns (status, reply). The message comes from a file, or through a pipe."""
		path = write(os.path.join(self.own, 'message'), octets)
		argv = list(prefix) + [program('saca-spool'), self.spool.path]
		fds = {0: path, 1: self.envelope, 2: self.errors}
		if not pipe:
			status, said = run(argv, self.env, fds, (6,))
			return status, said[6].decode()
		r, w = os.pipe()
		if os.fork() == 0:
			os.close(r)
			os._exit(feed(w, octets))
		os.close(w)
		fds[0] = r
		try:
			status, said = run(argv, self.env, fds, (6,))
		finally:
			os.close(r)
			os.wait()
		return status, said[6].decode()

	def change(self, amount, prefix=()):
		"""Returns (status, credit that is left)."""
		status, said = run(list(prefix) + [program('saca-spool'), '-c', '%s=%+d' % (PLAN, amount),
			self.spool.path], self.env, {0: '/dev/null', 2: self.errors}, (1,))
		return status, said[1].decode().strip()

	def balance(self):
		status, left = self.change(0)
		demand(status == 0, 'the credit can not be asked:', status)
		return int(left)

	def forget_place(self):
		"""Changes the counter's hint to that of another boot: the next number is synced."""
		path = os.path.join(self.spool.path, 'count')
		with open(path) as f:
			text = f.read()
		at = text.index(' boot ') + 6
		write(path, (text[:at] + '0' * 8 + text[at + 8:]).encode())


def feed(w, octets):
	try:
		while octets:
			octets = octets[os.write(w, octets):]
	except BrokenPipeError:
		pass
	return 0


class Transaction:
	"""A message, the same again after the fault, and another one after it."""

	def __init__(self, name, keyed=True, credit=True, pipe=False, empty=False, text='cuerpo',
		fresh=False, before=None):
		self.name, self.keyed, self.credit, self.pipe, self.fresh = name, keyed, credit, pipe, fresh
		self.octets = b'' if empty else message(1, keyed, text)
		self.empty, self.before = empty, before

	def prepare(self, folder):
		os.mkdir(folder)
		d = Deliverer(folder, self.credit)
		if self.credit:
			demand(d.change(CREDIT)[0] == 0, 'no credit can be given')
		if not self.fresh:
			demand(d.deliver(message(0))[0] == 0, 'nothing can be spooled')
		if self.before:
			self.before(d, self)

	def run(self, folder, prefix):
		"""Runs the transaction with the prefix, on a copy of the template."""
		d = Deliverer(folder, self.credit)
		if not self.fresh and self.before is not forget_place:
			# the second line of a copied counter is that of another file: the first number is synced
			demand(d.deliver(message(9))[0] == 0, 'nothing can be spooled')
		self.start = d.balance() if self.credit else None
		self.known = {f.path: f.id for f in d.spool.files()}
		self.had = {f.message: f.id for f in d.spool.files()}
		return d, d.deliver(self.octets, prefix, self.pipe)

	def record(self, folder, log):
		d, (status, reply) = self.run(folder, recorder(log))
		demand(status == 0 and reply[:1] in ('K', 'R'), 'undisturbed it fails:', status, reply)

	def try_point(self, folder, log, point):
		d, (status, reply) = self.run(folder, point.prefix(log))
		in_doubt = self.check(d, point, status, reply)
		self.check_again(d, point, status, reply)
		return in_doubt

	def mine(self, d):
		return [f for f in d.spool.files() if f.message == self.octets
			and (not self.empty or f.path not in self.known)]

	def check(self, d, point, status, reply):
		"""Compares the answer with the spool. Returns whether the message is in doubt: saca-spool
		was killed between the commit and the answer."""
		there = self.mine(d)
		fresh = [f for f in there if f.path not in self.known]
		for f in there:
			demand(f.recipients == RECIPIENTS, 'other recipients')
		demand(len(there) <= 1, 'the message is there twice')
		if status == 0:
			self.check_accepted(d, there, reply)
			return False
		demand(not 11 <= status <= 40 and not reply.startswith('D'), 'refused for good:', status, reply)
		demand(reply[:1] not in ('K', 'R') or point.fault == KILL, 'accepted and failed:', status, reply)
		if point.fault == KILL:
			demand(status == -9, 'not killed:', status)
			return bool(fresh)
		demand(not fresh, 'a file without an answer')
		demand(point.call == 'unlinkat' or not d.spool.names('tmp'), 'tmp/ was not tidied up')
		return False

	def check_accepted(self, d, there, reply):
		if self.empty:
			demand(len(there) == 1 and there[0].send is None, 'contacts accepted, and no file')
			demand(reply in ('', 'Kcontacts=3 ' + there[0].id), 'another answer:', reply)
			return
		if there:
			known = (there[0].send, there[0].id)
		else:
			seen = d.spool.seen()
			demand(self.before is retire and len(seen) == 1, 'accepted, and no file')
			known = list(seen.values())[0]
		demand(reply[1:] in ('', 'id=%d %s' % known), 'another answer:', reply, known)

	def check_again(self, d, point, status, reply):
		"""The client sends the message again, whether or not it got a 250."""
		first = self.mine(d)
		again, said = d.deliver(self.octets)
		demand(again == 0 and said[:1] in ('K', 'R'), 'the next run fails:', again, said)
		there = self.mine(d)
		if self.keyed and not self.empty:
			demand(len(there) == (self.before is not retire), 'after the next run:', len(there))
			demand(reply[:1] not in ('K', 'R') or said == 'R' + reply[1:], 'another answer:', reply, said)
		else:
			demand(len(there) == len(first) + 1, 'after the next run:', len(there))
		last, said = d.deliver(message(2))
		demand(last == 0 and said.startswith('Kid='), 'another message fails:', last, said)
		self.check_numbers(d)
		if self.credit:
			sends = [f for f in d.spool.files() if f.path not in self.known and f.send is not None]
			demand(d.balance() == self.start - 3 * len(sends), 'credit:', self.start, len(sends), d.balance())

	@staticmethod
	def check_numbers(d):
		numbers = [f.send for f in d.spool.files() if f.send is not None]
		numbers += [n for n, _ in d.spool.seen().values()]
		demand(len(numbers) == len(set(numbers)), 'a number twice:', sorted(numbers))
		ids = [f.id for f in d.spool.files()]
		demand(len(ids) == len(set(ids)), 'an id twice')


class Change:
	"""Credit given by the operator."""

	def __init__(self, name, pending):
		self.name, self.pending = name, pending

	def prepare(self, folder):
		os.mkdir(folder)
		d = Deliverer(folder, True)
		demand(d.change(CREDIT)[0] == 0 and d.deliver(message(1))[0] == 0, 'no credit can be given')
		if self.pending:
			key = os.path.basename(d.spool.files()[0].path)
			self.pending(d, key)

	def record(self, folder, log):
		status, left = Deliverer(folder, True).change(50, recorder(log))
		demand(status == 0 and left == '147', 'undisturbed it fails:', status, left)

	def try_point(self, folder, log, point):
		d = Deliverer(folder, True)
		status, said = d.change(50, point.prefix(log))
		left = d.balance()
		demand(left in (97, 147), 'the credit is neither what it was nor what it should be:', left)
		demand(status != 0 or left == 147, 'given, and not there')
		demand(point.fault == KILL or status == 0 or left == 97, 'it failed, and is there:', status)
		demand(said in ('', str(left)), 'another answer:', said, left)
		status, reply = d.deliver(message(2))
		demand(status == 0 and d.balance() == left - 3, 'the next send:', status, reply)
		return point.fault == KILL and left == 147


def repeat(d, transaction):
	demand(d.deliver(transaction.octets)[0] == 0, 'nothing can be spooled')


def retire(d, transaction):
	"""Makes the state after an import: an entry in seen/, and no file."""
	repeat(d, transaction)
	for f in d.spool.files():
		if f.message == transaction.octets:
			key = os.path.basename(f.path)
			write(os.path.join(d.spool.path, 'seen', key),
				('%s %d %s 2013-09-12T11:59:19Z\n' % (key, f.send, f.id)).encode())
			os.unlink(f.path)


def move(d, transaction):
	"""Moves the files as a Maildir reader does."""
	repeat(d, transaction)
	for f in d.spool.files('new'):
		os.rename(f.path, os.path.join(d.spool.path, 'cur', os.path.basename(f.path) + ':2,S'))


def forget_place(d, transaction):
	d.forget_place()


def leave_pending(d, balance, id, amount, key):
	text = '%d %s %d %s\n' % (balance, id, amount, key)
	write(os.path.join(d.spool.path, 'credit', PLAN), text.encode())


def died_before(d, _):
	"""A process died with 40 pending, and its file does not exist."""
	leave_pending(d, 57, '0' * 32, 40, '0' * 64)


def died_after(d, key):
	"""A process died with an amount pending, and its file exists."""
	leave_pending(d, 97, d.spool.files()[0].id, 3, key)


LARGE = 'cuerpo ' * 20000

SCENARIOS = [
	Transaction('a send'),
	Transaction('a send in an empty spool', credit=False, fresh=True),
	Transaction('a send that needs a new block of numbers', before=forget_place),
	Transaction('a large send through a pipe', pipe=True, text=LARGE),
	Transaction('a send without a Message-ID', keyed=False),
	Transaction('contacts', empty=True),
	Transaction('contacts in an empty spool', empty=True, credit=False, fresh=True),
	Transaction('a repeat', before=repeat),
	Transaction('a repeat in seen', before=retire),
	Transaction('a repeat in cur', before=move),
	Transaction('a send after a process died with credit pending', before=died_before),
	Change('credit', None),
	Change('credit after a process died before its commit', died_before),
	Change('credit after a process died after its commit', died_after),
]
