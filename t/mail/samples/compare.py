#!/usr/bin/env python3
"""Reads each sample with Python's email package and with GMime, and says where their
tree of parts is another than saca-mime's: `NAME READER` a line, and with -v both trees.

A tree is, a line for each part: its depth, its media type, its charset, as saca-mime
prints strings. The insides of message/* are left out: saca does not look into them.
"""
import email, email.message, os, subprocess, sys

def shown(string):
    string = "".join(c if " " <= c <= "~" else "?" for c in string or "-")
    return string if len(string) <= 40 else string[:37] + "..."

def of_python(data):
    lines = []
    def walk(part, depth):
        kind = part.get_content_type()
        charset = None if part.is_multipart() else part.get_param("charset")
        lines.append((depth, shown(kind), shown(charset)))
        if part.is_multipart() and not kind.startswith("message/"):
            for child in part.get_payload():
                walk(child, depth + 1)
    walk(email.message_from_bytes(data), 0)
    return lines

def of_gmime(data):
    from gi.repository import GMime
    lines = []
    def walk(part, depth):
        kind = part.get_content_type()
        multi = isinstance(part, GMime.Multipart)
        charset = None if multi else kind.get_parameter("charset")
        lines.append((depth, shown(kind.get_mime_type().lower()), shown(charset)))
        for i in range(part.get_count() if multi else 0):
            walk(part.get_part(i), depth + 1)
    message = GMime.Parser.new_with_stream(GMime.StreamMem.new_with_buffer(data)).construct_message(None)
    if message and message.get_mime_part():
        walk(message.get_mime_part(), 0)
    return lines

def of_saca(data):
    out = subprocess.run([os.environ.get("SACA_MIME", "saca-mime"), "-v"], input=data, stdout=subprocess.PIPE).stdout
    lines, rows = [], out.decode("ascii").split("\n")[1:]
    for row in rows:
        cells = row.split()
        if len(cells) != 6:  # the reason, and the lines after it
            break
        depth = (len(row) - len(row.lstrip(" "))) // 2
        lines.append((depth, cells[0], cells[1]))
    return lines

def show(lines):
    for depth, kind, charset in lines:
        print("    " + "  " * depth + kind, charset)

def main():
    verbose = "-v" in sys.argv[1:]
    readers = [("python", of_python)]
    try:
        import gi
        gi.require_version("GMime", "3.0")
        from gi.repository import GMime
        GMime.init()
        readers.append(("gmime", of_gmime))
    except (ImportError, ValueError):
        print("gmime is missing", file=sys.stderr)
    here = os.path.dirname(os.path.abspath(__file__))
    for name in sorted(os.listdir(here)):
        if not name.endswith(".eml"):
            continue
        with open(os.path.join(here, name), "rb") as f:
            data = f.read()
        ours = of_saca(data)
        for reader, read in readers:
            theirs = read(data)
            if theirs != ours:
                print(name[:-4], reader)
                if verbose:
                    show(ours), print("  " + reader), show(theirs)

main()
