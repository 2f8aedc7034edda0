"""The tests of the login service. Where the order of waiting logins matters, the process that hashes is
stopped: whatever is answered meanwhile was not hashed."""

import hashlib
import hmac
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time

from ask import Asked, Service, await_, send
from tap import done, ok, skip

BIN, T = os.environ['BIN'], os.environ['T']
PROGRAM = BIN + '/saca-checkpassword'
PASSWORDS, KEY, SOCKET, LOG = (T + '/' + name for name in ('passwords.cdb', 'key', 'login', 'log'))
TICKET_SECONDS = 43200
SLOW = 300000  # rounds of SHA-512: a tenth of a second, in which a process can be stopped
SANITIZED = b'__asan_init' in open(PROGRAM, 'rb').read()

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
if SANITIZED:
	os.environ['ASAN_OPTIONS'] = 'detect_leaks=0'  # LeakSanitizer cannot trace a process that is not dumpable


def hash_of(password, method='sha512', cost=SLOW):
	return subprocess.run([BIN + '/saca-accounts', '-p', '-m', method, '-c', str(cost)], input=password + '\n',
		capture_output=True, text=True, check=True).stdout.strip()


HASHES = {name: hash_of(name + '-pw') for name in ('ana', 'bea', 'eva')}


def compile_accounts(**users):
	text = 'plan acme\n' + ''.join(f'user {user}.acme {h}\n' for user, h in users.items())
	subprocess.run([BIN + '/saca-accounts', T], input=text, text=True, check=True, stderr=subprocess.DEVNULL)


def block(user, password, ip='192.0.2.1'):
	return f'{user}\0{password}\0{ip}\0'.encode()


def login_of(name, ip='192.0.2.1'):
	return block(name + '.acme', name + '-pw', ip)


WRONG = block('ana.acme', 'wrong')


def service(*options, **more):
	if os.path.exists(LOG):
		os.unlink(LOG)
	s = Service(SOCKET, LOG, PROGRAM, '-S', *options, PASSWORDS, **more)
	await_(lambda: s.process.poll() is not None or
		subprocess.run([PROGRAM, '-t', SOCKET], stderr=subprocess.DEVNULL, check=False).returncode == 0)
	return s


class Busy:
	"""A service (-n 1) whose only hashing process is stopped, until the end of the block."""

	def __init__(self, s):
		self.service = s

	def __enter__(self):
		self.first = self.service.start(block('nobody.acme', 'x', '198.51.100.99'))
		self.child, = await_(self.service.children)
		await_(lambda: sorted(os.listdir(f'/proc/{self.child}/fd')) == ['1', '2'])  # it hashes
		os.kill(self.child, signal.SIGSTOP)
		await_(lambda: ' T ' in open(f'/proc/{self.child}/stat', encoding='ascii').read())
		return self

	def go_on(self):
		os.kill(self.child, signal.SIGCONT)

	def __exit__(self, *_):
		try:
			self.go_on()
			self.first.reply()
		except ProcessLookupError:
			pass
		self.first.close()


def is_waiting(asked):
	return asked.reply(0.2) is None


def code(reply):
	return reply[0] if reply else reply


compile_accounts(**HASHES)
key = os.urandom(32)
with open(KEY, 'wb') as f:
	f.write(key)

# --- Replies and tickets
s = service('-k', KEY)
reply = s.ask(login_of('ana'))
ok(code(reply) == 0 and len(reply) == 41, 'a right login gets exit code 0 and a ticket', reply)
expiry, mac = int.from_bytes(reply[1:9], 'big'), reply[9:]
ok(hmac.compare_digest(mac, hmac.digest(key, b'ana.acme\0' + reply[1:9], hashlib.sha256)),
	'a ticket is an HMAC-SHA256 over user, NUL and expiry, under the key')
