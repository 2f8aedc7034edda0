"""saca-import into PostgreSQL, killed and failing everywhere."""

import os

from importer import Import
from postgres import PostgresStore, Server, tool


def missing():
	"""Returns the reason why the subject `postgres` cannot run here, or None."""
	return None if tool('initdb') else 'no PostgreSQL server here'


class ImportPostgres(Import):
	"""Each world has a database of its own, a copy of the template's."""

	server = None  # the one that begin() started

	# libpq drops octets that it cannot send, and waits for the end of the connection (pqSendSome
	# in its fe-misc.c). A socket whose failure strace only pretends has no end.
	skip = ('sendto',)

	def address(self, folder):
		return self.server.address(folder)

	def open(self, folder):
		return PostgresStore(self.server, folder)

	def prepare(self, folder):
		self.template = folder
		self.server.make(folder)
		super().prepare(folder)

	def result_of_undisturbed(self, folder, world):
		with self.server.copied(world, folder):
			return super().result_of_undisturbed(folder, world)

	def record(self, folder, log):
		with self.server.copied(folder, self.template):
			super().record(folder, log)

	def try_point(self, folder, log, point):
		with self.server.copied(folder, self.template):
			return super().try_point(folder, log, point)


def begin():
	ImportPostgres.server = Server()


def end():
	ImportPostgres.server.stop()


SCENARIOS = [ImportPostgres('small transactions', ['-n', '2'])]
