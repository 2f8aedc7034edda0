# shellcheck shell=sh
# What the fault tests share. Sourced after lib.sh.

# Nothing in these tests asks more of a disk than that it keeps what it is told to, so
# memory will do.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then
	FAULT=$(mktemp -d /dev/shm/saca-t.XXXXXX)
	trap 'rm -rf "$FAULT"; cleanup' EXIT
else
	FAULT=$T
fi

# needs_strace NAME: else the test ends here, skipped
needs_strace() {
	strace -qq -o /dev/null -e trace=getuid -e inject=getuid:error=EIO true 2>/dev/null && return
	skip "$1" 'strace can not be had or may not trace here'
	done_testing
}

# fault DRIVER ARGUMENT...: what is mounted goes with the name space, whatever ends it
fault() {
	_driver=$1
	shift
	case $_driver in
	power | full) TMPDIR=$FAULT unshare -m python3 "$TOP/t/whole/fault/$_driver" "$@" 2>&1 ;;
	*) TMPDIR=$FAULT python3 "$TOP/t/whole/fault/$_driver" "$@" 2>&1 ;;
	esac
}
