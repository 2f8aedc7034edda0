"""saca-send, killed and failing everywhere: its worker, or its sessions. Whatever happened, the
next run ends the send. Every contact gets its mail; a session that was interrupted may send one
mail twice, with the same Message-ID."""

import collections
import os
import subprocess

from inject import ERRORS, KILL, recorder, run, start, wait
from sink import Sink
from world import Store, demand, environment, program

DATE = '2013-09-12T11:59:19Z'
SESSIONS = 2

PLAN_ROWS = '''
INSERT INTO plan (id, name) VALUES (1, 'acme'), (2, 'shop');
INSERT INTO sender (id, plan_id, address, name) SELECT id, id, 'tienda@dominio.com', 'La tienda' FROM plan;
INSERT INTO piece (id, plan_id, name, source, html, text, created_at)
	SELECT id, id, 'p', 'smtp', '<p>Hola, <a href="https://a.es/">aquí</a></p>', 'Hola', '{date}' FROM plan;
'''

# Send n to contacts n * 1000000 + 1...
SEND_ROWS = '''
BEGIN;
INSERT INTO contact_group (id, plan_id, name, source, smtp_id, created_at) VALUES ({n}, {plan}, 'g', 'smtp', '{n}', '{date}');
INSERT INTO contact (id, plan_id, email, created_at)
	WITH RECURSIVE n(i) AS (SELECT {n} * 1000000 + 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n} * 1000000 + {contacts})
	SELECT i, {plan}, 'c' || i || '@x.es', '{date}' FROM n;
INSERT INTO group_member (plan_id, group_id, contact_id)
	SELECT {plan}, {n}, id FROM contact WHERE id > {n} * 1000000 AND id <= {n} * 1000000 + {contacts};
INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, smtp_id, message_id,
	show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at)
	VALUES ({n}, {plan}, 'v.acme', {plan}, {plan}, {n}, 'x', 'smtp', 'new', 'Rebajas', '{n:032d}', '',
	1, 0, 3, 1, 1, '', {contacts}, '{date}', '{date}');
COMMIT;
'''

# The exit status of the dynamic loader if its first mmap fails.
LOADER = {('mmap', 1): (-11,)}

# Ends each lease, and makes each deferred mail due.
LATER = "UPDATE send SET claimed_until = '{0}', next_at = '{0}' WHERE state = 'sending'; " \
	"UPDATE delivery SET next_at = '{0}' WHERE state = 'deferred'".format(DATE)

RECOUNT = '''SELECT count(*) FROM send s LEFT JOIN figures f ON f.send_id = s.id AND f.source = 'saca-send' WHERE
	coalesce(f.handed, 0) <> (SELECT count(*) FROM delivery d WHERE d.send_id = s.id AND d.state = 'handed') OR
	coalesce(f.refused, 0) <> (SELECT count(*) FROM delivery d WHERE d.send_id = s.id AND d.state = 'refused')'''


def address(n, i):
	"""Returns the address of the i-th contact of send n; i begins at 1."""
	return 'c%d@x.es' % (n * 1000000 + i)


