#!/bin/sh
# The icons of the social networks.
. "$(dirname "$0")/../lib/tap.sh"
cd "$TOP" || exit 1

mkdir "$T/drawn"
scripts/icons "$T/drawn"
for network in facebook x instagram linkedin youtube tiktok whatsapp telegram; do
	icon=scripts/service/icons/$network.png
	is "$(head -c 24 "$icon" | tail -c 8 | od -An -tx1 | tr -d ' ')" 0000004000000040 "the icon of $network has 64 by 64 pixels"
	# Compressed files may differ from host to host: compare the pixels.
	python3 - "$icon" "$T/drawn/$network.png" <<-'END'
		import re, sys, zlib
		pixels = [zlib.decompress(re.search(rb"IDAT(.*).{4}....IEND", open(f, "rb").read(), re.S).group(1)) for f in sys.argv[1:]]
		sys.exit(pixels[0] != pixels[1])
	END
	ok $? "scripts/icons draws the icon of $network"
done
for f in scripts/service/icons/*.png; do
	name=$(basename "$f" .png)
	grep -q "\"$name\"" src/accounts/*.c
	ok $? "scripts/icons draws $name, a network of the accounts"
done
mkdir -p "$T/root/usr/share/saca/s" && echo own >"$T/root/usr/share/saca/s/x.png"
case $BIN in */sanitize/*) flavour=SANITIZE=1 ;; *) flavour= ;; esac
make -s install DESTDIR="$T/root" PREFIX=/usr $flavour >"$T/log" 2>&1
is "$?:$(cat "$T/root/usr/share/saca/s/x.png"):$(ls "$T/root/usr/share/saca/s" | wc -l)" 0:own:8 "make install keeps an icon that the site has put there"
done_testing
