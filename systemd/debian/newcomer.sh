#!/usr/bin/env bash
# usage: newcomer.sh PACKAGE.deb FOLDER ADDRESS    (as root)
# What a new user types, and what the program answers, from `apt install` to a result in a fresh Debian: with a folder of videos,
# and with the address of a camera. Prints both as a terminal would show them. One with a webcam: newcomer-webcam.sh.
# DEBIAN_ROOT may name a folder that holds a fresh Debian (debootstrap --variant=minbase); it is copied, not changed.
set -euo pipefail
package=$(realpath "$1") videos=$(realpath "$2") address=$3
work=$(mktemp -d)
finish() {
  for folder in proc dev; do umount -l "$work/root/$folder" 2> /dev/null || true; done
  rm -rf --one-file-system "$work"
}
trap finish EXIT
root=$work/root
if [ -n "${DEBIAN_ROOT:-}" ]; then cp -a "$DEBIAN_ROOT" "$root"; else
  PATH=$PATH:/usr/sbin debootstrap --variant=minbase bookworm "$root" > /dev/null
fi
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" # no service is started in a chroot
chmod 755 "$root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 TERM=dumb "$@"; }
inside apt-get update -qq
inside apt-get install -y -qq curl > /dev/null 2>&1
inside useradd --create-home ann
cp "$package" "$root/home/ann/yolostream.deb"
cp -r "$videos" "$root/home/ann/videos"
chown -R 1000:1000 "$root/home/ann"
administer() { echo "\$ sudo $*" && inside sh -c "cd /home/ann && $*" 2>&1 | tail -n 4; }
try() { # a command as the user types it; its exit status is shown if it is not 0
  local status=0
  echo "\$ $1"
  inside setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/home/ann bash -c "cd; $1" 2>&1 || status=$?
  [ $status -eq 0 ] || echo "[exit status $status]"
}

echo "## From apt install"
administer 'apt install -y ./yolostream.deb'
try 'yolostream doctor'

echo "## A folder of videos"
try 'ls videos'
try 'yolostream videos'
try 'yolostream annotate videos'
try 'yolostream annotate videos -o results'
try 'ls results'
try 'yolostream anotate videos -o results'
try 'yolostream annotate videos -o results'
try 'yolostream annotate videos -o results --resume'
try 'cat results/failed.txt'
try 'head -c 300 results/*.jsonl | head -n 4'

echo "## The address of a camera"
wrong=${address%:*}:1/stream
try "yolostream probe '$address' --duration 5s"
try "timeout 8 yolostream '$wrong' -o porch.mp4"
try "yolostream '$address' -o porch.mp4 --events porch.jsonl --duration 20s"
try 'ls -l porch.mp4'
try 'head -n 2 porch.jsonl'
try "yolostream '$address' -o porch.mp4 --duration 5s"
cat > "$root/home/ann/porch.yml" <<CONFIGURATION
version: 1
model: {path: gelan-n}
cameras: {porch: {url: "$address"}}
http: {listen: "127.0.0.1:18083"}
CONFIGURATION
try 'cat porch.yml'
try 'yolostream config check porch.yml'
# shellcheck disable=SC2016 # the user's shell
try 'yolostream serve -c porch.yml & for i in $(seq 100); do
  curl -sf http://127.0.0.1:18083/api/v1/cameras/porch | grep "\"state\":\"up\"" && break; sleep 0.2; done; kill %1; wait'
