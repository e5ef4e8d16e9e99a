#!/usr/bin/env bash
# What the package must do in a Debian that systemd has booted, with a camera; runs in the machine of boot.sh.
#
#   package.sh ROOT PACKAGE.deb [OUTSIDE]
#
# ROOT is a Debian with systemd, what the package depends on, and an older version of it as /root/older.deb
# (systemd/debian/check-booted.sh makes it); it is changed in the guest only. systemd boots it as the first process of a namespace: udev gives the camera its
# group, and the package comes, runs and goes as on a computer. OUTSIDE is a script to run in it instead of the checks.
# Prints a line "ok NAME" or "failed NAME" for each check, with the journal for those that failed.
root=$1 package=$2 script=${3:-}
export PATH=$PATH:/usr/sbin:/sbin
mount --rbind "$root" "$root"
cp "$package" "$root/root/yolostream.deb"
[ -z "$script" ] || install -m 755 "$script" "$root/root/script"

unshare --fork --pid --mount --propagation private bash -c '
  cd "$1"
  mount -t proc proc proc
  mount --rbind /sys sys
  mount --rbind /dev dev
  mount -t tmpfs run run
  pivot_root . mnt
  exec chroot . /bin/sh -c "umount -l /mnt; exec /lib/systemd/systemd --log-target=journal --show-status=no"
' _ "$root" < /dev/null > /dev/null 2>&1 &
outer=$!
manager() { pgrep -P "$outer" | head -n 1; }
until [ -n "$(manager)" ] || ! kill -0 "$outer" 2> /dev/null; do :; done
manager=$(manager)
[ -n "$manager" ] || { echo 'failed systemd does not start'; exit 1; }
inside() { nsenter --target "$manager" --pid --mount --root --wd env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb "$@"; }
within() { # seconds, then a condition
  local end=$((SECONDS + $1))
  shift
  until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.5; done
}
mkdir -p /run/checks && cd /run/checks || exit 1
check() {
  local name=$1
  shift
  if "$@" > out 2>&1; then echo "ok $name"; else
    echo "failed $name"
    { tail -n 20 out; inside systemctl status yolostream; inside journalctl -n 15 --no-pager; } 2>&1 | sed 's/^/  | /'
  fi
}
booted() { [[ $(inside systemctl is-system-running) =~ ^(running|degraded)$ ]]; }
check 'systemd has booted' within 600 booted
if [ -n "$script" ]; then inside /root/script; exit; fi

group() { [ "$(inside stat -c %G /dev/video0)" = video ]; }
check 'udev has given the camera its group' within 60 group
# Everything but logs, the package manager's own books and what is of the running system.
files() { inside find / -xdev ! -path '/var/lib/dpkg/*' ! -path '/var/lib/apt/*' ! -path '/var/cache/apt/*' \
  ! -path '/var/cache/debconf/*' ! -path '/var/cache/ldconfig/*' ! -path '/etc/ld.so.cache' ! -path '/var/log/*' \
  ! -path '/var/lib/systemd/*' ! -path '/var/tmp/*' ! -path '/tmp/*' | sort; }
inside mkdir -p /var/lib/private /var/cache/private /var/log/private /etc/systemd/system/multi-user.target.wants # systemd's own
files > before

property() { inside systemctl show -P "$1" yolostream; }
is() { [ "$(property "$1")" = "$2" ]; }
get() { curl -sf --max-time 20 "http://127.0.0.1:8080$1"; }
check 'apt installs it' inside apt-get install -y --no-install-recommends /root/older.deb
check 'it is not enabled' is UnitFileState disabled
check 'it is not started' is ActiveState inactive
check 'the doctor finds the camera' bash -c "$(declare -f inside); manager=$manager; inside env YOLOSTREAM_CACHE=/tmp/cache yolostream doctor | grep '/dev/video0: '"
check 'it is started' inside systemctl enable --now yolostream
check 'and reports that it is ready' is ActiveState active
page() { get / | grep -q '<html'; }
sees() { get /api/v1/cameras/webcam | grep -q '"state":"up".*"frames":[1-9]'; }
inferred() { get /api/v1/cameras/webcam | grep -q '"inferred":[1-9]'; }
check 'the page answers' within 60 page
check 'the camera of the configuration that came along is seen' within 120 sees
check 'and detected in' within 600 inferred
alone() { [ "$(inside stat -c %u /proc/"$(property MainPID)")" -ge 61184 ]; }
check 'as a user that exists only meanwhile' alone
quiet() { ! inside journalctl -u yolostream --no-pager -o cat | grep -iE 'fail|denied|not permitted'; }
check 'and nothing failed in its journal' quiet
inside tee /etc/yolostream/north.yml > /dev/null <<'CONFIGURATION'
version: 1
model: {path: gelan-n, imgsz: 32, workers: 1}
cameras: {none: {url: /dev/video9}}
outputs: {events: {jsonl: {path: "${STATE_DIRECTORY}/events.jsonl"}}}
http: {listen: "127.0.0.1:8081"}
CONFIGURATION
north() { inside systemctl show -P "$1" yolostream@north; }
check 'a second service starts beside it' inside systemctl enable --now yolostream@north
beside() { [ "$(north ActiveState)" = active ] && is ActiveState active && inside test -e /var/lib/yolostream@north/events.jsonl; }
check 'both run, each with a folder of its own' beside
inside mkdir -p /etc/systemd/system/yolostream.service.d
inside tee /etc/systemd/system/yolostream.service.d/override.conf > /dev/null <<< $'[Service]\nCPUWeight=40'
first=$(property MainPID) second=$(north MainPID)
check 'it is upgraded' inside apt-get install -y /root/yolostream.deb
again() { is ActiveState active && [ "$(property MainPID)" != "$first" ]; }
check 'and goes on with the new program' within 60 again
north_again() { [ "$(north ActiveState)" = active ] && [ "$(north MainPID)" != "$second" ]; }
check 'so does the second service' within 60 north_again
check 'the camera is seen again' within 120 sees
check 'it is removed' inside apt-get remove -y yolostream
gone() { ! get / && ! pgrep -x yolostream; }
check 'nothing of it runs any more' within 30 gone
check 'its configuration is kept' inside test -s /etc/yolostream/yolostream.yml
check 'it is purged' inside apt-get purge -y yolostream
files > after
check 'nothing is left' diff before after
unknown() { is LoadState not-found; }
check 'systemd does not know it any more' unknown