now = time.clock_gettime(time.CLOCK_BOOTTIME)
ok(now + TICKET_SECONDS - 60 < expiry <= now + TICKET_SECONDS + 1, 'a ticket expires after twelve hours', expiry, now)
ok(s.ask(WRONG) == b'\1', 'a wrong password gets exit code 1 and no ticket')
ok(s.ask(block('nobody.acme', 'ana-pw')) == b'\1', 'an unknown user gets exit code 1 and no ticket')
ok(s.ask(block('ana.acme', '')) == b'\1', 'an empty password gets exit code 1')
ok(s.ask(block('ana.acme', 'bea-pw')) == b'\1', 'the password of another user gets exit code 1')
ok(s.ask(login_of('ana') + b'more')[0] == 0, 'octets after the timestamp are ignored')
ok(s.ask(b'ana.acme\0ana-pw\0') == b'\2', 'a login request without a timestamp gets exit code 2')
ok(s.ask(b'x') == b'\2', 'a login request without a NUL gets exit code 2')
ok(s.ask(login_of('ana').ljust(512, b'x'))[0] == 0, 'a login request of 512 octets is answered')
ok(s.ask(login_of('ana').ljust(513, b'x')) == b'', 'a login request of 513 octets gets no reply')
r, w = os.pipe()
ok(s.ask(login_of('ana'), [r]) == b'', 'a login that brings another descriptor gets no reply')
for fds in ([], [w], [1] * 100):
	send(SOCKET, login_of('ana'), fds)
ok(s.ask(login_of('bea'))[0] == 0, 'the login service goes on after requests without a reply socket')
ok(s.logged() == '', 'the login service logs neither refusals nor malformed requests', s.logged())
ok(s.end() == 0, 'the login service exits 0 at SIGTERM')
s = service()
ok(s.ask(login_of('ana')) == b'\0', 'a login service without -k gives no ticket')
s.end()

# --- Remembered logins
s = service('-n', '1', '-k', KEY)
first = s.ask(login_of('ana'))
with Busy(s) as busy:
	again = s.ask(login_of('ana'))
	ok(code(again) == 0 and len(again) == 41, 'a remembered login is answered at once, with a ticket, even if other logins wait')
	wrong, other, new = s.start(WRONG), s.start(block('ana.acme', 'ana-pw2')), s.start(login_of('bea'))
	ok(is_waiting(wrong) and is_waiting(other) and is_waiting(new),
		'a wrong password of a remembered user and a new login have to wait')
	after = [s.start(block('nobody.acme', str(i))) for i in range(5)]
	busy.go_on()
	ok((wrong.reply(), other.reply(), code(new.reply())) == (b'\1', b'\1', 0), 'logins that had to wait are answered')
	ok(any(a.reply(0) is None for a in after), 'logins that have to wait are answered in the order of their arrival')
	for a in after:
		a.reply()
with Busy(s):
	wrong = s.start(WRONG)
	ok(is_waiting(wrong), 'a wrong password is not remembered')
	ok(code(s.ask(login_of('bea'))) == 0, 'a login that had to wait is remembered')

# --- Accounts that change
compile_accounts(**HASHES)
with Busy(s):
	ok(code(s.ask(login_of('ana'))) == 0, 'a login stays remembered when passwords.cdb is replaced by an equal file')
	compile_accounts(ana=hash_of('otra'), bea=HASHES['bea'])
	old, new = s.start(login_of('ana')), s.start(block('ana.acme', 'otra'))
	ok(is_waiting(old) and is_waiting(new), 'a login whose password has changed is not remembered')
ok((old.reply(), code(new.reply())) == (b'\1', 0), 'after a change of password the old one is refused, and the new one accepted')
compile_accounts(bea=HASHES['bea'])
ok(s.ask(block('ana.acme', 'otra')) == b'\1', 'a user who was removed is refused at once')
compile_accounts(ana=hash_of('ana-pw'), bea=HASHES['bea'])
with Busy(s):
	new = s.start(login_of('ana'))
	ok(is_waiting(new), 'a user who was added again with another hash is not remembered')
