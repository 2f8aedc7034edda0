"""System calls under strace: lists the calls of a program, and kills it at one or lets one
fail. strace injects from outside, so that the program under test is the shipped one, static
or not."""

import fcntl
import os
import re
import select
import shutil
import signal
import sys
import time

STRACE = shutil.which('strace')

KILL = 'KILL'
ERRORS = ('EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM', 'EINTR', 'EAGAIN')
FAULTS = (KILL,) + ERRORS

# These calls cannot fail: they do not return, or report a failure by a value (brk by the old
# break, which the C library believes).
ENDS = ('exit', 'exit_group', 'rt_sigreturn', 'brk')

# Calls of the sanitizers' own runtime, which aborts if they fail.
RUNTIME = ('mmap', 'munmap', 'mprotect', 'madvise', 'sigaltstack', 'prlimit64', 'rt_sigaction',
	'rt_sigprocmask', 'readlink', 'sched_getaffinity', 'getrandom', 'prctl', 'futex')

HANGS = 60  # after so many seconds a run counts as hanging

CALL = re.compile(r'^(?:\d+ +)?([a-z_0-9]+)\(')


def end_tidily():
	"""Lets SIGTERM raise an exception, so that temporary files are removed."""
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def end_at_once():
	"""For workers: their parent removes the files."""
	signal.signal(signal.SIGTERM, signal.SIG_DFL)
	signal.signal(signal.SIGINT, signal.SIG_IGN)


class Hangs(Exception):
	pass


class Point:
	"""The n-th call of that name, and its fault."""

	def __init__(self, call, n, fault):
		self.call, self.n, self.fault = call, n, fault

	def __str__(self):
		return '%s#%d:%s' % (self.call, self.n, self.fault)

	def prefix(self, log, follow=False):
		"""follow: in the children too, each of which counts its own calls."""
		how = 'signal=KILL' if self.fault == KILL else 'error=' + self.fault
		return [STRACE, '-qq', *(['-f'] if follow else []), '-o', log, '-e', 'trace=' + self.call,
			'-e', 'inject=%s:%s:when=%d' % (self.call, how, self.n)]


def recorder(log, follow=False):
	"""Returns the prefix of a command that records every call."""
	return [STRACE, '-qq', *(['-f'] if follow else []), '-o', log]


def calls_of_all(log):
	"""Returns the calls of a recording with children, each as its name and its number in its process."""
	seen, made = {}, []
	with open(log, errors='replace') as f:
		for line in f:
			m = re.match(r'^(\d+) +([a-z_0-9]+)\(', line)
			if not m:
				continue
			seen[m.groups()] = seen.get(m.groups(), 0) + 1
			if (m[2], seen[m.groups()]) not in made:
				made.append((m[2], seen[m.groups()]))
	return made


def calls(log):
	"""The calls of a recording in their order, as (name, which of that name), but those of
	the dynamic loader and of a sanitizer's start. The loader's last call unmaps its cache. The
	sanitizer reads its memory map and then sets the signal stack."""
	seen, made, start, loaded = {}, [], None, False
	with open(log, errors='replace') as f:
		for line in f:
			m = CALL.match(line)
			if not m:
				continue
			seen[m[1]] = seen.get(m[1], 0) + 1
			made.append((m[1], seen[m[1]]))
			if '"/etc/ld.so.cache"' in line and not loaded:
				start, loaded = 'munmap', True
			elif '"/proc/self/maps"' in line:
				start = 'sigaltstack'
			elif m[1] == start:
				made, start = [], None
	return made


def points(made, skip=(), faults=FAULTS):
	"""Each of the faults at every call. The first execve is strace's own. A call in `skip` is
	killed at, but does not fail."""
	return [Point(call, n, fault) for call, n in made for fault in faults
		if (call, n) != ('execve', 1)
		and (fault == KILL or (call not in ENDS and call not in skip))]


def was_reached(log, point):
	"""True if the run reached the point. Calls that depend on the clock may differ between runs."""
	try:
		with open(log, errors='replace') as f:
			text = f.read()
	except FileNotFoundError:
		return False
	return '(INJECTED)' in text or (point.fault == KILL and '+++ killed by SIGKILL' in text)


def start(argv, env, fds, listen=()):
	"""Starts argv with the descriptors in fds ({theirs: ours or a path}) and a pipe for each
	in `listen`. Returns (pid, {our end: theirs})."""
	actions, opened, pipes = [], [], {}
	for theirs, ours in fds.items():
		if isinstance(ours, str):
			ours = os.open(ours, os.O_RDONLY if theirs < 2 else os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
			opened.append(ours)
		actions.append((os.POSIX_SPAWN_DUP2, high(ours, opened), theirs))
	for theirs in listen:
		r, w = os.pipe()
		opened.append(w)
		pipes[r] = theirs
		actions.append((os.POSIX_SPAWN_DUP2, high(w, opened), theirs))
	try:
		return os.posix_spawn(argv[0], argv, env, file_actions=actions, setpgroup=0), pipes
	finally:
		for fd in opened:
			os.close(fd)


def run(argv, env, fds, listen=()):
	"""Runs it to its end. Returns (status, {descriptor: octets}): the exit code, or minus a
	signal. Its children are waited for too, as long as they hold one of the pipes."""
	return wait(*start(argv, env, fds, listen))


def high(fd, opened):
	"""A copy with a number above all descriptors of a program under test, so that no dup2 replaces another."""
	copy = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64)
	opened.append(copy)
	return copy


def wait(pid, pipes):
	said = {theirs: b'' for theirs in pipes.values()}
	end, left = time.monotonic() + HANGS, dict(pipes)
	try:
		while left:
			ready = select.select(list(left), [], [], max(0, end - time.monotonic()))[0]
			if not ready:
				os.killpg(pid, signal.SIGKILL)
				os.waitpid(pid, 0)
				raise Hangs()
			for r in ready:
				some = os.read(r, 65536)
				said[left[r]] += some
				if not some:
					del left[r]
	finally:
		for r in pipes:
			os.close(r)
	return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said
