"""Idle connections, and a client beside them that must be served."""
import resource

from attack import *

COUNT = int(os.environ["IDLE"])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, COUNT + 100), hard))
idle = [Session("IDLE_PORT", greet=False) for _ in range(COUNT)]
greeted = sum(s.reply()[:3] == b"220" for s in idle)
check(greeted == COUNT, "%d idle connections all get the greeting" % COUNT, greeted)
started = time.monotonic()
check(alive("IDLE_PORT"), "a client can send beside the idle connections", "%.1f s" % (time.monotonic() - started))
for s in idle:
    s.close()

# Five silent clients on a port for five sessions.
idle = [Session("FIVE") for _ in range(5)]
check(alive("FIVE"), "a port full of silent clients is free again after the time for the first command")
for s in idle:
    s.close()
