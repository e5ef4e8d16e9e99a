#!/usr/bin/env bash
# usage: build.sh [FOLDER]    (or make deb)
# Builds the Debian package into FOLDER (.build/debian). YOLOSTREAM_EXECUTABLE names a program that is built already, with
# Swift's runtime linked in; otherwise it is built, in a folder of its own (.build-static).
set -euo pipefail
cd "$(dirname "$0")/../.."
here=systemd/debian
out=$(realpath -m "${1:-.build/debian}")
for tool in dpkg-deb dpkg-shlibdeps strip gzip; do
  command -v $tool > /dev/null || { echo "build: there is no $tool: expected the package dpkg-dev" >&2; exit 69; }
done
program=${YOLOSTREAM_EXECUTABLE:-}
if [ -z "$program" ]; then
  bash .ci/install
  swift build -c release --static-swift-stdlib --scratch-path .build-static --product yolostream
  program=.build-static/release/yolostream
fi
[ -x "$program" ] || { echo "build: there is no program at $program" >&2; exit 66; }
if ldd "$program" | grep -q libswiftCore; then
  echo "build: $program needs Swift's libraries: expected one built with --static-swift-stdlib" >&2
  exit 65
fi
version=$("$program" --version | sed 's/^yolostream //')
architecture=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 0)}
date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
put() { # mode, destination, sources…
  local mode=$1 to=$root$2
  shift 2
  install -d -m 755 "$to"
  install -m "$mode" "$@" "$to"
}

# Program and model.
install -D -m 755 "$program" "$root/usr/bin/yolostream"
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/yolostream"
put 644 /usr/share/yolostream Sources/yolostream/Resources/gelan-n.safetensors Sources/yolostream/Resources/gelan-n.md

# Units, as they are but for the place of the program.
put 644 /lib/systemd/system systemd/yolostream.service systemd/yolostream@.service
sed -i 's|/usr/local/bin/|/usr/bin/|' "$root"/lib/systemd/system/*
put 644 /etc/yolostream $here/yolostream.yml
STATE_DIRECTORY=/var/lib/yolostream "$root/usr/bin/yolostream" config check $here/yolostream.yml > /dev/null

# The manual, by the argument parser's own generator; yolostream.run.1 becomes yolostream-run.1, as `man yolostream run` wants it.
generator=${GENERATE_MANUAL:-}
for checkouts in .build-static/checkouts .build/checkouts; do
  [ ! -d $checkouts/swift-argument-parser ] || break
done
if [ -z "$generator" ]; then
  parser=$checkouts/swift-argument-parser
  # Without optimisation: it runs once.
  swift build --package-path $parser --scratch-path .build-manual --product generate-manual
  generator=.build-manual/debug/generate-manual
fi
mkdir -p "$work/man" "$root/usr/share/man/man1"
"$generator" "$root/usr/bin/yolostream" --multi-page --date "$date" -o "$work/man" > /dev/null
for page in "$work"/man/*.1; do
  name=$(basename "$page" .1 | tr . -)
  # Examples keep their lines, paragraphs and sentences begin as mdoc wants them.
  LC_ALL=C.UTF-8 awk -v title="$(echo "$name" | tr a-z A-Z)" '
    function leave() { if (quoted) { print ".Ed"; quoted = 0 } }
    /^\.Dt / { print ".Dt " title " 1"; next }
    /^\.Nm ./ { gsub(/"/, ""); sub(/^\.Nm /, ""); gsub(/ /, "-"); print ".Nm " $0; next }
    /^\.Nd / { gsub(/"/, ""); sub(/[.]$/, "") }
    /^  / { if (!quoted) { print ".Bd -literal -compact"; quoted = 1 } gsub(/\\/, "\\e"); print; next }
    { leave() }
    /^$/ { held = ".Pp"; next }
    /^\.Pp$/ { held = ".Pp"; next }
    held { if (!/^\.(It|Bl|El|Sh|Ed)/) print held; held = "" }
    /^[^.]/ { gsub(/[.] /, ".\n") }
    { print }
    END { leave() }' "$page" | gzip -9n > "$root/usr/share/man/man1/$name.1.gz"
done

# Completions.
mkdir -p "$root"/usr/share/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
"$program" --generate-completion-script bash | sed '1{/^#!/d}' > "$root/usr/share/bash-completion/completions/yolostream"
"$program" --generate-completion-script zsh > "$root/usr/share/zsh/vendor-completions/_yolostream"
"$program" --generate-completion-script fish > "$root/usr/share/fish/vendor_completions.d/yolostream.fish"

# Documents.
put 644 /usr/share/doc/yolostream $here/copyright THIRD-PARTY-NOTICES.md $here/README.md
# What the packages that are linked in want to be passed on. Each of them is named in the file copyright.
for folder in $checkouts/*/; do
  name=$(basename "$folder")
  [ "$name" != swift-nio-transport-services ] || continue # for Apple's systems only
  grep -qF "$name" $here/copyright || { echo "build: systemd/debian/copyright does not name $name" >&2; exit 65; }
  [ ! -f "$folder/NOTICE.txt" ] || { echo "== $name"; cat "$folder/NOTICE.txt"; }
done > "$root/usr/share/doc/yolostream/notices.txt"
chmod 644 "$root/usr/share/doc/yolostream/notices.txt"
maintainer='yolostream maintainers <maintainers@users.noreply.github.com>'
printf 'yolostream (%s) unstable; urgency=medium\n\n  * Release %s; see CHANGELOG.md of the project.\n\n -- %s  %s\n' \
  "$version" "$version" "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" |
  gzip -9n > "$root/usr/share/doc/yolostream/changelog.gz"
put 644 /usr/share/lintian/overrides $here/lintian-overrides
mv "$root/usr/share/lintian/overrides/lintian-overrides" "$root/usr/share/lintian/overrides/yolostream"

# Control files. What the program links decides which packages it depends on.
mkdir -p "$root/DEBIAN" "$work/debian"
printf 'Source: yolostream\n\nPackage: yolostream\nArchitecture: any\nDepends: ${shlibs:Depends}\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O -eroot/usr/bin/yolostream 2> /dev/null | sed 's/^shlibs:Depends=//')
size=$(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f1)
cat > "$root/DEBIAN/control" <<CONTROL
Package: yolostream
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $size
Depends: $depends
Recommends: ca-certificates, fonts-dejavu-core
Suggests: openmpi-bin
Section: video
Priority: optional
Description: real-time object detection in video without a GPU
 yolostream reads cameras, network streams and files, detects and tracks
 objects with YOLOv9 on the processor, and writes annotated video and event
 logs. It runs as a command or as a service with a web page for many cameras.
 .
 A small model for 20 everyday classes comes with it.
CONTROL
echo /etc/yolostream/yolostream.yml > "$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 $here/$script "$root/DEBIAN/$script"; done
(cd "$root" && find usr lib etc -type f ! -path 'etc/*' -print0 | sort -z | xargs -0 md5sum) > "$root/DEBIAN/md5sums"
chmod 644 "$root"/DEBIAN/{control,conffiles,md5sums}
find "$root" -type d -exec chmod 755 {} +
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

mkdir -p "$out"
rm -f "$out"/yolostream_*.deb # one of another version would go to `make image` as a second argument
package=$out/yolostream_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" > /dev/null
echo "$package: $(du -k "$package" | cut -f1) KiB, $size KiB when installed"
