# shellcheck shell=sh
# For tests of TLS, sourced behind lib.sh: certificates, a server on a free port, and a
# look at what it leaves running.
CLIENT="python3 -W ignore $TOP/t/tls/client.py"
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
for s in CERTFILE KEYFILE TLS_UID TLS_GID SSL_PROTOCOL SSL_CIPHER SSL_TLS_SNI_SERVERNAME \
	UCSPITLS PROTO TCPREMOTEIP TCPREMOTEPORT TCPLOCALIP TCPLOCALPORT REMOTE_ADDR; do unset $s; done

# certificate NAME KIND HOST: $T/NAME.crt and $T/NAME.key; KIND is rsa:2048 or a curve
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

# serve COMMAND...: under tcpserver on 127.0.0.1; $PORT, $SERVER (its pid) and $LOG are set.
# Numbered, so that a test can have several. SERVE: tcpserver's own options.
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

# quiet [PID]: nothing runs under the server any more
quiet() { ! pgrep -P "${1:-$SERVER}" >/dev/null; }

# ticks: processor time that the server's children have used so far, in ticks
ticks() {
	for _p in $(pgrep -P "$SERVER"; for _c in $(pgrep -P "$SERVER"); do pgrep -P "$_c"; done); do
		sed 's/.*) //' "/proc/$_p/stat" 2>/dev/null
	done | awk '{n += $12 + $13} END {print n + 0}'
}
