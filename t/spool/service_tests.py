"""The tests of saca-spool -S: accepted, refused and hostile requests."""

import base64
import fcntl
import multiprocessing
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import threading
import time

from ask import await_that, send
from message import campaign
from service import BIN, IP, KEY, PLAN, Service, accounts, envelope, folder, inside, memory_file, settings, ticket
from tap import done, ok, skip


def receipt(answer, letter='K', kind='id'):
	return answer is not None and answer[0] == 0 and re.fullmatch(letter + kind + r'=\d+ [0-9a-f]{32}', answer[1]) is not None


def read(path):
	with open(path, 'rb') as f:
		return f.read()


def commits():
	place = folder()
	accounts(place)
	s = Service(place, '-h', 'mx.example.com')
	first = s.ask(inside(campaign(1)))
	ok(receipt(first), 'the queue service commits a message inside the request', first)
	again = s.ask(inside(campaign(1)))
	ok(again == (0, 'R' + first[1][1:]), 'the queue service answers a repeat with R, the same number and UUID', again)
	text = read(s.files()[0])
	ok(text.endswith(campaign(1)), 'a file that the queue service commits ends with the message as it came')
	ok(b'\nX-Saca-User: victor.acme\nX-Saca-Ip: 192.0.2.7\n' in text, 'a file that the queue service commits names login and address', text)
	ok(b'\nReceived: from maquina (192.0.2.7) by mx.example.com with ESMTPSA (TLSv1.2 ECDHE-X) id ' in text,
		'Received has the settings of the request, and the host of -h', text)
	large = campaign(2, 'x\n' * 150000)
	answer = s.ask_files(large)
	ok(receipt(answer) and any(read(f).endswith(large) for f in s.files()), 'the queue service commits a message in a memory file', answer)
	answer = s.ask(inside(b''))
	ok(receipt(answer, kind='contacts'), 'the queue service answers an empty message with the number of contacts', answer)
	answer = s.ask(inside(campaign(3), TCPREMOTEIP='a b\r\nX-Saca-Send: 9', SACA_HELO='a\nb'))
	text = max((read(f) for f in s.files()), key=lambda t: b'Subject: 3\n' in t)
	ok(receipt(answer) and b'\nX-Saca-Ip: a?b??X-Saca-Send:?9\n' in text, 'no setting can forge a field of the file', text)
	fresh = folder()
	accounts(fresh)
	t = Service(fresh)
	answer = t.ask(inside(campaign(1)))
	ok(receipt(answer) and b' by api.example.com with ' in read(t.files()[0]), 'Received has SACA_HOST without -h', answer)
	for service in (s, t):
		ok(service.end() == 0, 'SIGTERM ends the queue service with exit code 0')
		ok(service.logged() == '', 'a queue service that has nothing to report logs nothing', service.logged())


def refuses_messages():
	place = folder()
	accounts(place)
	s = Service(place, '-s', '2000', '-r', '3')
	many = envelope('a@x.es', 'b@x.es', 'c@x.es', 'd@x.es')
	cases = [
		('without HTML', inside(b'Subject: x\n\nsolo texto\n'), (82, 'Dfalta la parte text/html')),
		('with a NUL', inside(campaign(1) + b'\0'), (82, 'Del mensaje contiene un octeto NUL')),
		('over -s', inside(campaign(1, 'x' * 3000)), (82, 'Dmensaje demasiado grande: como maximo 2000 octetos')),
		('over -r', inside(campaign(1), many), (82, 'Ddemasiados destinatarios')),
		('without recipients', inside(campaign(1), b'Fr@d.es\0\0'), (82, 'Dfalta el destinatario')),
		('with a malformed recipient', inside(campaign(1), envelope('a b')), (82, 'Ddestinatario no valido: a b')),
		('with a long address', inside(campaign(1), envelope('a' * 65 + '@x.es')), (82, 'Ddireccion demasiado larga: ')),
		('with a malformed envelope', inside(campaign(1), b'Xr@d.es\0\0'), (82, 'Zsobre mal formado')),
		('with an envelope without end', inside(campaign(1), envelope()[:-1]), (54, '')),
	]
	for name, request, (code, text) in cases:
		answer = s.ask(request)
		ok(answer is not None and answer[0] == code and answer[1].startswith(text), 'a message %s is refused' % name, answer)
	answer = s.ask_files(campaign(1, 'x' * 3000))
	ok(answer == (82, 'Dmensaje demasiado grande: como maximo 2000 octetos'), 'a message over -s in a memory file is refused', answer)
	answer = s.ask_files(campaign(1), many)
	ok(answer == (82, 'Ddemasiados destinatarios'), 'an envelope over -r in a memory file is refused', answer)
	ok(not s.files() and not s.files('tmp'), 'a refused message leaves no file')
	await_that(s.logged)
	lines = s.logged().splitlines()
	ok(lines and all(l.startswith('saca-spool: ip=%s user=victor.acme why: ' % IP) for l in lines),
		'each line of the log names the address and the login', lines)
	s.end()


