# shellcheck shell=sh
# Shared by t/whole/fuzz.t and scripts/fuzz. Run in the top folder. The target NAME is
# t/ROOM/fuzz/NAME.c, with NAME.seeds and NAME.words beside it.

# fuzz_targets: prints the names of all fuzz targets
fuzz_targets() {
	for _f in t/*/fuzz/*.c; do
		basename "$_f" .c
	done
}

# fuzz_path TARGET: prints its source without t/ and .c; its program is BUILD/t/ and this
fuzz_path() {
	for _f in t/*/fuzz/"$1".c; do
		_f=${_f#t/}
		echo "${_f%.c}"
	done
}

# fuzz_seeds TARGET: prints the files and folders of its seeds and of other tests' samples
fuzz_seeds() {
	echo "t/$(fuzz_path "$1").seeds"
	case $1 in
	dialogue) ls t/smtp/dialogue/*.smtp ;;
	mime | content) ls t/mail/samples/*.eml ;;
	bounce) ls t/send/bounces/*.eml ;;
	cid | html_meta | template) ls t/mail/html/*.html ;;
	esac
}

# fuzz_dictionary TARGET: prints the option for its dictionary, if it has one
fuzz_dictionary() {
	_w=t/$(fuzz_path "$1").words
	[ ! -f "$_w" ] || echo "-x $_w"
}
