# shellcheck shell=sh
# The first process of boot_system (system.sh), in new name spaces: makes $ROOT the root, and becomes
# systemd. Nothing that belongs to the whole machine can be changed from there: the devices are new
# ones, since systemd changes their owners, and /proc/sys is read-only.
set -eu
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
cd "$ROOT"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
[ ! -e proc/sysrq-trigger ] || mount --bind /dev/null proc/sysrq-trigger
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for folder in run tmp dev; do
	mount -t tmpfs -o mode=755 tmpfs $folder
done
chmod 1777 tmp
mkdir dev/shm dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for device in 'null c 1 3' 'console c 1 3' 'zero c 1 5' 'full c 1 7' 'random c 1 8' 'urandom c 1 9' 'tty c 5 0'; do
	# shellcheck disable=SC2086 # words
	mknod -m 666 dev/$device
done
ip link set lo up
pivot_root . mnt
umount -l mnt
exec setpriv --bounding-set=-sys_time,-sys_module env -i container=saca PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	/lib/systemd/systemd --log-target=journal