def refuses_settings():
	place = folder()
	accounts(place)
	s = Service(place)
	body = inside(campaign(1))[len(settings()):]
	malformed = [
		('an unknown name', settings([b'SACA_CREDIT=no'])),
		('a name twice', settings([b'SACA_HELO=x'])),
		('a name without a value', settings([b'SACA_HELO'])),
		('a value of 513 octets', settings(SACA_HELO='x' * 513)),
		('a login without a plan', settings(SACA_USER='victor')),
		('a login of another plan', settings(SACA_PLAN='otra')),
		('a plan that is a path', settings(SACA_PLAN='../x', SACA_USER='v.../x')),
		('no login', settings(SACA_USER=None)),
		('a login that is not UTF-8', settings(SACA_USER='jos\udce9.acme')),
		('no ticket', settings(SACA_TICKET=None)),
		('a ticket that is not base64', settings(SACA_TICKET='&&&&')),
		('a ticket cut short', settings(SACA_TICKET=base64.b64encode(ticket()[:-3]).decode())),
		('a ticket of another login', settings(SACA_TICKET=base64.b64encode(ticket('maria.acme')).decode())),
		('a ticket of another plan', settings(SACA_USER='victor.otra', SACA_PLAN='otra')),
		('a ticket made with another key', settings(SACA_TICKET=base64.b64encode(ticket(key=KEY[::-1])).decode())),
		('a ticket that is altered', settings(SACA_TICKET=base64.b64encode(bytes([0, 0, 0, 1]) + ticket()[4:]).decode())),
	]
	for name, block in malformed:
		answer = s.ask(block + body)
		ok(answer == (31, ''), 'a request with %s is refused' % name, answer)
	answer = s.ask(settings(SACA_TICKET=base64.b64encode(ticket(lives=-1)).decode()) + body)
	ok(answer == (71, ''), 'a request with an expired ticket fails temporarily', answer)
	block = settings()
	for name, request in [
		('no final NUL', block[:-1]), ('garbage', os.urandom(500)), ('only NULs but one', b'\0' * 3),
		('a block of 9000 octets', b'A' * 9000 + b'\0\0' + body), ('a length beyond the end', block + struct.pack('>I', 1 << 31)),
		('octets after the message', block + body + b'x'), ('half a length', block + b'\0\0'),
	]:
		answer = s.ask(request)
		ok(answer == (31, ''), 'a request with %s is refused' % name, answer)
	for n in range(0, len(block + body), 7):
		answer = s.ask((block + body)[:n] or b'\1')
		if answer is None or answer[0] != 31:
			ok(False, 'a request cut anywhere is refused', n, answer)
			break
	else:
		ok(True, 'a request cut anywhere is refused')
	ok(not s.files() and receipt(s.ask(block + body)), 'a refused request leaves no file, and the next good one is committed')
	s.end()


