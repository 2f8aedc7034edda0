# shellcheck shell=sh
# Shared by the tests of the spool. Sourced after tap.sh.
. "$TOP/t/lib/message.sh"

S=$T/spool
export SACA_PLAN=acme SACA_USER=victor.acme SACA_HELO=maquina SACA_PROTO=ESMTPSA TCPREMOTEIP=192.0.2.7
unset SACA_CREDIT PROTO SSL_PROTOCOL SSL_CIPHER

# envelope SENDER RECIPIENT...: prints it in the format of the queue interface
envelope() {
	printf 'F%s\0' "$1"
	shift
	for _r in "$@"; do printf 'T%s\0' "$_r"; done
	printf '\0'
}

# deliver MESSAGE-FILE ENVELOPE-FILE ARGUMENT...: sets $REPLY to the reply and $CODE to the
# exit code; $T/err has the standard error
deliver() {
	_m=$1 _e=$2
	shift 2
	REPLY=$(saca-spool "$@" 6>&1 <"$_m" 1<"$_e" 2>"$T/err")
	CODE=$?
}

# field NAME FILE: prints the value of a field of the spool file
field() {
	sed -n "s/^$1: //p;/^Received:/q" "$2"
}

# spooled: prints the files in new/. count_files FOLDER: prints how many files it has
spooled() {
	find "$S/new" -type f | sort
}
count_files() {
	find "$1" -type f | wc -l | tr -d ' '
}

# balance PLAN: settles pending credit and prints the balance
balance() {
	saca-spool -c "$1=+0" "$S"
}
