"""Prints a shell script that runs the EXAMPLES of a manual page.

    python3 manual.py PAGE FOLDER PORTS...

In the section EXAMPLES of PAGE each line that begins with `$ ` is a command. Lines that
begin with `> ` continue it, as does a line after one that ends in a backslash. The lines
after a command are its output, if the page shows any; `...` stands for any lines. Lines
before the first command of a display are not commands: a configuration, a run file.

The script runs the commands in one shell. It writes the status of command N to
FOLDER/N.status and its output to FOLDER/N.output; this program writes the command to
FOLDER/N.command and the output that the page shows to FOLDER/N.shown. A command that ends
in `&` is a server: the script waits until its port or socket is there."""
import re
import sys

ROFF = {"\\(dq": '"', "\\(aq": "'", "\\e": "\\", "\\-": "-", "\\&": "", "\\(ha": "^", "\\(ti": "~", "\\(ga": "`"}


def plain(line):
    return re.sub(r"\\\((?:dq|aq|ha|ti|ga)|\\[e&-]", lambda m: ROFF[m.group()], line)


def displays(page):
    """Returns the displays of EXAMPLES, each a list of lines."""
    inside, display, found = False, None, []
    for line in open(page, encoding="utf-8").read().split("\n"):
        if line.startswith(".Sh "):
            inside = line == ".Sh EXAMPLES"
        elif inside and line.startswith((".Bd ", ".Bd\n")):
            display = []
        elif inside and line == ".Ed":
            found.append(display)
            display = None
        elif inside and line.startswith(".Dl "):
            found.append([plain(line[4:])])
        elif display is not None:
            display.append(plain(line))
    return found


def commands(page):
    """Returns pairs of a command and the lines of its output."""
    for display in displays(page):
        command, shown = None, []
        for line in display:
            more = command and (command.endswith("\\") or line.startswith("> ")) and not shown
            if line.startswith("$ "):
                if command:
                    yield command, shown
                command, shown = line[2:], []
            elif more:
                command += "\n" + line.removeprefix("> ")
            elif command:
                shown.append(line)
        if command:
            yield command, shown


def main():
    page, folder, ports = sys.argv[1], sys.argv[2], sys.argv[3:]
    for n, (command, shown) in enumerate(commands(page), 1):
        open(f"{folder}/{n}.command", "w").write(command + "\n")
        while shown and not shown[-1].strip():
            shown.pop()
        open(f"{folder}/{n}.shown", "w").write("".join(line + "\n" for line in shown))
        command = re.sub(r"(?<![\w.])/(etc|run|srv|var/spool|var/lib|var/log)/saca", r"$SANDBOX/\1/saca", command)
        command = command.replace("api.example.com", "localhost")
        for number in ports:
            public, free = number.split("=")
            command = re.sub(rf"\b{public}\b", free, command)
        print(f"{{ {command}\n}} >{folder}/{n}.output 2>&1 </dev/null\necho $? >{folder}/{n}.status")
        if command.endswith("&"):
            print('pids="$pids $!"')
            for number in ports:
                if re.search(rf"\b{number.split('=')[1]}\b", command):
                    print(f"await 10 listening {number.split('=')[1]}")
            for socket in re.findall(r"binder\b.*?(\$SANDBOX/run/\S+)", command):
                print(f"await 10 [ -S {socket} ]")


main()
