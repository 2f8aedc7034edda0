# shellcheck shell=sh
# Shared by the fault tests. Sourced after tap.sh.

# These tests need no real disk: a folder in memory is faster.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then
	FAULT=$(mktemp -d /dev/shm/saca-t.XXXXXX)
	trap 'rm -rf "$FAULT"; cleanup' EXIT
else
	FAULT=$T
fi

# needs_strace NAME: without strace, skips the test and ends
needs_strace() {
	strace -qq -o /dev/null -e trace=getuid -e inject=getuid:error=EIO true 2>/dev/null && return
	skip "$1" 'strace is not installed, or may not trace here'
	done_testing
}

# fault DRIVER ARGUMENT...: runs a driver in a mount name space, so that its mounts end with it
fault() {
	_driver=$1
	shift
	case $_driver in
	power | full) TMPDIR=$FAULT unshare -m python3 "$TOP/t/whole/fault/$_driver" "$@" 2>&1 ;;
	*) TMPDIR=$FAULT python3 "$TOP/t/whole/fault/$_driver" "$@" 2>&1 ;;
	esac
}
