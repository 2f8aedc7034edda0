#!/usr/bin/env python3
"""Makes a token (src/send/token.h) without the code under test.

    t/lib/link_token.py KEYFILE KIND PLAN SEND CONTACT [LINK]
"""
import base64, hashlib, hmac, sys

def number(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])

keyfile, kind, *numbers = sys.argv[1:]
lines = [line.split() for line in open(keyfile) if line.strip() and not line.startswith("#")]
signer, key = lines[0]
octets = bytes([int(signer)]) + kind.encode() + b"".join(number(int(n)) for n in numbers)
octets += hmac.new(bytes.fromhex(key), octets, hashlib.sha256).digest()[:12]
print(base64.b32encode(octets).decode().lower().rstrip("="))
