"""Power cuts under saca-send: store and published/ are on a file system in an image, which is copied
before the answer to some of the mails, while the worker and the database server are stopped. The sink
has the mails until then. From each copy the next run ends the send: it repeats at most the mails of a
batch."""

import contextlib
import itertools
import os
import signal
import subprocess
import time

from inject import wait
from postgres import FAST, LAZY, Server, tool
from sender import RECOUNT, World, check_taken
from sink import Sink
from world import demand, read

CONTACTS, SESSIONS, BATCH = 400, 4, 100
CUTS = (1, 40, 99, 150, 204, 300, 399)


def stop(pids):
	"""Stops the processes. Returns them when they have stopped."""
	stopped = []
	for pid in pids:
		os.kill(pid, signal.SIGSTOP)
		while read('/proc/%d/stat' % pid).rsplit(b')')[1].split()[0] not in (b'T', b'Z'):
			time.sleep(0.001)
		stopped.append(pid)
	return stopped


class SqliteWorld(World):
	@classmethod
	@contextlib.contextmanager
	def on(cls, disk, *_):
		yield cls(os.path.join(disk.where, 'w'))

	def writers(self):
		"""The processes that write the store beside the worker."""
		return ()


class PostgresWorld(World):
	"""Its store is in a PostgreSQL server whose cluster is on the same disk."""

	@staticmethod
	def is_possible():
		return tool('initdb') is not None

	@classmethod
	@contextlib.contextmanager
	def on(cls, disk, *settings):
		server = Server(os.path.join(disk.where, 'data'), settings)
		try:
			yield cls(os.path.join(disk.where, 'w'), server)
		finally:
			server.stop()

	def __init__(self, folder, server):
		super().__init__(folder)
		self.server, self.store = server, server.address(folder)

	def make(self, contacts):
		self.server.make(self.folder)
		super().make(contacts)

	def writers(self):
		return self.server.processes()

	def sql(self, text):
		self.server.ask(self.server.name(self.folder), text)

	def rows(self, *questions):
		recount, *answers = self.server.ask(self.server.name(self.folder), RECOUNT, *questions)
		demand(recount == [['0']], 'the figures are not those of a recount')
		return [[tuple(row) for row in answer] for answer in answers]


class Sending:
	"""A subject of fault/power: saca-send with a store of the class `world`."""

	def __init__(self, world):
		self.world = world

	def copies_of(self, disk, base, prefix):
		"""[(disk, the mails that the sink has)], one for each cut. With a prefix, strace disables the syncs: then
		nothing reaches the disk meanwhile, and the worker need not stop."""
		copies = []
		with disk, self.world.on(disk, *(FAST if prefix else LAZY)) as world, Sink() as sink:
			world.make(CONTACTS)
			subprocess.run(['sync', '-f', disk.where], check=True)

			def copy(n, *workers):
				stopped = stop(itertools.chain(workers, world.writers()))
				copies.append((disk.copy('%s.%d' % (disk.image, n)), list(sink.mails)))
				for pid in reversed(stopped): # the server's first process last: it may reap the others
					os.kill(pid, signal.SIGCONT)

			def cut(n):
				if n in CUTS:
					copy(n, *(() if prefix else (pid,)))

			with sink.lock:
				pid, pipes = world.start(sink.url, prefix, SESSIONS)
				sink.then = cut
			status, said = wait(pid, pipes)
			demand(status == 0 and len(sink.mails) == CONTACTS, 'undisturbed it fails:', status, said)
			copy(CONTACTS)
		return copies

	def check(self, disk, mails, base):
		"""Demands that the send is published, that no row has a mail that was not sent, and that the next run ends
		the send."""
		with self.world.on(disk, *FAST) as world:
			path = os.path.join(world.published, '1', '1.cdb')
			demand(os.path.exists(path), 'mails are sent, and the send is not published')
			published = read(path)
			demand(world.handed() <= {recipient for _, recipient in mails}, 'the store has a mail that was not sent')
			with Sink() as sink:
				sink.mails += mails
				world.end_send(sink.url, SESSIONS)
				check_taken(sink.mails, CONTACTS, BATCH + SESSIONS)
				demand(len(world.handed()) == CONTACTS, 'not each contact is noted as handed')
			demand(read(path) == published, 'the published send was not whole')
