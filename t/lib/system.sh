# shellcheck shell=sh
# A fresh Debian for tests that install saca, made by mmdebstrap. Sourced after tap.sh.
# build/debian-*.tar keeps it for the next run.

SYSTEM_PACKAGES=daemontools,ucspi-tcp,runit,ipsvd,s6,systemd,openssl,cron,procps,adduser
SYSTEM_PACKAGES=$SYSTEM_PACKAGES,libsqlite3-0,libpq5,libcurl4,libcjson1,libbearssl0,libskarnet2.13
SYSTEM_PACKAGES=$SYSTEM_PACKAGES,lighttpd,lighttpd-mod-openssl
DEBIAN=$TOP/build/debian-$(echo "$SYSTEM_PACKAGES" | cksum | cut -d' ' -f1).tar

# need_system NAME: without a fresh system, skips the test and ends
need_system() {
	_why=$(why_no_system) || return 0
	skip "$1" "$_why"
	done_testing
}

# why_no_system: prints the reason; fails if there is a system
why_no_system() {
	[ "$(id -u)" = 0 ] || { echo "only root can make a system"; return; }
	[ -z "$WRAPPED" ] || { echo "the programs run under another program"; return; }
	case $BIN in */sanitize/*) echo "the new system has no sanitizer's library"; return ;; esac
	command -v mmdebstrap >/dev/null || { echo "mmdebstrap is not installed"; return; }
	unshare -mpn --fork true 2>/dev/null || { echo "this machine allows no name spaces"; return; }
	exec 8>"$DEBIAN.lock"
	flock 8
	[ ! -s "$DEBIAN" ] || return 1
	mmdebstrap --format=tar --variant=apt --include="$SYSTEM_PACKAGES" \
		"$(. /etc/os-release && echo "$VERSION_CODENAME")" "$DEBIAN.new" >"$T/mmdebstrap" 2>&1 &&
		mv "$DEBIAN.new" "$DEBIAN" || { echo "mmdebstrap failed: $(tail -n 1 "$T/mmdebstrap")"; return; }
	return 1
}

# new_system NAME: unpacks a fresh system; its folder is $ROOT
new_system() {
	ROOT=$T/$1
	mkdir "$ROOT"
	tar -C "$ROOT" -xf "$DEBIAN" --exclude='./dev/*' || return 1
	mknod -m 666 "$ROOT/dev/null" c 1 3
	mknod -m 666 "$ROOT/dev/urandom" c 1 9
	ln -s /proc/self/fd "$ROOT/dev/fd"
}
