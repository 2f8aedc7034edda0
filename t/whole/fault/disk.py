"""A disk that may lose power: what can be on it after a crash, given the system calls of
a trace. POSIX promises no more than this. Of each of these the disk may have any version
since the last sync, independently of all others:

	- a sector of a file (512 octets, each of which is written whole or not at all),
	- a file's size,
	- a name in a folder.

fsync of a file writes its sectors and its size, fsync of a folder its names."""

import os
import re

SECTOR = 512


class Node:
	def __init__(self, is_folder):
		self.is_folder = is_folder
		self.cells = {} if is_folder else {'size': [0]}

	def now(self, cell, none=None):
		return self.cells[cell][-1] if cell in self.cells else none

	def put(self, cell, version, none=None):
		self.cells.setdefault(cell, [none]).append(version)

	def sync(self):
		for cell in self.cells:
			del self.cells[cell][:-1]

	def write(self, at, octets):
		end = at + len(octets)
		while at < end:
			n = at // SECTOR
			old = self.now(n, b'').ljust(SECTOR, b'\0')
			step = min(end, (n + 1) * SECTOR) - at
			self.put(n, old[:at % SECTOR] + octets[:step] + old[at % SECTOR + step:], b'')
			octets, at = octets[step:], at + step
		if end > self.now('size'):
			self.put('size', end)


	def truncate(self, size):
		for cell in self.cells:
			if cell != 'size' and self.now(cell)[max(0, size - cell * SECTOR):].strip(b'\0'):
				self.put(cell, self.now(cell)[:max(0, size - cell * SECTOR)])
		if size != self.now('size'):
			self.put('size', size)


class Disk:
	def __init__(self, root):
		self.root, self.top = root, Node(True)

	def load(self):
		"""Reads the content of the real folder, and takes all of it as synced."""
		for folder, folders, files in os.walk(self.root):
			for name in folders:
				self.make(os.path.join(folder, name), True)
			for name in files:
				path = os.path.join(folder, name)
				with open(path, 'rb') as f:
					self.make(path, False).write(0, f.read())
		self.sync_all(self.top)

	def sync_all(self, node):
		node.sync()
		if node.is_folder:
			for cell in node.cells:
				self.sync_all(node.now(cell))

	def find(self, path):
		"""Returns (folder, name, node); node is None if it does not exist. None: the path is outside the disk."""
		if path != self.root and not path.startswith(self.root + '/'):
			return None
		folder, name, node = None, '', self.top
		for name in path[len(self.root):].split('/')[1:]:
			folder, node = node, node.now(name) if node else None
		return folder, name, node

	def node(self, path):
		found = self.find(path)
		return found[2] if found else None

	def make(self, path, is_folder):
		folder, name, _ = self.find(path)
		folder.put(name, Node(is_folder))
		return folder.now(name)

	def link(self, old, new):
		node = self.node(old)
		folder, name, _ = self.find(new)
		folder.put(name, node)

	def unlink(self, path):
		folder, name, _ = self.find(path)
		folder.put(name, None)

	# --- A crash ---

	def pending(self):
		"""Returns (node, cell, how many versions) of each cell that is not synced."""
		found, seen, work = [], set(), [self.top]
		while work:
			node = work.pop()
			if node is None or id(node) in seen:
				continue
			seen.add(id(node))
			for cell, versions in node.cells.items():
				if len(versions) > 1:
					found.append((node, cell, len(versions)))
				if node.is_folder:
					work += versions
		return found

	def tree(self, choice):
		"""The disk's content {path: octets, or None for a folder}. choice: the version of each pending
		cell, {(id(node), cell): index}."""
		out = {}
		self.collect(self.top, '', choice, out)
		return out

	def collect(self, node, path, choice, out):
		get = lambda cell: node.cells[cell][choice.get((id(node), cell), -1)]
		if node.is_folder:
			out[path] = None
			for cell in node.cells:
				if get(cell):
					self.collect(get(cell), path + '/' + cell, choice, out)
			return
		size = get('size')
		octets = bytearray(size + SECTOR)
		for cell in node.cells:
			if cell != 'size' and cell * SECTOR < size:
				octets[cell * SECTOR:(cell + 1) * SECTOR] = get(cell).ljust(SECTOR, b'\0')
		out[path] = bytes(octets[:size])


# --- A trace, as strace -y -xx -s N writes it ---

FD = re.compile(r'^(?:\d+|AT_FDCWD)<(.*)>$')


def octets_of(text):
	return bytes.fromhex(text.strip('"').replace('\\x', ''))


class Call:
	"""A system call in the trace: its name, arguments and result."""

	line = re.compile(r'^(\w+)\((.*)\)\s+= (-?\d+)(?:<(.*)>)?')

	def __init__(self, match):
		self.name, self.result, self.opened = match[1], int(match[3]), match[4]
		self.args = match[2].split(', ')

	def octets(self, i):
		return octets_of(self.args[i])

	def text(self, i):
		return self.octets(i).decode()

	def path(self, i):
		"""Returns the path of the descriptor in argument i."""
		m = FD.match(self.args[i])
		return octets_of('"%s"' % m[1]).decode() if m and m[1].startswith('\\x') else m[1] if m else ''

	def at(self, i):
		"""Returns the path in argument i, relative to the folder in the argument before it."""
		return os.path.normpath(os.path.join(self.path(i - 1), self.text(i)))


def read_trace(path):
	with open(path) as f:
		return [Call(m) for m in map(Call.line.match, f) if m]
