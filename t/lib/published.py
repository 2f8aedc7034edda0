#!/usr/bin/env python3
"""Writes a published send (src/send/publish.h) without the code under test.

    t/lib/published.py FOLDER SEND NAME=VALUE...

NAME is plan, language, sender, subject, url, page, slots, or the number of a link. VALUE may
have \\n, \\xNN and the like. The file is a cdb (cr.yp.to/cdb/cdb.txt)."""
import os, struct, sys

def cdb_hash(key):
    h = 5381
    for octet in key:
        h = ((h << 5) + h & 0xffffffff) ^ octet
    return h

folder, send, *records = sys.argv[1:]
out, tables = bytearray(2048), [[] for _ in range(256)]
for record in records:
    key, value = record.encode().split(b"=", 1)
    value = value.decode("unicode_escape").encode("latin-1")
    h = cdb_hash(key)
    tables[h & 255].append((h, len(out)))
    out += struct.pack("<II", len(key), len(value)) + key + value
for i, table in enumerate(tables):
    slots = [(0, 0)] * (2 * len(table))
    for h, at in table:
        j = (h >> 8) % len(slots)
        while slots[j][1]:
            j = (j + 1) % len(slots)
        slots[j] = (h, at)
    struct.pack_into("<II", out, 8 * i, len(out), len(slots))
    out += b"".join(struct.pack("<II", *slot) for slot in slots)
path = os.path.join(folder, str(int(send) % 1000))
os.makedirs(path, exist_ok=True)
with open(os.path.join(path, send + ".cdb"), "wb") as f:
    f.write(out)
