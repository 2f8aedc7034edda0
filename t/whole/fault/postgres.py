"""A PostgreSQL server of the tests' own, on a socket in its folder, and stores in it."""

import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from world import DUMP, demand, read

START = 60  # seconds it may take

# Settings of a server that nobody will cut the power of, and of one that writes its log only when a commit waits for it.
FAST = ('fsync=off', 'full_page_writes=off')
LAZY = ('wal_writer_delay=10s',)

# The server needs a larger stack than the caller's limit. It ends with this process, and does not
# run as root.
ROOMY = ['prlimit', '--stack=8388608:', 'setpriv', '--pdeathsig', 'INT']
NOBODY = ['--reuid=nobody', '--regid=nogroup', '--clear-groups']

COLUMN, ROW, ANSWER = '\x1f', '\x1e', '\x1d'


def tool(name):
	"""Returns the path of the newest installed version of the tool, or None."""
	found = sorted(glob.glob('/usr/lib/postgresql/*/bin/' + name), key=lambda p: int(p.split('/')[4]))
	return found[-1] if found else shutil.which(name)


class Server:
	def __init__(self, data=None, settings=FAST):
		"""data: the folder of the cluster; it is made if it is missing. Default: in a folder of its own."""
		self.folder = tempfile.mkdtemp(prefix='saca-fault.', dir=os.environ.get('TMPDIR'))
		self.prefix = ROOMY + (NOBODY if os.getuid() == 0 else [])
		os.chmod(self.folder, 0o711)
		data = data or os.path.join(self.folder, 'data')
		try:
			with open(os.path.join(self.folder, 'log'), 'w') as log:
				if not os.path.exists(data):
					os.mkdir(data)
					self.give(self.folder, data)
					subprocess.run(self.prefix + [tool('initdb'), '-D', data, '-U', 'saca', '-A', 'trust', '-E', 'UTF8',
						'--locale=C', '-N', '--wal-segsize=1'], check=True, stdout=log, stderr=log)
				self.give(self.folder)
				self.process = subprocess.Popen(self.prefix + [tool('postgres'), '-D', data, '-k', self.folder,
					'-c', 'listen_addresses=', *(word for s in settings for word in ('-c', s))], stdout=log, stderr=log)
			self.await_start()
		except BaseException:
			self.stop()
			raise

	@staticmethod
	def give(*paths):
		"""Gives the paths to the user of the server."""
		for path in paths if os.getuid() == 0 else ():
			shutil.chown(path, 'nobody')

	def await_start(self):
		end = time.monotonic() + START
		while subprocess.run([tool('pg_isready'), '-q', '-h', self.folder, '-U', 'saca', '-d', 'postgres']).returncode:
			demand(time.monotonic() < end and self.process.poll() is None, 'the server does not start')
			time.sleep(0.05)

	def processes(self):
		"""Yields the pids of the server. The first is that of the process that starts the others: if the caller stops it
		before it takes the next, the others are complete."""
		yield self.process.pid
		for pid in read('/proc/%d/task/%d/children' % (self.process.pid, self.process.pid)).split():
			yield int(pid)

	def stop(self):
		if hasattr(self, 'process') and self.process.poll() is None:
			for pid in list(self.processes()):
				with contextlib.suppress(ProcessLookupError): # it may have ended
					os.kill(pid, signal.SIGCONT) # the caller may have been interrupted after it stopped them
			self.process.send_signal(signal.SIGINT)
			self.process.wait()
		shutil.rmtree(self.folder)

	# --- Databases, each named after the world it belongs to ---

	@staticmethod
	def name(world):
		return 'w_' + re.sub(r'\W', '_', os.path.basename(world))

	def address(self, world):
		return 'postgresql://saca@%s/%s?gssencmode=disable' % (self.folder.replace('/', '%2F'), self.name(world))

	def ask(self, database, *queries):
		"""Returns the rows of each answer."""
		asked = [part for q in queries for part in ('-c', q, '-c', "SELECT '%s'" % ANSWER)]
		said = subprocess.run([tool('psql'), '-qAtX', '-v', 'ON_ERROR_STOP=1', '-h', self.folder, '-U', 'saca', '-d', database,
			'-F', COLUMN, '-R', ROW, *asked], capture_output=True, text=True)
		demand(said.returncode == 0, 'psql:', said.stderr)
		return [[row.split(COLUMN) for row in answer.strip(ROW + '\n').split(ROW) if row]
			for answer in said.stdout.split(ANSWER)[:-1]]

	def make(self, world, template='template1'):
		self.ask('postgres', 'CREATE DATABASE %s TEMPLATE %s' % (self.name(world), template))

	@contextlib.contextmanager
	def copied(self, world, template):
		self.make(world, self.name(template))
		try:
			yield
		finally:
			self.ask('postgres', 'DROP DATABASE %s WITH (FORCE)' % self.name(world))


class PostgresStore:
	"""A store in PostgreSQL, with the methods of world.Store."""

	def __init__(self, server, world):
		self.server, self.database = server, server.name(world)

	def close(self):
		pass

	def is_whole(self):
		"""Checks nothing: the server itself checks the references."""
		return True

	def ids(self):
		made = self.server.ask(self.database, "SELECT to_regclass('send') IS NOT NULL")[0] == [['t']]
		return {r[0] for r in self.server.ask(self.database, 'SELECT smtp_id FROM contact_group')[0]} if made else set()

	def dump(self):
		return {name: sorted(rows) for name, rows in zip(DUMP, self.server.ask(self.database, *DUMP.values()))}
