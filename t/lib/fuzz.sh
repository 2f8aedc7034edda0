# shellcheck shell=sh
# What t/whole/fuzz.t and scripts/fuzz share. Run in the top folder.

# fuzz_targets: their names
fuzz_targets() {
	for _f in t/fuzz/*.c; do
		_f=${_f##*/}
		[ "$_f" = replay.c ] || echo "${_f%.c}"
	done
}

# fuzz_seeds TARGET: the files and folders it starts from: its own, and other tests' samples
fuzz_seeds() {
	echo "t/fuzz/seeds/$1"
	case $1 in
	dialogue) ls t/smtp/dialogue/*.smtp ;;
	mime | content) ls t/mail/samples/*.eml ;;
	cid | htmlmeta) ls t/mail/html/*.html ;;
	esac
}

# fuzz_dictionary TARGET: the option that names its words, if it has any
fuzz_dictionary() {
	[ ! -f "t/fuzz/words/$1" ] || echo "-x t/fuzz/words/$1"
}