def accounts_count():
	place = folder()
	accounts(place, 'credit=yes maxday=5')
	s = Service(place)
	def balance(change='+0'):
		return subprocess.run([os.path.join(BIN, 'saca-spool'), '-c', 'acme=' + change, s.spool], capture_output=True).stdout
	answer = s.ask(inside(campaign(0)))
	ok(answer == (82, 'Zsaldo de envios no disponible, intentelo mas tarde'), 'a message of a plan with credit but without a credit file fails temporarily', answer)
	balance('+3')
	ok(receipt(s.ask(inside(campaign(1)))) and balance() == b'1\n', 'a message of a plan with credit=yes in the accounts costs credit')
	answer = s.ask(inside(campaign(2)))
	ok(answer == (82, 'Denvios insuficientes: quedan 1, hacen falta 2'), 'a message is refused if credit is short', answer)
	accounts(place, 'sandbox=yes credit=yes maxday=5')
	answer = s.ask(inside(campaign(3)))
	ok(receipt(answer) and balance() == b'1\n', 'a plan that becomes a sandbox costs nothing from the next request on', answer)
	ok(any(b'\nX-Saca-Sandbox: yes\n' in read(f) for f in s.files()), 'the file of a sandbox plan has X-Saca-Sandbox: yes')
	answer = s.ask(inside(campaign(4)))
	ok(answer == (82, 'Dexceso de contactos: 6 de 5 permitidos'), 'the queue service refuses recipients over maxday of the accounts', answer)
	answer = s.ask(inside(campaign(9), SACA_SANDBOX='no'))
	ok(answer[0] != 0 and b'quedan' in answer[1].encode(), 'SACA_SANDBOX=no makes a real send of a sandbox plan, which costs credit', answer)
	accounts(place, 'sandbox=yes')
	answer = s.ask(inside(campaign(10), SACA_SANDBOX='no'))
	ok(receipt(answer) and not any(b'X-Saca-Sandbox' in read(f) for f in s.files() if b'n10' in read(f)),
		'SACA_SANDBOX=no spools a real send of a sandbox plan', answer)
	ok(s.ask(inside(campaign(11), SACA_SANDBOX='yes'))[0] == 31, 'a request with SACA_SANDBOX=yes is refused')
	accounts(place, 'maxwait=1')
	answer = s.ask(inside(campaign(5)))
	ok(answer == (53, ''), 'the queue service answers 53 over maxwait of the accounts', answer)
	accounts(place, plan='plan acme\nplan otra')
	os.rename(place + '/accounts/senders.cdb', place + '/accounts/away')
	answer = s.ask(inside(campaign(6)))
	ok(answer == (71, ''), 'the queue service fails temporarily if senders.cdb is missing', answer)
	os.rename(place + '/accounts/away', place + '/accounts/senders.cdb')
	other = dict(SACA_USER='v.nadie', SACA_PLAN='nadie', SACA_TICKET=base64.b64encode(ticket('v.nadie')).decode())
	answer = s.ask(inside(campaign(7), **other))
	ok(answer == (71, '') and await_that(lambda: 'senders.cdb has no plan nadie' in s.logged()), 'a message of a plan that was removed from the accounts fails temporarily', answer)
	s.end()


def workers_of(s, n=2):
	"""The service starts before all of its workers."""
	return await_that(lambda: len(s.children()) == n and s.children())


def open_files(s):
	return [len(os.listdir('/proc/%d/fd' % w)) for w in s.children()]


def stop(pid):
	"""Returns when it has stopped: until then it may still receive a request."""
	os.kill(pid, signal.SIGSTOP)
	assert await_that(lambda: b') T ' in read('/proc/%d/stat' % pid))


def each_worker_answers(s):
	"""Returns when each worker has answered a request and closed its end of the reply socket."""
	workers = workers_of(s)
	for w in workers:
		others = [other for other in workers if other != w]
		for other in others:
			stop(other)
		request = s.start(inside(campaign(0)))
		packet, end = request.reply(), request.reply()
		ok(packet[:1] == b'\0' and end == b'', 'a worker of the queue service answers while all others are stopped', packet, end)
		request.close()
		for other in others:
			os.kill(other, signal.SIGCONT)


