# shellcheck shell=sh
# For tests that run commands of INSTALL. Sourced after tap.sh.

# install_commands SECTION FROM TO: prints the indented lines of a section, from the line that
# matches FROM to the one that matches TO, with /etc/saca and the like below $T, and without
# commands that change the user.
install_commands() {
	awk -v section="$1" -v from="$2" -v to="$3" '
		/^[0-9]+\. [A-Z]/ { inside = $1 == section "." }
		inside && /^\t/ {
			sub(/^\t/, "")
			if ($0 ~ from) on = 1
			if (on) print
			if ($0 ~ to) on = 0
		}' "$TOP/INSTALL" |
		sed -E -e "s#(^|[^A-Za-z0-9_./])/(etc|run|srv|var/spool|var/lib|var/log)/saca#\\1$T/\\2/saca#g" \
			-e 's/(setuidgid|s6-setuidgid) [a-z]+ //' -e 's/setpriv [^\\]*--clear-groups *\\?//' -e '/^chown /d'
}
