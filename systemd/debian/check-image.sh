#!/usr/bin/env bash
# usage: check-image.sh LAYOUT    (as root)
# Starts an image by namespaces as its user without rights on a read-only root, with /config and /media: the page answers and
# its own health check is right: on another port, with a token, over HTTPS, while the service runs, hangs and is gone.
set -euo pipefail
layout=$(realpath "$1")
work=$(mktemp -d)
served=
program=
finish() {
  [ -z "$program" ] || kill -KILL "$program" 2> /dev/null || true
  [ -z "$served" ] || kill "$served" 2> /dev/null || true
  rm -rf "$work"
}
trap finish EXIT
check() { # name, then a command
  local name=$1
  shift
  if "$@"; then echo "ok $name"; else
    echo "failed: $name" >&2
    [ ! -s "$work/log" ] || tail -n 20 "$work/log" >&2
    exit 1
  fi
}
for blob in "$layout"/blobs/sha256/*; do
  ! gzip -t "$blob" 2> /dev/null || gzip -dc "$blob" | tar -tf - > /dev/null || { echo "failed: $blob is no whole archive" >&2; exit 1; }
done
echo 'ok its layer is a whole archive'
umoci unpack --image "$layout:latest" "$work/bundle" > /dev/null
small() { [ "$(du -sm "$layout" | cut -f1)" -lt 200 ]; }
check 'it has less than 200 MB' small
# What the image states, one value a line: `of` the place in its configuration, or its user.
of() { python3 - "$layout" "$1" <<'READ'
import json, sys
layout, place = sys.argv[1:]
read = lambda part: json.load(open(f"{layout}/blobs/{part['digest'].replace(':', '/')}"))
value = read(read(json.load(open(layout + "/index.json"))["manifests"][0])["config"])["config"]
for name in place.split("/"): value = value[name]
print("\n".join(value) if isinstance(value, (list, dict)) else value)
READ
}
user=$(of User)
check 'its user is a number other than 0' grep -qxE '[1-9][0-9]*:[1-9][0-9]*' <<< "$user"
check 'it has /config and /media as volumes' [ "$(of Volumes | sort | xargs)" = '/config /media' ]
check 'it states its version' [ "$(of Labels/org.opencontainers.image.version)" = "$(cat "$work/bundle/rootfs/usr/share/yolostream/version")" ]
check 'it states its licences' grep -q GPL <<< "$(of Labels/org.opencontainers.image.licenses)"
check 'the texts of its licences are there' [ -s "$work/bundle/rootfs/usr/share/common-licenses/GPL-2" ]
mapfile -t health < <(of Healthcheck/Test | tail -n +2)
check 'it has a health check' [ ${#health[@]} -gt 0 ]
mkdir -p "$work/config" "$work/media"
chown "$user" "$work/media"
configure() { # the setting http
  cat > "$work/config/yolostream.yml" <<CONFIGURATION
version: 1
model: {path: gelan-n, imgsz: 160, workers: 1}
cameras: {none: {url: /dev/video9}}
outputs: {events: {jsonl: {path: "\${STATE_DIRECTORY}/events.jsonl"}}}
http: $1
CONFIGURATION
}
configure '{listen: "127.0.0.1:18081"}'
mapfile -t command < <(of Entrypoint; of Cmd)
mapfile -t variables < <(of Env)
inside() { # a command, as the image's user on its read-only root
  unshare --mount -- bash -c '
    set -e
    root=$0/bundle/rootfs
    mount --bind "$root" "$root" && mount -o remount,bind,ro "$root"
    mount --bind "$0/config" "$root/config" && mount -o remount,bind,ro "$root/config"
    mount --bind "$0/media" "$root/media"
    mount -t tmpfs tmpfs "$root/tmp" && mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc"
    exec chroot --userspec="$1" --groups=44 "$root" "${@:2}"' "$work" "$user" /usr/bin/busybox env -i "${variables[@]}" "$@"
}
healthy() { inside "${health[@]}" > /dev/null 2>&1; }
ill() { ! healthy; }
start() {
  inside "${command[@]}" > "$work/log" 2>&1 &
  served=$!
}
answers() { # an address, then options of curl
  for _ in $(seq 150); do
    curl -sf "${@:2}" "http://127.0.0.1:18081$1" > "$work/answer" && return
    kill -0 "$served" || return 1
    sleep 0.2
  done
  return 1
}
page() { answers / && grep -q '<html' "$work/answer"; }
running() { program=$(pgrep -P "$served" -x yolostream || { ! grep -qx yolostream "/proc/$served/comm" || echo "$served"; }) && [ -n "$program" ]; }
end() {
  kill -TERM "$program" && wait "$served" && served='' program=''
}
check 'the health check fails before it runs' ill
start
check 'the page answers' page
check 'the health check passes' healthy
unwritable() { ! inside /usr/bin/busybox touch /usr/x 2> /dev/null; }
check 'its root is read-only' unwritable
without_rights() {
  running && [ "$(stat -c %u "/proc/$program")" = "${user%:*}" ] && [ "$(stat -c %u "$work/media/events.jsonl")" = "${user%:*}" ]
}
check 'it runs without rights and writes to /media' without_rights
kill -STOP "$program"
check 'the health check fails while it hangs' ill
kill -CONT "$program"
check 'and passes when it goes on' healthy
check 'it ends in order' end
check 'the health check fails when it is gone' ill
echo 0123456789abcdef0123 > "$work/config/token"
configure '{listen: "0.0.0.0:18081", token_file: /config/token}'
start
check 'with a token the page answers' answers / -H 'Authorization: Bearer 0123456789abcdef0123'
check 'and the health check passes without it' healthy
check 'it runs' running
check 'it ends in order' end
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/config/key.pem" -out "$work/config/cert.pem" -days 2 -subj /CN=camera.example \
  2> /dev/null
chown "${user%:*}" "$work/config/key.pem"
configure '{listen: "127.0.0.1:18081", tls: {cert: /config/cert.pem, key: /config/key.pem}}'
start
secure() { for _ in $(seq 150); do ! curl -skf https://127.0.0.1:18081/ > "$work/answer" || return 0; sleep 0.2; done; return 1; }
check 'with a certificate the page answers over HTTPS' secure
check 'and so the health check passes' healthy
check 'it runs' running
check 'it ends in order' end
check 'the health check fails when it is gone' ill
echo 'check-image: all well'
