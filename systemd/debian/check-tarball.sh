#!/usr/bin/env bash
# usage: check-tarball.sh TARBALL    (as root)
# Unpacks it into an empty root that has no C library, only busybox, and runs it there as a user without rights on a read-only
# file system: a video is annotated, the page answers.
set -euo pipefail
tarball=$(realpath "$1")
busybox=$(command -v busybox) || { echo 'check-tarball: there is no busybox (apt-get install busybox-static)' >&2; exit 69; }
work=$(mktemp -d)
served=
trap '[ -z "$served" ] || kill "$served" 2> /dev/null || true; rm -rf --one-file-system "$work"' EXIT
mkdir -p "$work"/root/{bin,dev,proc,tmp,opt,usr/bin}
cp "$busybox" "$work/root/bin/busybox"
for tool in sh readlink dirname wget ls; do ln -s busybox "$work/root/bin/$tool"; done
ln -s ../../bin/busybox "$work/root/usr/bin/env"
tar -C "$work/root/opt" -xf "$tarball"
program=/opt/$(basename "$tarball" .tar.xz)/bin/yolostream
ln -s "$program" "$work/root/bin/yolostream"
mkdir -m 1777 "$work/scratch"
inside() {
  unshare --mount -- bash -c '
    set -e
    root=$0/root
    mount --bind "$root" "$root" && mount -o remount,bind,ro "$root"
    mount --bind "$0/scratch" "$root/tmp" && mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc"
    exec chroot --userspec=65534:65534 "$root" /bin/busybox env -i PATH=/bin HOME=/tmp "$@"' "$work" "$@"
}
inside yolostream --version && echo 'ok it runs without a C library around it, by a link to it'
inside yolostream doctor > "$work/doctor" || { cat "$work/doctor" >&2; exit 1; }
echo 'ok the doctor finds what is needed'
inside yolostream test:320x240@10:20 -o /tmp/annotated.mp4 -q && [ -s "$work/scratch/annotated.mp4" ] && echo 'ok a video is annotated'
cat > "$work/scratch/service.yml" <<'CONFIGURATION'
version: 1
model: {path: gelan-n, imgsz: 160, workers: 1}
cameras: {video: {url: /tmp/annotated.mp4}}
http: {listen: "127.0.0.1:18082"}
CONFIGURATION
inside yolostream serve -c /tmp/service.yml > "$work/log" 2>&1 &
served=$!
answers() { for _ in $(seq 150); do curl -sf "http://127.0.0.1:18082$1" && return; kill -0 "$served" || return 1; sleep 0.2; done; return 1; }
answers / | grep -q '<html' && echo 'ok the page answers' || { cat "$work/log" >&2; exit 1; }
kill -TERM "$served"
wait "$served" && echo 'ok it ends in order'
served=