ok(code(new.reply()) == 0, 'a user who was added again is accepted')
os.rename(PASSWORDS, PASSWORDS + '.away')
ok(s.ask(login_of('ana')) == b'\x6f', 'a remembered login gets 111 while passwords.cdb is missing')
with open(PASSWORDS, 'wb') as f:
	f.write(b'x' * 3000)
ok(s.ask(login_of('ana')) == b'\x6f', 'a login gets 111 while passwords.cdb is damaged')
probe = subprocess.run([PROGRAM, '-t', SOCKET], capture_output=True, text=True, check=False)
ok((probe.returncode, 'cannot work now' in probe.stderr) == (111, True), 'saca-checkpassword -t exits 111 while passwords.cdb is damaged', probe)
ok('unable to open ' + PASSWORDS in s.logged() and 'passwords.cdb is not a cdb' in s.logged(),
	'the log says why passwords.cdb cannot be used', s.logged())
os.rename(PASSWORDS + '.away', PASSWORDS)
with Busy(s):
	ok(code(s.ask(login_of('ana'))) == 0, 'a login is still remembered when passwords.cdb is back')
s.end()
compile_accounts(**HASHES)
s = service('-n', '1')
with Busy(s):
	ok(is_waiting(s.start(login_of('ana'))), 'a login service that starts again remembers no login')
s.end()
s = service('-n', '1', '-m', '0')
s.ask(login_of('ana'))
with Busy(s):
	ok(is_waiting(s.start(login_of('ana'))), 'a login service with -m 0 remembers no login')
s.end()

# --- Unknown users
def hashing_time(s, request):
	"""Processor time of the service's children, for some logins."""
	def ticks():
		with open(f'/proc/{s.pid}/stat', encoding='ascii') as f:
			return sum(int(v) for v in f.read().rpartition(')')[2].split()[13:15])
	before = ticks()
	for _ in range(8):
		s.ask(request)
	return ticks() - before


s = service()
known, unknown = hashing_time(s, WRONG), hashing_time(s, block('nobody.acme', 'wrong'))
ok(0.7 < (known + 2) / (unknown + 2) < 1.4, 'an unknown user costs the same hashing as a wrong password', known, unknown)
s.end()

# --- Many at once
compile_accounts(**{name: hash_of(name + '-pw', 'yescrypt', 5) for name in HASHES})
s = service('-n', '2', '-k', KEY)
s.ask(login_of('ana'))
flood = [s.start(block('ana.acme', f'wrong{i}')) for i in range(100)]
new, more = s.start(login_of('eva')), [s.start(block('bea.acme', f'wrong{i}')) for i in range(20)]
most = most_kb = 0
remembered = []
while new.reply(0) is None:
	children = s.children()
	most = max(most, len(children))
	kb = 0
	for pid in [s.pid, *children]:
		try:
			with open(f'/proc/{pid}/status', encoding='ascii') as f:
				kb += int(re.search(r'VmRSS:\s*(\d+)', f.read())[1])
		except (OSError, TypeError):
			pass
	most_kb = max(most_kb, kb)
	remembered.append(code(s.ask(login_of('ana'))))
	time.sleep(0.005)
ok(most <= 2, 'with -n 2 at most two passwords are hashed at once, though 100 wait', most)
if SANITIZED:
	skip('memory of 100 logins at once', 'the sanitizers need more')
else:
	ok(most_kb < 2 * 20000 + 4000, '100 logins at once take no more memory than -n hashes', most_kb)
ok(set(remembered) == {0}, 'a remembered login is answered at once while 100 wait', len(remembered), set(remembered))
ok(all(a.reply(0) == b'\1' for a in flood[:98]), 'a new login is answered after the logins that came before it')
ok(sum(a.reply(0) is not None for a in more) < 20, 'a new login is answered before the logins that came after it')
for a in flood + more:
	a.reply()
	a.close()
