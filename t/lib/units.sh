# shellcheck shell=sh
# Shared by the scripts that run unit tests. Run in the top folder, with BUILD set.

# unit_programs: prints the paths of the programs of all unit tests
unit_programs() {
	for _f in t/*/*.c; do
		_f=${_f#t/}
		[ "${_f%/*}" = lib ] || echo "$BUILD/t/${_f%.c}"
	done
}
