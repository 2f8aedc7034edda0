"""The sample message of the tests: a text and an HTML part."""

import os

with open(os.path.join(os.path.dirname(__file__), 'message'), 'rb') as f:
	FORMAT = f.read()


def campaign(name='prueba', text='hola'):
	"""Returns the octets of the message. The subject is the name, the Message-ID <NAME@example.com>."""
	name = str(name).encode()
	return FORMAT % (name, name, text.encode())
