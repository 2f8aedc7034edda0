"""Tests that print TAP."""

import sys

tests = failed = 0


def ok(fine, name, *more):
	"""Reports one test; prints `more` if it failed."""
	global tests, failed
	tests += 1
	failed += not fine
	print('%s %d - %s' % ('ok' if fine else 'not ok', tests, name))
	for m in [] if fine else more:
		print('# %r' % (m,))
	sys.stdout.flush()


def skip(name, why):
	global tests
	tests += 1
	print('ok %d - %s # SKIP %s' % (tests, name, why))


def done():
	print('1..%d' % tests)
	sys.exit(1 if failed else 0)
