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

# --- A system whose PID 1 is systemd, in name spaces of its own

CGROUP=$(awk '$3 == "cgroup2" {print $2; exit}' /proc/mounts)/saca-test.$$

# why_no_boot: prints the reason; fails if one can start
why_no_boot() {
	case $CGROUP in /saca-test.*) echo "no cgroup2 is mounted"; return ;; esac
	mkdir "$CGROUP" 2>/dev/null || { echo "no cgroup can be made"; return; }
	rmdir "$CGROUP"
	unshare -mpuinC --fork true 2>/dev/null || { echo "this machine allows no name spaces"; return; }
	return 1
}

# boot_system: starts systemd in $ROOT. INIT is its process, seen from here.
boot_system() {
	mkdir -p "$ROOT/etc/systemd/system" "$ROOT/mnt" "$CGROUP"
	for _unit in console-getty.service getty.target systemd-journald-audit.socket systemd-logind.service apt-daily.timer \
		apt-daily-upgrade.timer dpkg-db-backup.timer lighttpd.service; do
		ln -sf /dev/null "$ROOT/etc/systemd/system/$_unit"
	done
	export ROOT
	# shellcheck disable=SC2016 # the inner shell has the variables
	background $ROOMY sh -c 'echo $$ >"$1/cgroup.procs" && exec unshare -mpuinC --fork --kill-child sh "$2"' boot "$CGROUP" \
		"$TOP/t/lib/boot.sh" >"$T/boot.log" 2>&1
	BOOT=$!
	await 60 booted
}
# shellcheck disable=SC2317 # await runs it
booted() {
	INIT=$(pgrep -P "$BOOT") && in_system systemctl is-system-running 2>/dev/null | grep -Eqx 'running|degraded'
}

# in_system COMMAND...: runs a command in the booted system
in_system() {
	nsenter -t "$INIT" -m -u -i -n -p -C -r -w env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# on_network COMMAND...: runs a program of this machine on the system's network
on_network() {
	nsenter -t "$INIT" -n "$@"
}

# stop_system: returns when its first process has ended, with the exit code of that
stop_system() {
	in_system systemctl poweroff
	wait "$BOOT"
}

# remove_cgroup: removes the cgroup; call it at the end
remove_cgroup() {
	find "$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null
}
