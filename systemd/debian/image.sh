#!/usr/bin/env bash
# usage: image.sh PACKAGE.deb [FOLDER]    (or make image)
# Makes an OCI image, as a layout in FOLDER (.build/image), of the package and the libraries that its program needs, taken from
# this machine: a Debian 12 on which the package could be installed. No shell, no package manager; user 65532.
#   skopeo copy oci:.build/image:latest docker-daemon:yolostream:latest      # or podman pull oci:.build/image:latest
#   docker run --read-only --tmpfs /tmp -p 8080:8080 -v ./config:/config:ro -v ./media:/media yolostream
# Its health check, which Docker and Podman read from the image, is `healthy` beside this file.
set -euo pipefail
package=$(realpath "$1")
layout=$(realpath -m "${2:-.build/image}")
for tool in umoci dpkg-deb ldd python3; do
  command -v $tool > /dev/null || { echo "image: there is no $tool (apt-get install umoci dpkg-dev python3)" >&2; exit 69; }
done
busybox=$(command -v busybox) || { echo "image: there is no busybox (apt-get install busybox-static)" >&2; exit 69; }
# shellcheck source=systemd/debian/libraries.sh
. "$(dirname "$0")/libraries.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{config,media,tmp,etc/ssl/certs,usr/bin,usr/lib,proc,dev,sys,run}
for folder in bin lib lib64 sbin; do mkdir -p "$root/usr/$folder" && ln -s "usr/$folder" "$root/$folder"; done
dpkg-deb -x "$package" "$work/files"
cp -a "$work/files/usr/bin/yolostream" "$root/usr/bin/"
mkdir -p "$root/usr/share/doc" && cp -a "$work/files/usr/share/yolostream" "$root/usr/share/"
dpkg-deb -f "$package" Version > "$root/usr/share/yolostream/version"
cp -a "$work/files/usr/share/doc/yolostream" "$root/usr/share/doc/"
cp "$busybox" "$root/usr/bin/busybox"
install -m 755 "$(dirname "$0")/healthy" "$root/usr/bin/healthy"

# Libraries lie where the program looks for them here.
mapfile -t libraries < <(libraries_of "$work/files/usr/bin/yolostream")
for library in "${libraries[@]}"; do install -D -m 755 "$(readlink -f "$library")" "$root/usr/${library#/usr}"; done
font=/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf
[ ! -f $font ] || { install -D -m 644 $font "$root$font" && libraries+=("$font"); }
copy_licences "$root/usr/share" "${libraries[@]}" "$busybox"
[ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
printf 'root:x:0:0::/:/sbin/nologin\nyolostream:x:65532:65532::/media:/sbin/nologin\n' > "$root/etc/passwd"
printf 'root:x:0:\nvideo:x:44:\nyolostream:x:65532:\n' > "$root/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' > "$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp"
find "$root" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +

rm -rf "$layout"
umoci init --layout "$layout"
umoci new --image "$layout:latest"
chown -R 0:0 "$root" 2> /dev/null || true
chown 65532:65532 "$root/media" 2> /dev/null || true
# Not by `umoci insert`: version 0.4.7 leaves out the end of the archive, which strict readers miss.
tar -C "$root" --sort=name --numeric-owner -cf "$work/layer.tar" .
umoci raw add-layer --image "$layout:latest" "$work/layer.tar" > /dev/null
umoci config --image "$layout:latest" --config.user 65532:65532 \
  --config.entrypoint /usr/bin/yolostream --config.cmd serve --config.cmd -c --config.cmd /config/yolostream.yml \
  --config.exposedports 8080/tcp --config.volume /config --config.volume /media --config.workingdir /media \
  --config.env PATH=/usr/bin --config.env HOME=/media --config.env YOLOSTREAM_CACHE=/media/.cache --config.env STATE_DIRECTORY=/media \
  --config.label org.opencontainers.image.title=yolostream \
  --config.label "org.opencontainers.image.version=$(dpkg-deb -f "$package" Version)" \
  --config.label 'org.opencontainers.image.description=Real-time object detection in video without a GPU' \
  --config.label 'org.opencontainers.image.licenses=Apache-2.0 AND GPL-2.0-or-later' \
  --created "$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%Y-%m-%dT%H:%M:%SZ)"
# umoci knows no health checks. The field is Docker's, beside those of OCI.
python3 - "$layout" <<'HEALTH'
import hashlib, json, sys
layout = sys.argv[1]
def blob(digest): return f"{layout}/blobs/{digest.replace(':', '/')}"
def read(part): return json.load(open(blob(part["digest"])))
def write(value):
    data = json.dumps(value, sort_keys=True).encode()
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    open(blob(digest), "wb").write(data)
    return {"digest": digest, "size": len(data)}
index = json.load(open(layout + "/index.json"))
[entry] = index["manifests"]
manifest = read(entry)
image = read(manifest["config"])
image["config"]["Healthcheck"] = {
    "Test": ["CMD", "/usr/bin/healthy"], "Interval": 30 * 10**9, "Timeout": 10 * 10**9, "StartPeriod": 60 * 10**9, "Retries": 3}
manifest["config"].update(write(image))
entry.update(write(manifest))
json.dump(index, open(layout + "/index.json", "w"))
HEALTH
umoci gc --layout "$layout"
echo "$layout: $(du -sm "$layout" | cut -f1) MB, $(du -sm "$root" | cut -f1) MB unpacked"
