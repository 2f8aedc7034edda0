"""saca-import, killed and failing everywhere: whatever happened to it, the next run ends
where an undisturbed one does."""

import base64
import os
import shutil

from inject import KILL, recorder, run
from spool import Deliverer, message
from world import PLAN, SENDER, USER, Spool, Store, demand, environment, images, program, read, write

PNG = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==')
GIF = b'GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377!\371\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1D\0;'
DATE = '2013-09-12T11:59:19Z'
DAY = 86400


def part(headers, octets):
	return b'--r\n' + headers.encode() + b'\n\n' + octets + b'\n'


def campaign(n, pictures=()):
	"""A message that becomes a campaign, with hosted images."""
	html = ''.join('<img src="cid:%d@x">' % i for i in range(len(pictures)))
	text = ('Message-ID: <%d@cliente.es>\nSubject: =?ISO-8859-1?Q?n=FAmero?= %d\nMIME-Version: 1.0\n'
		'Content-Type: multipart/related; boundary=r\n\n' % (n, n)).encode()
	text += part('Content-Type: text/plain; charset=iso-8859-1', b'ma\361ana')
	text += part('Content-Type: text/html; charset=iso-8859-1', b'<p>ma\361ana ' + html.encode() + b'</p>')
	for i, octets in enumerate(pictures):
		text += part('Content-ID: <%d@x>\nContent-Transfer-Encoding: base64' % i, base64.encodebytes(octets))
	return text + b'--r--\n'


def key(n):
	return '%064x' % n


def ident(n):
	return '%032x' % n


def spool_file(n, recipients, octets=None):
	"""Makes the content of the file with number n, or of contacts alone."""
	send = 'X-Saca-Send: %d\n' % n if octets else ''
	return ('Return-Path: <%s>\n%sX-Saca-Id: %s\nX-Saca-User: %s\nX-Saca-Ip: 192.0.2.7\nX-Saca-Date: %s\n'
		'X-Saca-Recipients: %d\n' % (SENDER, send, ident(n), USER, DATE, len(recipients))
		+ ''.join('Delivered-To: %s\n' % r for r in sorted(recipients))
		+ 'Received: from x (192.0.2.7) by h with ESMTPA id %s; %s\n' % (ident(n), DATE)).encode() + (octets or b'')


def people(*ns):
	return ['p%d@x.es' % n for n in ns]


# Files of the spool: the content by the name.
GOOD = {
	'new/' + key(1): spool_file(1, people(1, 2, 3), campaign(1, [PNG])),
	'new/' + key(2): spool_file(2, people(2, 3, 4, 5), campaign(2, [GIF, PNG])),
	'new/' + ident(3): spool_file(3, people(1, 6)),
	'cur/' + key(4) + ':2,S': spool_file(4, people(7), campaign(4)),
}
BAD = {
	'new/' + key(5): spool_file(5, people(8), b'Subject: x\n\nsolo texto\n'),
	'new/' + key(6): b'nonsense\n',
}
EARLIER = {'new/' + key(7): spool_file(7, people(1, 9), campaign(7, [PNG]))}


def fill(spool, files):
	for name, octets in files.items():
		write(os.path.join(spool, name), octets)


