#!/usr/bin/env python3
"""The SQL statements of the programs, and how an engine would run each of them.

statements.py list ENGINE OBJECT...   prints those of object files for `postgres` or `sqlite`, one a line: every
                                      string that is a whole statement. Migrations are left out.
statements.py postgres URL            explains the statements of standard input, with values of their
                                      parameters' types: `STATEMENT TAB PLAN`, lines of a plan joined by ` / `
statements.py sqlite FILE             explains them by SQLite's EXPLAIN QUERY PLAN
A statement that the engine cannot prepare has the plan `error: REASON`.
"""
import re, sqlite3, subprocess, sys

VALUE = {"bigint": "1000", "integer": "1000", "smallint": "10", "text": "'a@y.es'", "numeric": "1000",
         "timestamp with time zone": "'2024-01-01T00:00:00Z'"}


def statements(engine, objects):
    found = {}
    for name in objects:
        room, file = name.split("/")[-2:]
        other = "sqlite" if engine == "postgres" else "postgres"
        if "_step" in file or file == "migrate.o" or file.startswith(other):
            continue
        for s in re.findall(rb"(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH) [ -~]+(?=\0)", open(name, "rb").read()):
            found[" ".join(s.decode().split())] = True
    return list(found)


def psql(url, script):
    return subprocess.run(["psql", "-qAtX", url], input=script, text=True, capture_output=True, check=True)


def prepare(url, lines):
    """Returns the types of the parameters of each statement, or the reason why it cannot be prepared."""
    script = "".join(f"\\echo @{i}\nPREPARE s{i} AS {s};\n\\if :ERROR\n\\echo !:LAST_ERROR_MESSAGE\n\\else\n"
                     f"SELECT '=' || array_to_string(parameter_types, ',') FROM pg_prepared_statements WHERE name = 's{i}';\n\\endif\n"
                     for i, s in enumerate(lines))
    return split(psql(url, script).stdout)


def split(out):
    """Returns the text after each line `@NUMBER`."""
    parts = re.split(r"^@\d+\n", out, flags=re.M)[1:]
    return [p.strip("\n") for p in parts]


def explain_postgres(url, lines):
    types = prepare(url, lines)
    script = ""
    for i, (s, t) in enumerate(zip(lines, types)):
        script += f"\\echo @{i}\n"
        if t.startswith("!"):
            script += f"\\echo error: {t[1:]}\n"
            continue
        names = [n for n in t[1:].split(",") if n]
        values = [VALUE[n] for n in names]
        if names and names[0] == "bigint":
            values[0] = "1" # the plan
        script += f"PREPARE s{i} AS {s};\nEXPLAIN (COSTS OFF) EXECUTE s{i}" + (f"({', '.join(values)})" if values else "") + ";\n"
    return split(psql(url, script).stdout)


def explain_sqlite(path, lines):
    db = sqlite3.connect(path)
    out = []
    for s in lines:
        try:
            values = [1000] * len(set(re.findall(r"\$\d+", s)))
            out.append("\n".join(r[3] for r in db.execute("EXPLAIN QUERY PLAN " + s, values)))
        except sqlite3.Error as e:
            out.append(f"error: {e}")
    return out


def main(what, where, *objects):
    if what == "list":
        print("\n".join(statements(where, objects)))
        return
    lines = [l.rstrip("\n") for l in sys.stdin if l.strip()]
    plans = (explain_postgres if what == "postgres" else explain_sqlite)(where, lines)
    assert len(plans) == len(lines), (len(plans), len(lines))
    for s, p in zip(lines, plans):
        print(s + "\t" + " / ".join(l.strip() for l in p.split("\n")))


main(*sys.argv[1:])
