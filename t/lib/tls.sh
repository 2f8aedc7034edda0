# shellcheck shell=sh
# For tests of TLS, sourced after tap.sh: certificates, a server on a free port, its processes.
CLIENT="python3 -W ignore $TOP/t/tls/client.py"
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
for s in CERTFILE KEYFILE TLS_UID TLS_GID SSL_PROTOCOL SSL_CIPHER SSL_TLS_SNI_SERVERNAME \
	UCSPITLS PROTO TCPREMOTEIP TCPREMOTEPORT TCPLOCALIP TCPLOCALPORT REMOTE_ADDR; do unset $s; done

# certificate NAME KIND HOST: makes $T/NAME.crt and $T/NAME.key; KIND is rsa:2048 or a curve
certificate() {
	case $2 in
	rsa:*) set -- "$@" -newkey "$2" ;;
	*) set -- "$@" -newkey ec -pkeyopt "ec_paramgen_curve:$2" ;;
	esac
	_name=$1 _host=$3
	shift 3
	openssl req -x509 "$@" -nodes -keyout "$T/$_name.key" -out "$T/$_name.crt" -days 30 \
		-subj "/CN=$_host" -addext "subjectAltName=DNS:$_host" 2>/dev/null
}

# serve COMMAND...: runs it under tcpserver on 127.0.0.1 and sets $PORT, $SERVER (the pid) and $LOG.
# A test can have several servers. SERVE: the options of tcpserver.
SERVED=0
serve() {
	SERVED=$((SERVED + 1))
	LOG=$T/log.$SERVED
	tcpserver ${SERVE:--1DRHl0} -c 300 -b 512 127.0.0.1 0 "$@" >"$T/port.$SERVED" 2>"$LOG" &
	SERVER=$!
	PIDS="$PIDS $SERVER"
	await 10 [ -s "$T/port.$SERVED" ]
	PORT=$(cat "$T/port.$SERVED")
}

# children PID...: prints the child processes of these. pgrep would read all of /proc.
children() {
	for _p; do
		cat "/proc/$_p/task/$_p/children" 2>/dev/null
	done
}

# quiet [PID]: true if the server has no child processes
quiet() { [ -z "$(children "${1:-$SERVER}")" ]; }

# descendants: prints the server's children and their children
descendants() {
	_children=$(children "$SERVER")
	# shellcheck disable=SC2086 # words
	echo $_children $(children $_children)
}

# ticks: prints the processor time of the server's children, in ticks
ticks() {
	for _p in $(descendants); do
		sed 's/.*) //' "/proc/$_p/stat" 2>/dev/null
	done | awk '{n += $12 + $13} END {print n + 0}'
}
