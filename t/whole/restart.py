"""Sends messages through a port while its services are restarted.

    restart.py PORT CAFILE MESSAGES COMMAND...

Four sessions send MESSAGES each, logging in anew for every tenth. COMMAND restarts a service; it
runs again and again until all is sent. A 451 or 454 is repeated in the same session. Prints how
many messages were accepted and how many replies were repeated; anything else is an error."""

import smtplib
import ssl
import subprocess
import sys
import threading
import time

from message import campaign

PORT, CAFILE, MESSAGES, COMMAND = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:]
numbers, repeated, faults = set(), [0], []


def patiently(action):
	end = time.monotonic() + 60
	while True:
		code, text = action()
		if code not in (451, 454) or time.monotonic() > end:
			return code, text
		repeated[0] += 1
		time.sleep(0.05)


def log_in():
	s = smtplib.SMTP('localhost', PORT, timeout=60)
	s.starttls(context=ssl.create_default_context(cafile=CAFILE))
	s.ehlo()
	code, text = patiently(lambda: s.docmd('AUTH', 'PLAIN AHZpY3Rvci5hY21lAHNlY3JldG8='))
	assert code == 235, text
	return s


def transaction(s, name):
	for command in ('MAIL FROM:<remitente@example.com>', 'RCPT TO:<ana@example.org>'):
		code, text = s.docmd(command)
		assert code == 250, (code, text)
	return s.data(campaign(name).decode())


def send(thread):
	try:
		s = None
		for i in range(MESSAGES):
			if i % 10 == 0:
				if s:
					s.quit()
				s = log_in()
			code, text = patiently(lambda: transaction(s, f'{thread}.{i}'))
			assert code == 250, (code, text)
			numbers.add(text.split()[1])
		s.quit()
	except Exception as e:  # what ended the session
		faults.append(repr(e))


threads = [threading.Thread(target=send, args=(i,)) for i in range(4)]
for t in threads:
	t.start()
while any(t.is_alive() for t in threads):
	time.sleep(0.2)
	subprocess.run(COMMAND, check=True)
	for t in threads:  # supervisors wait for a second before they start a service again
		t.join(1)
for fault in faults:
	print(fault)
print(len(numbers), 'accepted')
print(repeated[0], 'repeated', file=sys.stderr)