s.end()

compile_accounts(**HASHES)
s = service('-n', '1')
with Busy(s):
	many = [s.start(block('nobody.acme', str(i))) for i in range(1000)]
	ok(is_waiting(many[-1]), 'the login service lets a thousand logins wait')
	ok(s.ask(WRONG) == b'\x6f', 'a login gets 111 at once when a thousand others wait')
	for a in many[100:]:
		a.close()
	late = s.start(WRONG)
	ok(is_waiting(late), 'a client that has gone frees its place for another')
	for a in many[:100]:
		a.close()
ok(late.reply() == b'\1', 'passwords of clients that have gone are not hashed, so that the next login does not wait for them')
s.end()

# --- Failures per address
s = service('-n', '1', '-f', '3')
for _ in range(3):
	s.ask(block('ana.acme', 'wrong', '2001:db8::1'))
with Busy(s):
	ok(s.ask(login_of('ana', '2001:db8::2')) == b'\x6ff', 'with -f 3 an IPv6 /64 with three failures gets 111 and the mark f at once')
	ok(is_waiting(s.start(login_of('ana', '2001:db8:0:1::2'))), 'with -f the failures of one address do not delay another address')
	at_once = [s.start(block('ana.acme', str(i), '203.0.113.7')) for i in range(5)]
	ok([a.reply(0.2) for a in at_once] == [None] * 3 + [b'\x6ff'] * 2, 'with -f 3 only three logins of an address may wait at once')
for a in at_once:
	a.reply()
codes = [code(s.ask(login_of('bea', '203.0.113.8'))) for _ in range(10)]
ok(codes == [0] * 10, 'with -f a login that succeeds does not count as a failure', codes)
wanted = ['saca-checkpassword: ip=2001:db8::1 user=ana.acme refused'] * 3
ok(s.logged().splitlines()[:3] == wanted, 'with -f each failed login is logged in one line with ip= and user=', s.logged())
s.ask(block('a b\nc.acme', 'x', '203.0.113.9'))
ok('ip=203.0.113.9 user=a%20b%0Ac.acme refused' in s.logged(), 'a user name with a line end adds no line to the log', s.logged())
s.end()

# --- Failing children, signals
s = service('-n', '1')
with Busy(s) as busy:
	os.kill(busy.child, signal.SIGKILL)
	ok(busy.first.reply() == b'\x6f', 'a login whose hashing process is killed gets 111')
ok('ip=198.51.100.99 user=nobody.acme' in s.logged(), 'the log names address and user of a login whose hashing process was killed', s.logged())
with Busy(s) as busy:
	waiting = [s.start(login_of(name)) for name in HASHES]
	s.process.terminate()
	os.kill(busy.child, signal.SIGTERM)  # as a supervisor does that ends a whole process group
	time.sleep(0.1)
	busy.go_on()
	ok(busy.first.reply() == b'\1' and [code(w.reply()) for w in waiting] == [0, 0, 0],
		'SIGTERM lets the service finish the logins that it has received')
ok(s.process.wait(60) == 0, 'the login service exits 0 after the last login that it received before SIGTERM')
s = service('-n', '1')
with Busy(s) as busy:
	os.kill(s.pid, signal.SIGKILL)
	s.process.wait()
	ok(busy.first.reply() == b'', 'a client learns at once that the login service has died')
	await_(lambda: not os.path.exists(f'/proc/{busy.child}')
		or re.search(r'State:\s+[ZX]', open(f'/proc/{busy.child}/status', encoding='ascii').read()))
	ok(True, 'a hashing process ends when its login service is killed')

# --- Secrets
s = service('-n', '1', '-k', KEY, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
	if os.getuid() == 0 else None)