class Import:
	"""options: of saca-import. store: whether there is a store, which has a file that is still in the
	spool, as after a crash between commit and removal. count: whether there is a counter."""

	def __init__(self, name, options=(), store=True, count=True):
		self.name, self.options, self.store, self.count = name, list(options), store, count

	# --- The world ---

	def address(self, folder):
		return os.path.join(folder, 'saca.db')

	def open(self, folder):
		return Store(self.address(folder), os.path.join(folder, 'copy'))

	def import_(self, folder, prefix=()):
		errors = os.path.join(folder, 'errors')
		argv = list(prefix) + [program('saca-import'), '-u', 'https://img.example.com', *self.options,
			'-w', os.path.join(folder, 'web'), os.path.join(folder, 'spool'), self.address(folder)]
		return run(argv, environment(), {0: '/dev/null', 1: '/dev/null', 2: errors}, (3,))[0]

	def prepare(self, folder):
		os.mkdir(folder)
		spool = os.path.join(folder, 'spool')
		d = Deliverer(folder, True)
		demand(d.change(100)[0] == 0 and d.deliver(message(0))[0] == 0, 'no spool can be made')
		os.unlink(d.spool.files()[0].path)
		if self.store:
			fill(spool, EARLIER)
			demand(self.import_(folder) == 0, 'nothing can be imported', open(os.path.join(folder, 'errors')).read())
			fill(spool, EARLIER)
		fill(spool, {**GOOD, **BAD})
		self.leave_old_things(spool)
		if not self.count:
			os.unlink(os.path.join(spool, 'count'))
		self.reference = self.result_of_undisturbed(folder, folder + '.reference')

	@staticmethod
	def leave_old_things(spool):
		"""Makes files that the importer cleans up: old entries, a pending amount of credit."""
		for name, days in (('seen/' + key(100), 2), ('tmp/' + ident(100), 3), ('seen/' + key(101), 0)):
			k = os.path.basename(name)
			path = write(os.path.join(spool, name), ('%s 1 %s %s\n' % (k, ident(100), DATE)).encode())
			when = os.stat(path).st_mtime - days * DAY
			os.utime(path, (when, when))
		write(os.path.join(spool, 'credit', PLAN), ('57 %s 40 %s\n' % (ident(100), key(102))).encode())

	def result_of_undisturbed(self, folder, world):
		shutil.copytree(folder, world)
		demand(self.import_(world) == 1, 'undisturbed it does not set two aside')
		reference = self.result(world)
		shutil.rmtree(world)
		return reference

	def result(self, folder):
		"""Returns the state after a run, without times and the store's own numbers."""
		spool = Spool(os.path.join(folder, 'spool'))
		store = self.open(folder)
		demand(store.is_whole(), 'the store is damaged')
		found = {'store': store.dump(), 'images': images(os.path.join(folder, 'web')), 'seen': spool.seen()}
		store.close()
		for name in spool.names('new', 'cur', 'failed', 'done'):
			octets = read(os.path.join(spool.path, name))
			found[name] = octets.split(b' ', 1)[1] if name.endswith('.reason') else octets
		found['credit'] = int(read(os.path.join(spool.path, 'credit', PLAN)).split()[0])
		return found

	# --- The trial ---

	def record(self, folder, log):
		demand(self.import_(folder, recorder(log)) == 1, 'undisturbed it does not set two aside')

	def try_point(self, folder, log, point):
		status = self.import_(folder, point.prefix(log))
		demand(status == -9 if point.fault == KILL else status in (0, 1, 111, 127), 'exit code', status)
		# A lock that cannot be taken means that another importer works: exit code 0, no output.
		busy = status == 0 and (point.call, point.fault) == ('fcntl', 'EAGAIN')
		self.check_nothing_lost(folder, status, busy)
		again = self.import_(folder)
		demand(again in (0, 1), 'the next run fails:', again, read(os.path.join(folder, 'errors')))
		self.compare(self.result(folder))
		self.check_counter(folder)
		return False

	def compare(self, result):
		if result == self.reference:
			return
		for name in sorted({*result, *self.reference}):
			here, there = result.get(name), self.reference.get(name)
			if isinstance(here, dict) and isinstance(there, dict):
				for k in sorted({*here, *there}):
					demand(here.get(k) == there.get(k), 'differs:', name, k, here.get(k), there.get(k))
			demand(here == there, 'differs:', name, here, there)

	def check_nothing_lost(self, folder, status, busy):
		"""Demands that each good file waits unchanged, or that the store has its rows and the spool its
		key; and that each bad file waits, or is set aside with its reason."""
		spool = Spool(os.path.join(folder, 'spool'))
		store = self.open(folder)
		known, seen = store.ids(), spool.seen()
		store.close()
		aside = spool.names('failed')
		images(os.path.join(folder, 'web'))
		for name, octets in {**GOOD, **(EARLIER if self.store else {})}.items():
			k = os.path.basename(name).split(':')[0]
			n = int(k, 16)
			path = os.path.join(spool.path, name)
			demand('failed/' + k not in aside, 'a good file was set aside:', name)
			if os.path.exists(path):
				demand(read(path) == octets, 'a file was changed:', name)
				demand(busy or status not in (0, 1), 'done, it says, and this waits:', name)
			else:
				demand(ident(n) in known, 'lost:', name)
				demand(len(k) == 32 or seen.get(k) == (n, ident(n)), 'not remembered:', name)
		for name, octets in BAD.items():
			k = os.path.basename(name)
			if os.path.exists(os.path.join(spool.path, name)):
				demand(busy or status != 0, 'done, it says, and this waits:', name)
			else:
				demand(read(os.path.join(spool.path, 'failed', k)) == octets, 'lost:', name)
				demand(os.path.exists(os.path.join(spool.path, 'failed', k + '.reason')), 'no reason:', name)

	@staticmethod
	def check_counter(folder):
		d = Deliverer(folder, True)
		status, reply = d.deliver(message(50))
		demand(status == 0 and reply.startswith('Kid='), 'nothing can be spooled:', status, reply)
		demand(int(reply[4:].split()[0]) > max(4, *[n for n, _ in d.spool.seen().values()]), 'a number again:', reply)


SCENARIOS = [
	Import('in small transactions', ['-n', '2']),
	Import('into a new store', store=False),
	Import('without a counter, keeping', ['-k', '30'], count=False),
]