class World:
	"""A folder with keys, published sends, and a store with a send."""

	def __init__(self, folder):
		self.folder = folder
		self.store, self.key, self.published, self.errors = (os.path.join(folder, n)
			for n in ('saca.db', 'key', 'published', 'errors'))

	def make(self, contacts):
		"""Makes it, with send 1 to so many contacts."""
		os.makedirs(self.folder, exist_ok=True)
		os.mkdir(self.published)
		demand(run([program('saca-send'), '-K', self.key], environment(), {2: self.errors})[0] == 0, 'no key can be made')
		demand(self.send('smtp://127.0.0.1:1')[0] == 0, 'no store can be made')
		self.sql(PLAN_ROWS.format(date=DATE))
		self.add(1, contacts)

	def add(self, n, contacts, plan=1):
		self.sql(SEND_ROWS.format(n=n, plan=plan, date=DATE, contacts=contacts))

	def start(self, url, prefix=(), sessions=SESSIONS, options=()):
		"""Starts saca-send. Returns the arguments of inject.wait, which waits for the sessions too."""
		return start([*prefix, program('saca-send'), *options, '-n', str(sessions), '-t', '5', '-k', self.key, '-p', self.published,
			'-u', 'https://l.example', '-h', 'api.example.com', self.store, url], environment(), {0: '/dev/null'}, (2,))

	def send(self, url, prefix=(), sessions=SESSIONS):
		"""Runs saca-send. Returns (status, standard error)."""
		status, said = wait(*self.start(url, prefix, sessions))
		return status, said[2].decode()

	def sql(self, text):
		subprocess.run(['sqlite3', '-cmd', '.timeout 20000', self.store, text], check=True, capture_output=True)

	def rows(self, *questions):
		"""Returns the rows of each query. Demands that the store is whole."""
		store = Store(self.store, os.path.join(self.folder, 'copy.db'))
		try:
			demand(store.is_whole(), 'the store is damaged')
			demand(store.all(RECOUNT) == [(0,)], 'the figures are not those of a recount')
			return [store.all(q) for q in questions]
		finally:
			store.close()

	def handed(self):
		return {email for email, in self.rows('SELECT email FROM delivery JOIN contact c ON c.id = contact_id '
			"WHERE state = 'handed'")[0]}

	def end_send(self, url, sessions=SESSIONS):
		"""Runs saca-send again, as if later, and demands that it ends the send."""
		self.sql(LATER)
		status, said = self.send(url, sessions=sessions)
		demand(status == 0, 'the next run fails:', status, said)
		demand(set(self.rows('SELECT state FROM send')[0]) == {('sent',)}, 'the next run does not end the send')


def check_taken(mails, contacts, doubts):
	"""Demands that each contact of send 1 has its mail, and that at most `doubts` mails are repeats.
	Returns the number of repeats."""
	ids = collections.defaultdict(list)
	for id, recipient in mails:
		ids[recipient].append(id)
	lost = {address(1, i) for i in range(1, contacts + 1)} - ids.keys()
	demand(not lost, 'lost:', sorted(lost))
	demand(all(len(set(l)) == 1 for l in ids.values()), 'a repeat has another Message-ID')
	demand(len({l[0] for l in ids.values()}) == contacts, 'two contacts share a Message-ID')
	repeats = len(mails) - contacts
	demand(repeats <= doubts, 'more repeats than mails in doubt:', repeats, doubts)
	return repeats


class Send:
	"""A send to `contacts`. follow: the sessions are under strace as well as the worker, and each
	process counts its own calls."""

	def __init__(self, name, contacts, follow, faults):
		self.name, self.contacts, self.follow, self.faults = name, contacts, follow, faults
		# strace skips a close that it lets fail, so the session would stay open. SQLite keeps a lock if
		# unlocking fails, and the worker waits for it for a minute. The C library aborts if a futex fails.
		self.skip = ('close', 'fcntl', 'futex')

	def prepare(self, folder):
		World(folder).make(self.contacts)

	def record(self, folder, log):
		with Sink() as sink:
			status, said = World(folder).send(sink.url, recorder(log, self.follow))
			demand(status == 0 and len(sink.mails) == self.contacts, 'undisturbed it fails:', status, said)

	def doubts(self, log, point, status):
		"""How many mails can be in doubt: one for each session that was killed, whose worker was killed,
		or in which a call failed after the last octet of a mail."""
		with open(log, errors='replace') as f:
			text = f.read()
		met = text.count('+++ killed by SIGKILL') - (status == -9) if point.fault == KILL else text.count('(INJECTED)')
		return (met if self.follow else 0) + SESSIONS * (status != 0 or not self.follow)

	def try_point(self, folder, log, point):
		world = World(folder)
		with Sink() as sink:
			status, said = world.send(sink.url, point.prefix(log, self.follow))
			ends = (0, 1, 111, 127) + ((-9,) if point.fault == KILL else LOADER.get((point.call, point.n), ()))
			demand(status in ends, 'exit code', status, said)
			if os.path.exists(world.store):
				taken = {recipient for _, recipient in sink.mails}
				demand(world.handed() <= taken, 'the store has a mail that the server has not taken')
			world.end_send(sink.url)
			repeats = check_taken(sink.mails, self.contacts, self.doubts(log, point, status))
			demand(len(world.handed()) == self.contacts, 'not each contact is noted as handed')
			return repeats


SCENARIOS = [
	Send('a worker that is killed', 50, False, (KILL,)),
	Send('worker and sessions that are killed', 50, True, (KILL,)),
	Send('worker and sessions whose calls fail', 8, True, ERRORS),
]
