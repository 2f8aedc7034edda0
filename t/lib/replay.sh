# shellcheck shell=sh
# For tests that play transcripts, sourced behind lib.sh: REPLAY, the program of
# replay.c, freshly made in the test's own folder unless the caller has one.
if [ -z "${REPLAY:-}" ]; then
	REPLAY=$T/build/t/lib/replay
	make -s -C "$TOP" BUILD="$T/build" SANITIZE= "$REPLAY" >&2 || exit 1
fi
