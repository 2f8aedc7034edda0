# shellcheck shell=sh
# What t/whole/fuzz.t and scripts/fuzz share. Run in the top folder. A target has its name
# from t/ROOM/fuzz/NAME.c; NAME.seeds and NAME.words are beside it.

# fuzz_targets: their names
fuzz_targets() {
	for _f in t/*/fuzz/*.c; do
		basename "$_f" .c
	done
}

# fuzz_path TARGET: its source without t/ and .c, which is its program below BUILD/t too
fuzz_path() {
	for _f in t/*/fuzz/"$1".c; do
		_f=${_f#t/}
		echo "${_f%.c}"
	done
}

# fuzz_seeds TARGET: the files and folders it starts from: its own, and other tests' samples
fuzz_seeds() {
	echo "t/$(fuzz_path "$1").seeds"
	case $1 in
	dialogue) ls t/smtp/dialogue/*.smtp ;;
	mime | content) ls t/mail/samples/*.eml ;;
	bounce) ls t/send/bounces/*.eml ;;
	cid | html_meta) ls t/mail/html/*.html ;;
	esac
}

# fuzz_dictionary TARGET: the option that names its words, if it has any
fuzz_dictionary() {
	_w=t/$(fuzz_path "$1").words
	[ ! -f "$_w" ] || echo "-x $_w"
}