def refuses_descriptors():
	place = folder()
	accounts(place)
	s = Service(place)
	each_worker_answers(s)
	before = open_files(s)
	message, env = memory_file(campaign(1)), memory_file(envelope())
	disk = os.open(os.path.join(os.environ['TOP'], 'Makefile'), os.O_RDONLY)
	r, w = os.pipe()
	sock, _sock = socket.socketpair()
	directory, zero = os.open('/dev/shm', os.O_RDONLY), os.open('/dev/zero', os.O_RDONLY)
	write_only = os.open('/proc/self/fd/%d' % message, os.O_WRONLY)
	odd = {'a pipe': r, 'the end of a pipe that is written': w, 'a socket': sock.fileno(), 'a directory': directory, '/dev/zero': zero}
	if subprocess.run(['stat', '-f', '-c', '%T', '/proc/self/fd/%d' % disk], capture_output=True, pass_fds=[disk]).stdout != b'tmpfs\n':
		odd['a file on disk'] = disk
	for name, fd in odd.items():
		for fds in ((fd, env), (message, fd)):
			answer = s.ask(settings(), fds)
			ok(answer is None, 'a request with %s gets no reply' % name, answer)
	answer = s.ask(settings(), (write_only, env))
	ok(answer == (54, ''), 'the queue service answers 54 for a memory file that cannot be read', answer)
	for name, fds in (('no descriptors and no message', ()), ('two descriptors and a message inside', (message, env))):
		answer = s.ask(settings() if not fds else inside(campaign(1)), fds)
		ok(answer is None, 'a request with %s gets no reply' % name, answer)
	for name, fds in (('one descriptor', (message,)), ('three descriptors', (message, env, env)), ('250 descriptors', (env,) * 250)):
		answer = s.ask(settings(), fds)
		ok(answer is None, 'a request with %s gets no reply' % name, answer)
	for name, fds in (('a request without a reply socket', (message, env)), ('a request without descriptors', ()), ('a pipe for a reply socket', (message, env, w))):
		send(s.path, settings(), fds)
		ok(receipt(s.ask(inside(campaign(2))), '[KR]'), '%s does not disturb the queue service' % name)
	ok(s.ask(settings() + b'x' * 100000) is None, 'a datagram that is too long gets no reply')
	answer = s.ask(settings(), (message, env))
	ok(receipt(answer), 'the queue service accepts two memory files after hostile requests', answer)
	ok(receipt(s.ask(inside(campaign(3)))), 'the queue service accepts a message in the request after hostile requests')
	ok(await_that(lambda: all(n <= b for n, b in zip(open_files(s), before))), 'the queue service keeps no descriptor of a client open', before,
		open_files(s))
	os.lseek(message, 0, os.SEEK_END)
	answer = s.ask(settings(), (message, env))
	ok(receipt(answer, 'R'), 'the queue service reads a memory file from its start, whatever its offset', answer)
	for fd in (message, env, disk, r, w, directory, zero, write_only):
		os.close(fd)
	s.end()


