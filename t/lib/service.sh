# shellcheck shell=sh
# Shared by the tests of the whole line: a free port, accounts, a certificate, a message.
# Sourced after tap.sh.
. "$TOP/t/lib/message.sh"

# Programs that t/whole/clients/fetch unpacked come after installed ones.
FETCHED=$TOP/build/clients
PATH=$PATH:/usr/sbin:$FETCHED/usr/sbin:$FETCHED/usr/bin

# Unpacked programs need more files: lighttpd its modules, smtp-sink its libraries.
run_lighttpd() {
	case $(command -v lighttpd) in
	"$FETCHED"/*) exec $ROOMY lighttpd -m "$FETCHED/usr/lib/lighttpd" "$@" ;;
	*) exec $ROOMY lighttpd "$@" ;;
	esac
}
run_smtp_sink() {
	exec $ROOMY env LD_LIBRARY_PATH="$FETCHED/usr/lib/postfix" smtp-sink "$@"
}

# free_port: prints a free port of 127.0.0.1, below those that the system gives to outgoing
# connections
free_port() {
	python3 - <<-'END'
		import random, socket
		while True:
		    port = random.randrange(10000, 32000)
		    with socket.socket() as s:
		        try:
		            s.bind(("127.0.0.1", port))
		        except OSError:
		            continue
		    print(port)
		    break
	END
}

# listening PORT: true if a program listens on the port. Asks the kernel, since a connection would be
# logged.
listening() {
	grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F]*:0000 0A " /proc/net/tcp /proc/net/tcp6
}

# accounts_text: prints the accounts of the plan acme
accounts_text() {
	# shellcheck disable=SC2016 # hashes have dollars
	printf 'plan acme maxrcpt=1000\nuser victor.acme %s\nsender acme remitente@example.com\n' \
		"$(openssl passwd -6 -salt xx secreto)"
}

# accounts FOLDER: compiles the plan acme, victor.acme with the password secreto, and its sender
accounts() {
	mkdir -p "$1"
	accounts_text | saca-accounts "$1" 2>/dev/null
}

# certificate FOLDER: makes cert.pem and key.pem of localhost and 127.0.0.1
certificate() {
	mkdir -p "$1"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
		-addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
		-keyout "$1/key.pem" -out "$1/cert.pem" 2>/dev/null
}

# datagram_service SOCKET COMMAND...: starts it in the background, the socket as descriptor 0
datagram_service() {
	_socket=$1
	shift
	background python3 -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
os.dup2(s.fileno(), 0)
os.execvp(sys.argv[2], sys.argv[2:])' "$_socket" "$@"
	await 10 test -S "$_socket"
}