s.ask(login_of('ana'))
limits = open(f'/proc/{s.pid}/limits', encoding='ascii').read()
ok(re.search(r'Max core file size\s+0\s+0 ', limits), 'the login service writes no core', limits)
flags, mapping = None, None
for line in open(f'/proc/{s.pid}/smaps', encoding='utf-8'):
	if re.match(r'[0-9a-f]+-[0-9a-f]+ ', line):
		mapping = line.split()[0]
	elif line.startswith('VmFlags:') and ' dc ' in line:
		flags, secret = line.split(), mapping
ok(flags and {'lo', 'dc', 'dd'} <= set(flags), 'passwords, keys and MACs are locked, in no core and in no child', flags)
with Busy(s) as busy:
	ok(secret not in open(f'/proc/{busy.child}/maps', encoding='utf-8').read(), 'a hashing process has no mapping of the passwords, keys and MACs')
asked = s.start(WRONG)
child, = await_(s.children)
await_(lambda: sorted(os.listdir(f'/proc/{child}/fd')) == ['1', '2'])
ok(asked.reply() == b'\1', 'a hashing process closes all descriptors of the login service')
if os.getuid() == 0:
	peer = subprocess.run(['setpriv', '--reuid', '65534', '--clear-groups', 'cat', f'/proc/{s.pid}/environ'], capture_output=True,
		check=False)
	ok(peer.returncode != 0, 'the memory of the service cannot be read by others')
else:
	skip('the memory of the service cannot be read by others', 'needs root')
ok('-pw' not in s.logged(), 'no password is in the log')
s.end()

# --- Starting
def fails(*command, **more):
	run = subprocess.run([PROGRAM, *command], capture_output=True, text=True, check=False, **more)
	return run.returncode, run.stderr


status, said = fails('-S', PASSWORDS, stdin=subprocess.DEVNULL)
ok(status == 100 and 'descriptor 0 is not a UNIX datagram socket' in said, 'saca-checkpassword -S without a socket exits 100 and names descriptor 0', said)
for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
	with socket.socket(socket.AF_UNIX, kind) as other:
		ok(fails('-S', PASSWORDS, stdin=other)[0] == 100, f'saca-checkpassword -S with a socket of another kind ({kind}) exits 100')
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as right:
	for content in (b'', b'x' * 31, b'x' * 33, None):
		if content is None:
			os.unlink(KEY)
		else:
			with open(KEY, 'wb') as f:
				f.write(content)
		status, said = fails('-S', '-k', KEY, PASSWORDS, stdin=right)
		size = 'no file' if content is None else f'{len(content)} octets'
		ok(status == 111 and f'unable to read the ticket key {KEY}: ' in said, f'saca-checkpassword -S -k with {size} exits 111 and names the file', said)
	for wrong in (['-n', '0'], ['-n', '65'], ['-m', '1441'], ['-m', 'x'], ['-f', '0'], ['-L', 'x'], ['-t', 'x']):
		ok(fails('-S', *wrong, PASSWORDS, stdin=right)[0] == 100, f'saca-checkpassword -S {" ".join(wrong)} exits 100')
	ok(fails('-S', stdin=right)[0] == 100 and fails('-S', PASSWORDS, 'true', stdin=right)[0] == 100, 'saca-checkpassword -S with none or two arguments exits 100')
ok(fails('-t', T + '/nowhere')[0] == 111, 'saca-checkpassword -t exits 111 where there is no login service')
if SANITIZED or os.getuid() != 0:
	skip('a limit of locked memory that is too low', 'needs root, and a program without sanitizers')
else:
	with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as right:
		run = subprocess.run(['setpriv', '--reuid', '65534', '--clear-groups', 'prlimit', '--memlock=65536', PROGRAM, '-S', PASSWORDS],
			stdin=right, capture_output=True, text=True, check=False)
	ok(run.returncode == 111 and 'raise RLIMIT_MEMLOCK' in run.stderr, 'a limit of locked memory that is too low is named', run)
sys.exit(done())