def survives_files_that_change():
	"""A file may grow, shrink and change while it is copied: what is checked is what is committed."""
	place = folder()
	accounts(place)
	s = Service(place)
	halt = threading.Event()
	size = 300000
	fd, env = memory_file(campaign(1, 'x\n' * (size // 2))), memory_file(envelope())

	def change():
		good, short = campaign(1, 'x\n' * (size // 2)), campaign(1)
		while not halt.is_set():
			os.ftruncate(fd, len(short))
			os.pwrite(fd, b'\0' * 100, 20000)
			os.ftruncate(fd, size * 3)
			os.pwrite(fd, good, 0)
			os.ftruncate(fd, len(good))
			time.sleep(0.0005) # some copies are of the good state
	t = threading.Thread(target=change)
	t.start()
	answers = [s.ask(settings(), (fd, env)) for _ in range(300)]
	halt.set()
	t.join()
	ok(all(a is not None for a in answers), 'each request with a memory file that changes gets a reply', [a for a in answers if a is None][:3])
	committed = sum(a[0] == 0 for a in answers)
	texts = [read(f) for f in s.files()]
	ok(all(b'\0' not in t.partition(b'Received: ')[2] for t in texts), 'a message from a memory file that changes has passed the check if it is committed (%d of 300)' % committed)
	ok(all(t.count(b'Delivered-To: ') == 2 for t in texts) and len(s.children()) == 2 and 'worker' not in s.logged(),
		'no worker dies of a memory file that changes', s.logged())
	s.end()


def survives_peers():
	place = folder()
	accounts(place)
	s = Service(place)
	ok(receipt(s.ask(inside(campaign(0)))), 'the queue service commits a message before clients go away')
	workers = workers_of(s)
	for w in workers:
		stop(w)
	gone = s.start(inside(campaign(1)))
	stays = s.start(inside(campaign(2)))
	gone.close()
	for w in workers:
		os.kill(w, signal.SIGCONT)
	packet = stays.reply()
	ok(packet[:1] == b'\0', 'a client that waits for a stopped worker is answered', packet)
	ok(await_that(lambda: 'the client has gone before the commit' in s.logged()), 'the log says that a client has gone', s.logged())
	ok(len(s.files()) == 2 and not s.files('tmp'), 'the queue service commits no message of a client that has gone')
	ok(receipt(s.ask(inside(campaign(1)))), 'a message of a client that had gone is committed when it comes again')
	silent = []
	for _ in range(200):
		silent.append(s.start(b'\0\0'))
	start = time.monotonic()
	answer = s.ask(inside(campaign(3)))
	ok(receipt(answer), '200 clients that do not read do not delay another: %.0f ms' % ((time.monotonic() - start) * 1000))
	for c in silent:
		c.close()
	os.kill(s.children()[0], signal.SIGKILL)
	ok(await_that(lambda: 'was killed by signal 9' in s.logged()), 'the queue service logs the death of a worker', s.logged())
	ok(workers_of(s) and receipt(s.ask(inside(campaign(4)))), 'the queue service replaces a worker that dies')
	probe = [os.path.join(BIN, 'saca-spool'), '-t', s.path]
	ok(subprocess.run(probe, capture_output=True).returncode == 0, 'saca-spool -t finds that the service works')
	os.rename(s.spool + '/new', s.spool + '/away')
	with open(s.spool + '/new', 'w'):
		pass
	answer = subprocess.run(probe, capture_output=True)
	ok(answer.returncode == 111, 'saca-spool -t finds that the spool cannot be used', answer.stderr)
	os.unlink(s.spool + '/new')
	os.rename(s.spool + '/away', s.spool + '/new')
	ok(s.end() == 0 and subprocess.run(probe, capture_output=True).returncode == 111, 'saca-spool -t finds that the service has ended')


def resident(pids):
	total = 0
	for p in pids:
		with open('/proc/%d/statm' % p) as f:
			total += int(f.read().split()[1]) * resource.getpagesize()
	return total


def flood(path, total):
	"""Sends malformed requests at full speed. In a process of its own: threads share one interpreter lock."""
	requests = [b'\0\0', b'x' * 60000, settings(SACA_TICKET=None) + b'\0' * 8, settings()]
	_ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
	with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
		s.connect(path)
		for i in range(total):
			socket.send_fds(s, [requests[i % 4]], [theirs.fileno()])


def survives_a_flood():
	"""10^5 malformed requests: others are answered, nothing is lost, memory stays flat."""
	place = folder()
	accounts(place)
	s = Service(place, '-s', '10000000', workers=4)
	for i in range(40):
		s.ask_files(campaign('w%d' % i, 'x\n' * 1000000))
	for f in s.files():
		os.unlink(f)
	before, waits, answers, works = resident(workers_of(s, 4)), [], [], 0
	total = 100000
	flooder = multiprocessing.Process(target=flood, args=(s.path, total))
	flooder.start()
	while flooder.is_alive() or len(answers) < 10:
		answers.append(s.ask(inside(campaign('f%d' % len(answers)))))
		for _ in range(10):
			start = time.monotonic()
			works += s.ask(b'\0') == (0, '')
			waits.append(time.monotonic() - start)
	flooder.join()
	waits.sort()
	print('# the wait for an answer that needs no disk: median %.1f ms, longest %.0f ms' % (waits[len(waits) // 2] * 1000, waits[-1] * 1000))
	ok(flooder.exitcode == 0, 'a queue service takes %d malformed requests at full speed' % total, flooder.exitcode)
	ok(works == len(waits) and all(receipt(a) for a in answers), 'each good request during a flood is answered: %d, and %d probes'
		% (len(answers), works), works)
	texts = [read(f) for f in s.files()]
	ok(len(texts) == len(answers) and not s.files('tmp') and all(
		sum(t.endswith(campaign('f%d' % i)) for t in texts) == 1 for i in range(len(answers))),
		'each good request during a flood becomes one whole file', len(texts))
	after = resident(s.children())
	if b'__asan_init' in read(os.path.join(BIN, 'saca-spool')):
		skip('the memory of the queue service does not grow in a flood', 'the sanitizer keeps freed memory')
	else:
		ok(after < before + (4 << 20), 'the memory of the queue service does not grow in a flood: %d KB before, %d KB after' % (before // 1024, after // 1024))
	ok(len(s.children()) == 4 and 'worker' not in s.logged(), 'no worker dies in a flood of requests')
	await_that(s.logged)
	lines = s.logged().count('\n')
	ok(0 < lines < 4000, 'a flood of requests causes fewer than 4000 log lines: %d' % lines)
	s.end()


def switches(pid):
	"""Returns how often the process has waited."""
	with open('/proc/%d/status' % pid) as f:
		return int(re.search(r'^voluntary_ctxt_switches:\s(\d+)', f.read(), re.M).group(1))


def ends_a_request_that_takes_too_long():
	place = folder()
	accounts(place)
	s = Service(place, workers=1)
	ok(receipt(s.ask(inside(campaign(0)))), 'the queue service commits a message before a request takes too long')
	worker = workers_of(s, 1)[0]
	before = switches(worker)
	with open(s.spool + '/lock', 'r+b') as f:
		fcntl.lockf(f, fcntl.LOCK_EX)
		late = s.start(inside(campaign(1)))
		await_that(lambda: switches(worker) > before + 10) # it tries to get the lock again and again
		os.kill(worker, signal.SIGALRM) # as after 600 seconds
		ok(late.reply() == b'', 'a request that takes too long gets no reply')
	ok(await_that(lambda: 'ip=%s user=victor.acme why: the request took more than 600 seconds: the worker ends\n' % IP in s.logged()),
		'the log names the client of a request that takes too long', s.logged())
	late.close()
	ok(receipt(s.ask(inside(campaign(1)))) and len(s.files()) == 2, 'a message whose request took too long is accepted by another worker')
	s.end()


def needs_its_arguments():
	place = folder()
	accounts(place)
	with open(place + '/short', 'wb') as f:
		f.write(KEY[:-1])
	sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	base = [os.path.join(BIN, 'saca-spool'), '-S', '-a', place + '/accounts/senders.cdb', place + '/spool']
	def run(*more, stdin=sock):
		r = subprocess.run([*base[:2], *more, *base[2:]], stdin=stdin, capture_output=True)
		return r.returncode, r.stderr.decode()
	ok(run()[0] == 100, 'saca-spool -S without -k exits 100')
	ok(run('-k', place + '/short', '-P', PLAN)[0] == 100, 'saca-spool -S with -P exits 100')
	ok(run('-k', place + '/short', '-n', '0')[0] == 100, 'saca-spool -S -n 0 exits 100')
	code, said = run('-k', place + '/short')
	ok(code == 111 and '/short' in said, 'saca-spool -S exits 111 if the key has not 32 octets', said)
	code, said = run('-k', place + '/short', stdin=subprocess.DEVNULL)
	ok(code == 100 and 'not a UNIX datagram socket' in said, 'saca-spool -S without a datagram socket exits 100', said)


commits()
refuses_messages()
refuses_settings()
accounts_count()
refuses_descriptors()
survives_files_that_change()
survives_peers()
survives_a_flood()
ends_a_request_that_takes_too_long()
needs_its_arguments()
done()
