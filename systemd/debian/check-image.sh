#!/usr/bin/env bash
# usage: check-image.sh LAYOUT    (as root)
# Starts an image by namespaces as its user without rights on a read-only root, with /config and /media: the page answers and
# the health check is right, while it runs and when it does not.
set -euo pipefail
layout=$(realpath "$1")
work=$(mktemp -d)
served=
trap '[ -z "$served" ] || kill "$served" 2> /dev/null || true; rm -rf "$work"' EXIT
for blob in "$layout"/blobs/sha256/*; do
  ! gzip -t "$blob" 2> /dev/null || gzip -dc "$blob" | tar -tf - > /dev/null || { echo "failed: $blob is no whole archive" >&2; exit 1; }
done
echo 'ok its layer is a whole archive'
umoci unpack --image "$layout:latest" "$work/bundle" > /dev/null
mkdir -p "$work/config" "$work/media"
chown 65532 "$work/media"
cat > "$work/config/yolostream.yml" <<'CONFIGURATION'
version: 1
model: {path: gelan-n, imgsz: 160, workers: 1}
cameras: {none: {url: /dev/video9}}
outputs: {events: {jsonl: {path: "${STATE_DIRECTORY}/events.jsonl"}}}
http: {listen: "127.0.0.1:18081"}
CONFIGURATION
settings() { python3 -c 'import json, sys; print("\n".join(json.load(open(sys.argv[1]))["process"][sys.argv[2]]))' "$work/bundle/config.json" "$1"; }
mapfile -t command < <(settings args)
mapfile -t variables < <(settings env)
inside() { # a command, as the image's user on its read-only root
  unshare --mount -- bash -c '
    set -e
    root=$0/bundle/rootfs
    mount --bind "$root" "$root" && mount -o remount,bind,ro "$root"
    mount --bind "$0/config" "$root/config" && mount -o remount,bind,ro "$root/config"
    mount --bind "$0/media" "$root/media"
    mount -t tmpfs tmpfs "$root/tmp" && mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc"
    exec chroot --userspec=65532:65532 --groups=44 "$root" "$@"' "$work" /usr/bin/busybox env -i "${variables[@]}" "$@"
}
health() { inside /usr/bin/busybox wget -q -O /dev/null http://127.0.0.1:18081/healthz; }
if health 2> /dev/null; then echo 'failed: healthy before it runs' >&2; exit 1; else echo 'ok the health check fails before it runs'; fi
inside "${command[@]}" > "$work/log" 2>&1 &
served=$!
answers() { for _ in $(seq 150); do curl -sf "http://127.0.0.1:18081$1" && return; kill -0 "$served" || return 1; sleep 0.2; done; return 1; }
answers / | grep -q '<html' && echo 'ok the page answers' || { cat "$work/log" >&2; exit 1; }
health && echo 'ok the health check passes'
if inside /usr/bin/busybox touch /usr/x 2> /dev/null; then echo 'failed: its root can be written' >&2; exit 1; fi
echo 'ok its root is read-only'
[ "$(stat -c %u "$work/media/events.jsonl")" = 65532 ] && echo 'ok it runs without rights and writes to /media'
pkill -TERM -P "$served" -x yolostream || kill -TERM "$served"
wait "$served" && echo 'ok it ends in order'
served=
if health 2> /dev/null; then echo 'failed: healthy when it is gone' >&2; exit 1; else echo 'ok the health check fails when it is gone'; fi
