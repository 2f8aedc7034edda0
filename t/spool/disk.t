#!/bin/sh
# saca-spool on a disk that is full, without free inodes or read-only, and as another user
# than the owner of the spool.
if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
	echo "1..0 # SKIP needs root, and a mount name space of its own"
	exit 0
fi
# Mounts end with the name space of the test.
[ -n "${SACA_UNSHARED:-}" ] || SACA_UNSHARED=1 exec unshare -m sh "$0"
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/spool.sh"
trap 'umount "$T/disk" 2>/dev/null; cleanup' EXIT

envelope r@d.es a@x.es >"$T/env"
campaign 1 >"$T/m"
head -c 20000 /dev/zero | tr '\0' x >>"$T/m"

on_disk() { # OPTIONS: mounts a fresh disk, and makes a spool with one send on it
	umount "$T/disk" 2>/dev/null
	mkdir -p "$T/disk"
	mount -t tmpfs -o "$1" none "$T/disk" || exit 1
	S=$T/disk/spool
	campaign 0 >"$T/m0"
	deliver "$T/m0" "$T/env" "$S"
	is "$CODE" 0 "a message fits on a disk with $1"
}
nothing() { # NAME: tests that no file of the message is left
	is "$(count_files "$S/new"):$(count_files "$S/tmp")" "1:0" "saca-spool leaves no file of a message that it could not write: $1"
}

on_disk size=256k
saca-spool -c acme=+10 "$S" >"$T/out"
head -c 1000000 /dev/zero >"$T/disk/filler" 2>/dev/null
deliver "$T/m" "$T/env" "$S"
is "$CODE:$REPLY" "53:" "saca-spool exits 53 on a full disk, without a text"
nothing "no space"
export SACA_CREDIT=yes
deliver "$T/m" "$T/env" "$S"
is "$CODE" 53 "saca-spool exits 53 on a full disk for a plan with credit"
rm "$T/disk/filler"
is "$(balance acme)" 10 "a message on a full disk costs no credit"
deliver "$T/m" "$T/env" "$S"
is "$CODE:$(balance acme)" "0:9" "saca-spool accepts the message once a full disk has space"
unset SACA_CREDIT

on_disk nr_inodes=16
i=0
while touch "$T/disk/filler.$i" 2>/dev/null; do i=$((i + 1)); done
deliver "$T/m" "$T/env" "$S"
is "$CODE:$REPLY" "53:" "saca-spool exits 53 on a disk without free inodes"
nothing "no inodes"
rm "$T"/disk/filler.*
deliver "$T/m" "$T/env" "$S"
is "$CODE" 0 "saca-spool accepts the message once the disk has inodes"

on_disk size=1m
mount -o remount,ro "$T/disk"
deliver "$T/m" "$T/env" "$S"
is "$CODE:$REPLY" "62:" "saca-spool exits 62 on a read-only disk"
nothing "read-only"
mount -o remount,rw "$T/disk"
deliver "$T/m" "$T/env" "$S"
is "$CODE" 0 "saca-spool accepts the message once a read-only disk can be written"
umount "$T/disk"

# --- Root, the owner, and others ---
OWNER=12345 OTHER=12346
chmod 711 "$T"
as() { # UID COMMAND...: runs it as that user
	_uid=$1
	shift
	setpriv --reuid "$_uid" --regid "$_uid" --clear-groups "$@"
}
own() { # FOLDER UID MODE: makes a folder
	mkdir "$1" && chown "$2:$2" "$1" && chmod "$3" "$1"
}
chmod 644 "$T/m" "$T/env"
S=$T/owned
own "$S" $OWNER 1700 # as saca-spool makes it: numbers begin
deliver "$T/m" "$T/env" "$S"
is "$CODE:$(find "$S" ! -uid $OWNER -o ! -gid $OWNER)" "0:" "files that root spools belong to the owner of the spool"
own "$T/world" $OWNER 777
as $OTHER saca-spool "$T/world" <"$T/m" 1<"$T/env" 2>"$T/err"
is "$?:$(ls "$T/world")" "62:" "saca-spool refuses to run as another user than the owner, though the folder has mode 777"

own "$T/others" $OTHER 777
as $OWNER saca-spool "$T/others" <"$T/m" 1<"$T/env" 2>"$T/err"
is "$?:$(ls "$T/others")" "62:" "saca-spool makes no file in the spool of another user"
cp -p "$S/count" "$T/count"
for blocks in 0 1 8; do
	out=$(ulimit -f $blocks; as $OWNER saca-spool "$S" 6>&1 2>&1 <"$T/m" 1<"$T/env")
	is "$?:$out" "71:saca-spool: fatal: unable to write files of that size: File too large" \
		"saca-spool writes nothing under a file size limit of $blocks blocks"
done
is "$(cat "$S/count")" "$(cat "$T/count")" "saca-spool takes no number under a file size limit"
done_testing
