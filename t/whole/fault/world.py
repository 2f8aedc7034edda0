"""Reads the files of a spool and the rows of a store, as saca-spool(5) and saca-store(5)
describe them. Shares no code with the programs."""

import functools
import hashlib
import os
import sqlite3

BIN = os.environ['BIN']
SENDER = 'remitente@dominio.com'
PLAN, USER = 'acme', 'victor.acme'
SANITIZER = 66 # the exit code of a program that a sanitizer stopped


class Broken(Exception):
	"""A promise was not kept."""


def demand(fine, text, *more):
	if not fine:
		raise Broken(' '.join([text] + [repr(m) for m in more]))


def program(name):
	return os.path.join(BIN, name)


def environment(**more):
	"""Returns the environment of the programs, without other variables of this process."""
	env = {'PATH': BIN + ':/usr/bin:/bin', 'LC_ALL': 'C', 'TZ': 'UTC'}
	if is_sanitized(): # a traced process cannot look for leaks
		env['ASAN_OPTIONS'] = 'detect_leaks=0:exitcode=%d' % SANITIZER
		env['UBSAN_OPTIONS'] = 'halt_on_error=1:exitcode=%d' % SANITIZER
	return {**env, **more}


@functools.cache
def is_sanitized():
	return b'__asan_init' in read(program('saca-spool'))


def read(path):
	with open(path, 'rb') as f:
		return f.read()


def write(path, octets):
	with open(path, 'wb') as f:
		f.write(octets)
	return path


class File:
	"""A file of the spool: its number (None: only contacts), id, recipients and message."""

	def __init__(self, path):
		octets = read(path)
		fields, at = [], 0
		while True:
			end = octets.find(b'\n', at)
			demand(end >= 0, 'cut short in its fields:', path, octets[-80:])
			name, colon, value = octets[at:end].decode().partition(': ')
			demand(colon, 'not a field:', path, octets[at:end])
			fields.append((name, value))
			at = end + 1
			if name == 'Received':
				break
		one = dict(fields)
		self.path = path
		self.send = int(one['X-Saca-Send']) if 'X-Saca-Send' in one else None
		self.id = one['X-Saca-Id']
		self.recipients = [v for n, v in fields if n == 'Delivered-To']
		self.message = octets[at:]
		demand(int(one['X-Saca-Recipients']) == len(self.recipients), 'recipients are missing:', path)
		demand(self.id in one['Received'], 'another id in Received:', path)


class Spool:
	def __init__(self, path):
		self.path = path

	def names(self, *folders):
		"""Returns FOLDER/NAME of each file."""
		found = []
		for folder in folders:
			try:
				found += [folder + '/' + n for n in sorted(os.listdir(os.path.join(self.path, folder)))]
			except FileNotFoundError:
				pass
		return found

	def files(self, *folders):
		return [File(os.path.join(self.path, n)) for n in self.names(*(folders or ('new', 'cur')))
			if not n.endswith('.reason')]

	def seen(self):
		"""Returns (number, id) by key."""
		found = {}
		for name in self.names('seen'):
			key = os.path.basename(name)
			lines = [l.split() for l in read(os.path.join(self.path, name)).decode().splitlines()]
			mine = [l for l in lines if l[0] == key]
			demand(len(mine) == 1, 'seen/ entry without its line:', key)
			found[key] = (int(mine[0][1]), mine[0][2])
		return found


class Store:
	"""A SQLite file, read from a copy, so that reading changes neither the file nor its log."""

	def __init__(self, path, scratch):
		for end in ('', '-wal'):
			copy = scratch + end
			if os.path.exists(copy):
				os.unlink(copy)
			if os.path.exists(path + end):
				write(copy, read(path + end))
		self.db = sqlite3.connect(scratch)

	def close(self):
		self.db.close()

	def is_made(self):
		return self.all("SELECT count(*) FROM sqlite_master WHERE name = 'send'")[0][0] == 1

	def is_whole(self):
		return self.all('PRAGMA integrity_check') == [('ok',)] and not self.all('PRAGMA foreign_key_check')

	def all(self, sql):
		return self.db.execute(sql).fetchall()

	def ids(self):
		"""Returns the UUIDs of the transactions in the store."""
		return {r[0] for r in self.all('SELECT smtp_id FROM contact_group')} if self.is_made() else set()

	def dump(self):
		"""Returns all rows, without the time of the import. Names replace the ids of the store."""
		return {name: sorted(self.all(sql)) for name, sql in DUMP.items()}


DUMP = {
	'plan': 'SELECT name FROM plan',
	'sender': 'SELECT p.name, address FROM sender JOIN plan p ON p.id = plan_id',
	'contact': 'SELECT p.name, email, created_at FROM contact JOIN plan p ON p.id = plan_id',
	'group': '''SELECT p.name, g.name, source, smtp_id, created_at FROM contact_group g
		JOIN plan p ON p.id = plan_id''',
	'member': '''SELECT g.smtp_id, c.email, c.plan_id = g.plan_id FROM group_member
		JOIN contact_group g ON g.id = group_id JOIN contact c ON c.id = contact_id''',
	'members': 'SELECT count(*) FROM group_member',
	'piece': '''SELECT p.name, e.name, e.source, html, text, created_at FROM piece e
		JOIN plan p ON p.id = plan_id''',
	'pieces': 'SELECT count(*) FROM piece',
	'image': 'SELECT * FROM image',
	'piece_image': '''SELECT s.smtp_id, content_id, sha256 FROM piece_image i
		JOIN send s ON s.piece_id = i.piece_id''',
	'send': '''SELECT s.id, p.name, username, a.address, e.name, e.html, g.smtp_id, s.name, s.source,
		state, subject, s.smtp_id, message_id, show_header, social_links, language, track_opens,
		track_clicks, remote_ip, contacts_total, spooled_at FROM send s
		JOIN plan p ON p.id = s.plan_id JOIN sender a ON a.id = sender_id
		JOIN piece e ON e.id = piece_id JOIN contact_group g ON g.id = group_id''',
	'sends': 'SELECT count(*) FROM send',
	'schema': 'SELECT * FROM schema',
}


def images(web):
	"""The images of the web folder. The name of each must be the hash of its octets. A name that
	begins with a dot is a temporary file."""
	found = {}
	for folder, _, names in os.walk(os.path.join(web, 'i')):
		for name in names:
			octets = read(os.path.join(folder, name))
			if name.startswith('.'):
				continue
			demand(hashlib.sha256(octets).hexdigest() == name.split('.')[0], 'half an image:', name)
			found[name] = len(octets)
	return found
