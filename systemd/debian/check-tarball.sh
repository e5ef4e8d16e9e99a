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
check() { # name, then a command
  local name=$1
  shift
  if "$@" > "$work/out" 2>&1; then echo "ok $name"; else
    echo "failed: $name" >&2
    tail -n 20 "$work/out" "$work/log" >&2 2> /dev/null || true
    exit 1
  fi
}
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
check 'the texts of its licences are there' test -s "$work/root/opt/$(basename "$tarball" .tar.xz)/share/common-licenses/GPL-2"
check 'it runs without a C library around it, by a link to it' inside yolostream --version
check 'the doctor finds what is needed' inside yolostream doctor
check 'a video is annotated' inside yolostream test:320x240@10:20 -o /tmp/annotated.mp4 -q
check 'and is there' test -s "$work/scratch/annotated.mp4"
cat > "$work/scratch/service.yml" <<'CONFIGURATION'
version: 1
model: {path: gelan-n, imgsz: 160, workers: 1}
cameras: {video: {url: /tmp/annotated.mp4}}
http: {listen: "127.0.0.1:18082"}
CONFIGURATION
inside yolostream serve -c /tmp/service.yml > "$work/log" 2>&1 &
served=$!
page() {
  for _ in $(seq 150); do
    curl -sf http://127.0.0.1:18082/ > "$work/answer" && break
    kill -0 "$served" || return 1
    sleep 0.2
  done
  grep -q '<html' "$work/answer"
}
check 'the page answers' page
end() { kill -TERM "$(pgrep -P "$served" || echo "$served")" && wait "$served"; }
check 'it ends in order' end
served=
echo 'check-tarball: all well'
