#!/bin/sh
# scripts/package makes a Debian package that lintian accepts and dpkg installs; make install
# and make uninstall are opposites.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/system.sh"
cd "$TOP" || exit 1
version=$(make -s version)

# The scripts build the plain programs only.
case $BIN in
*/sanitize/*)
	skip "scripts/package makes a Debian package" "it builds the plain programs only"
	done_testing
	;;
esac

make -s BUILD=build/plain BIN=bin DESTDIR="$T/installed" install >/dev/null 2>&1
is $? 0 "make install exits 0"
is "$(find "$T/installed/usr/local/bin" -type f | wc -l)" "$(ls src/prog/*.c | wc -l)" "make install installs every program"
touch "$T/installed/usr/local/bin/another"
make -s DESTDIR="$T/installed" uninstall
is "$(find "$T/installed" -type f)" "$T/installed/usr/local/bin/another" "make uninstall removes programs and manuals, and nothing else"
for program in src/prog/*.c; do
	program=$(basename "$program" .c)
	is "$("$BIN/$program" -V 2>&1)" "$program $version" "$program -V prints name and version"
done

if ! command -v dpkg-shlibdeps >/dev/null; then
	skip "scripts/package makes a Debian package" "dpkg-dev is not installed"
	done_testing
fi
package=$(scripts/package 2>"$T/log")
is $? 0 "scripts/package exits 0" "$(tail "$T/log")"
is "$(dpkg-deb -f "$package" Version)" "$version-1" "the package has the version of the Makefile"
like "$(dpkg-deb -f "$package" Depends)" '(^|, )libpq5 ' "the package depends on libpq, which no program is linked with"
dpkg-deb -x "$package" "$T/package"
is "$(cd "$T/package/usr/bin" && echo saca-*)" "$(cd src/prog && ls saca-*.c | sed 's/\.c$//' | tr '\n' ' ' | sed 's/ $//')" \
	"the package has every program"
is "$(cd "$T/package/usr/share/man" && find . -type f | sed 's|.*/\(.*\)\.gz|\1|' | sort)" "$(cd src/prog && ls ./*.[1-8] | sed 's|\./||' | sort)" \
	"the package has every manual"
is "$(cd "$T/package/usr/share/saca/s" && echo *.png)" "$(cd scripts/service/icons && echo *.png)" "the package has the icons of the social networks"
for server in lighttpd/saca-hit.conf lighttpd/saca-panel.conf lighttpd/saca-api.conf nginx/saca-hit.conf apache/saca-hit.conf postfix/master.cf exim/saca-bounce opensmtpd/smtpd.conf \
	qmail/dot-qmail-bounce-default cron/sending; do
	like "$(cat "$T/package/usr/share/saca/scripts/service/$server")" '/usr/bin/saca-|^PATH=/usr/bin' "the package has $server, with the programs in /usr/bin"
done
is "$(find "$T/package" -perm /6000)" "" "the package has no set-id file"
is "$(grep -rl /usr/local "$T/package/usr/share/saca")" "" "the package's files for supervisors name no program in /usr/local"
if command -v lintian >/dev/null; then
	is "$(lintian --allow-root "$package" 2>&1 | grep '^[EW]:')" "" "lintian reports no error and no warning"
else
	skip "lintian reports no error and no warning" "lintian is not installed"
fi

need_system "dpkg installs the package"
new_system debian || exit 1
cp "$package" "$ROOT/root/saca.deb"
out=$(chroot "$ROOT" dpkg -i /root/saca.deb 2>&1)
is $? 0 "dpkg installs the package" "$out"
is "$(chroot "$ROOT" getent passwd saca sacapw sacaspool sacalog sacahit sacapanel | cut -d: -f1 | tr '\n' ' ')" \
	"saca sacapw sacaspool sacalog sacahit sacapanel " \
	"the package makes the users of the services"
is "$(chroot "$ROOT" id -nG sacahit):$(chroot "$ROOT" id -nG sacaspool):$(chroot "$ROOT" id -nG sacapanel)" \
	"sacahits:sacaspool sacahits:sacapanel saca sacaspool" "the package puts the users into their groups"
out=$(chroot "$ROOT" /usr/share/saca/scripts/site daemontools -h api.example.com -u https://links.example.com \
	-r bounce+@bounces.example.com -p https://panel.example.com 2>&1)
is $? 0 "scripts/site of the package sets up a host that sends, with the panel" "$out"
unlike "$out" 'useradd|groupadd|usermod' "scripts/site adds no user to those of the package"
out=$(chroot "$ROOT" dpkg -r saca 2>&1)
is "$? $(ls "$ROOT"/usr/bin/saca-* 2>/dev/null)" "0 " "dpkg removes the package" "$out"
done_testing
