"""A mail server that remembers each mail."""

import re
import socketserver
import threading

ID = re.compile(rb'^Message-ID: (<[^>]*>)\r$', re.M | re.I)


class Session(socketserver.StreamRequestHandler):
	wbufsize = 0
	disable_nagle_algorithm = True # each reply is a write: the second of a burst would wait 40 ms for the client's ACK

	def say(self, text):
		self.wfile.write(text.encode() + b'\r\n')

	def take(self):
		"""Returns the octets of a mail without its dot; None: the client left before the dot."""
		lines = []
		for line in self.rfile:
			if line == b'.\r\n':
				return b''.join(lines)
			lines.append(line)
		return None

	def handle(self):
		try:
			self.talk()
		except ConnectionError:
			pass

	def talk(self):
		recipient = ''
		self.say('220 sink ESMTP')
		for line in self.rfile:
			verb = line[:4].upper()
			if verb == b'RCPT':
				recipient = line.split(b'<')[1].split(b'>')[0].decode()
				reply = self.server.judge(recipient)
				self.say(reply)
				if reply[0] != '2':
					recipient = ''
			elif verb == b'DATA' and not recipient:
				self.say('554 no recipient')
			elif verb != b'DATA':
				self.say('221 bye' if verb == b'QUIT' else '250-sink\r\n250-PIPELINING\r\n250 SMTPUTF8' if verb == b'EHLO' else '250 ok')
			else:
				self.say('354 go')
				mail = self.take()
				if mail is None:
					return
				self.server.take(mail, recipient)
				self.say('250 taken')
				recipient = ''


class Sink(socketserver.ThreadingTCPServer):
	"""mails: (Message-ID, recipient) of each mail, added before the reply. then: called with the number
	of mails before the reply, for one mail at a time. judge: returns the reply to a recipient."""

	daemon_threads = True
	request_queue_size = 100

	def __init__(self):
		super().__init__(('127.0.0.1', 0), Session)
		self.mails, self.then, self.lock = [], lambda n: None, threading.Lock()
		self.judge = lambda recipient: '250 ok'
		self.url = 'smtp://127.0.0.1:%d' % self.server_address[1]
		threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

	def take(self, mail, recipient):
		found = ID.search(mail)
		with self.lock:
			self.mails.append((found[1].decode() if found else 'none: %r' % mail[:200], recipient))
			self.then(len(self.mails))

	def __exit__(self, *_):
		self.shutdown()
		self.server_close()
