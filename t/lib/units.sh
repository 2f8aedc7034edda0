# shellcheck shell=sh
# What the scripts that run unit tests share. Run in the top folder; BUILD is set.

# unit_programs: the paths of all unit tests' programs
unit_programs() {
	for _f in t/*/*.c; do
		_f=${_f#t/}
		[ "${_f%/*}" = lib ] || echo "$BUILD/t/${_f%.c}"
	done
}
