"""Power cuts under saca-send: store and published/ are on a file system in an image, which is copied
before the answer to some of the mails, while the worker is stopped. The server has the mails until
then. From each copy the next run ends the send: it repeats at most the mails of a batch."""

import os
import signal
import subprocess
import time

from inject import wait
from sender import World, check_taken
from sink import Sink
from world import demand, read

CONTACTS, SESSIONS, BATCH = 400, 4, 100
CUTS = (1, 40, 99, 150, 204, 300, 399)


def stop(pid):
	"""Stops the process, and returns when it has stopped."""
	os.kill(pid, signal.SIGSTOP)
	while read('/proc/%d/stat' % pid).rsplit(b')')[1].split()[0] != b'T':
		time.sleep(0.001)


def copies_of(disk, base, prefix):
	"""[(disk, the mails that the server has)], one for each cut. With a prefix, strace disables the
	syncs: then nothing reaches the disk meanwhile, and the process need not stop."""
	copies = []
	with disk, Sink() as sink:
		world = World(os.path.join(disk.where, 'w'))
		world.make(CONTACTS)
		subprocess.run(['sync', '-f', disk.where], check=True)

		def cut(n):
			if n in CUTS:
				if not prefix:
					stop(pid)
				copies.append((disk.copy('%s.%d' % (disk.image, n)), list(sink.mails)))
				os.kill(pid, signal.SIGCONT)

		with sink.lock:
			pid, pipes = world.start(sink.url, prefix, SESSIONS)
			sink.then = cut
		status, said = wait(pid, pipes)
		demand(status == 0 and len(sink.mails) == CONTACTS, 'undisturbed it fails:', status, said)
		copies.append((disk.copy(disk.image + '.end'), list(sink.mails)))
	return copies


def check(disk, mails, base):
	"""Demands that the send is published, that no row has a mail that was not sent, and that the next
	run ends the send."""
	world = World(os.path.join(disk.where, 'w'))
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
