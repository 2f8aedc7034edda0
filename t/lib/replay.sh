# shellcheck shell=sh
# For tests that play transcripts; source it after tap.sh. REPLAY is the program of replay.c,
# built in the test's own folder unless the caller has set it.
if [ -z "${REPLAY:-}" ]; then
	REPLAY=$T/build/t/lib/replay
	make -s -C "$TOP" BUILD="$T/build" SANITIZE= "$REPLAY" >&2 || exit 1
fi
