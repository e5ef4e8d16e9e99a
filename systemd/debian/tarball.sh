#!/usr/bin/env bash
# usage: tarball.sh PACKAGE.deb [FOLDER]    (or make tarball)
# Makes yolostream-VERSION-linux-ARCHITECTURE.tar.xz in FOLDER (.build/tarball), for distributions other than Debian 12: the files
# of the package with all libraries that they need, the C library and its loader among them, taken from this machine. It runs from
# whatever folder it is unpacked in.
set -euo pipefail
package=$(realpath "$1")
out=$(realpath -m "${2:-.build/tarball}")
# shellcheck source=systemd/debian/libraries.sh
. "$(dirname "$0")/libraries.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=yolostream-$(dpkg-deb -f "$package" Version)-linux-$(uname -m)
root=$work/$name
dpkg-deb -x "$package" "$work/files"
mkdir -p "$root"/{bin,lib} "$root/share/fonts"
install -m 755 "$work/files/usr/bin/yolostream" "$root/lib/yolostream"
cp -a "$work"/files/usr/share/{yolostream,man,bash-completion,zsh,fish} "$root/share/"
mapfile -t libraries < <(libraries_of "$root/lib/yolostream")
for library in "${libraries[@]}"; do install -m 755 "$(readlink -f "$library")" "$root/lib/$(basename "$library")"; done
loader=$(basename "$(printf '%s\n' "${libraries[@]}" | grep -E '/ld-linux')")
font=/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf
[ ! -f $font ] || { install -m 644 $font "$root/share/fonts/" && libraries+=("$font"); }
copy_licences "$root/share" "${libraries[@]}"
mkdir -p "$root/share/doc/yolostream"
cp "$work"/files/usr/share/doc/yolostream/{copyright,THIRD-PARTY-NOTICES.md,notices.txt} "$root/share/doc/yolostream/"
install -D -m 644 "$work/files/etc/yolostream/yolostream.yml" "$root/share/yolostream/yolostream.yml"
# The model is found beside the loader, which is what the kernel runs.
cat > "$root/bin/yolostream" <<START
#!/bin/sh
root=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
exec "\$root/lib/$loader" --argv0 yolostream --library-path "\$root/lib" "\$root/lib/yolostream" "\$@"
START
chmod 755 "$root/bin/yolostream"
find "$root" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
mkdir -p "$out"
rm -f "$out"/yolostream-*.tar.xz # those of other versions
tar -C "$work" --owner=0 --group=0 --numeric-owner --sort=name -cf - "$name" | xz -6 -T0 > "$out/$name.tar.xz"
echo "$out/$name.tar.xz: $(du -m "$out/$name.tar.xz" | cut -f1) MB, $(du -sm "$root" | cut -f1) MB unpacked"
