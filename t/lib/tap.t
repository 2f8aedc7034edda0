#!/bin/sh
# The end of a test, by tap.sh.
. "$(dirname "$0")/tap.sh"

# As a test whose second process has ended, and whose pid is now that of a process of somebody else.
if [ $# = 1 ]; then
	background sleep 1000 >/dev/null
	echo $!
	PIDS="$PIDS $1"
	DONE=yes
	exit 0
fi

other=$(sleep 1000 >/dev/null & echo $!)
own=$(sh "$0" "$other")
kill -0 "$own" 2>/dev/null
is $? 1 "tap.sh ends the background processes of a test with it"
is "$(sed -n 's/^State:.\(.\).*/\1/p' "/proc/$other/status")" S "tap.sh lets a process live that took the pid of one of the test"
kill "$other"
done_testing
