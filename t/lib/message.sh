# shellcheck shell=sh
# The sample message of the tests, and files of a spool. Sourced after tap.sh.

CAMPAIGN=$(cat "$TOP/t/lib/message")

# campaign [NAME [TEXT]]: prints the message, with a text and an HTML part. Its subject is the name, and
# its Message-ID <NAME@example.com>.
campaign() {
	# shellcheck disable=SC2059 # the file is a format
	printf "$CAMPAIGN\n" "${1-prueba}" "${1-prueba}" "${2-hola}"
}

# uuid N: prints 32 digits that end in N
uuid() { printf '%032x' "$1"; }

# key N: prints a name as saca-spool gives it to the file of a message with a Message-ID
key() { printf '%064x' "$1"; }

# put FOLDER KEY NUMBER ID DATE USER SENDER RECIPIENT... < message: makes a file of the spool $SPOOL.
# NUMBER 0: contacts alone. ID is the number for uuid.
put() {
	_path=$SPOOL/$1/$2 _number=$3 _id=$(uuid "$4") _date=$5 _user=$6 _sender=$7
	shift 7
	{
		printf 'Return-Path: <%s>\n' "$_sender"
		[ "$_number" = 0 ] || printf 'X-Saca-Send: %s\n' "$_number"
		printf 'X-Saca-Id: %s\nX-Saca-User: %s\nX-Saca-Ip: 192.0.2.7\n' "$_id" "$_user"
		printf 'X-Saca-Date: %s\nX-Saca-Recipients: %d\n' "$_date" $#
		for _r; do printf '%s\n' "$_r"; done | LC_ALL=C sort | sed 's/^/Delivered-To: /'
		printf 'Received: from x (192.0.2.7) by h with ESMTPA id %s; %s\n' "$_id" "$_date"
		[ "$_number" = 0 ] || cat
	} >"$_path"
}
