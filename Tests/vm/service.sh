#!/usr/bin/env bash
# What the unit must do under a real systemd with a real camera driver; runs in the machine of boot.sh.
#
#   service.sh YOLOSTREAM MODEL UNIT
#
# Prints a line "ok NAME" or "failed NAME" for each check, with the service's journal for those that failed.
program=$1 model=$2 unit=$3
export PATH=$PATH:/usr/sbin:/sbin

# The program and what it needs, where the unit looks for it and where its user may read it.
libraries=$(ldd "$program" | sed -n 's/.*=> \(.*\/swift\/linux\)\/.*/\1/p' | sort -u)
install -D -m 755 "$program" /usr/local/bin/yolostream
install -D -m 644 "$model" /var/lib/yolostream-model/model.safetensors
mkdir -p /etc/yolostream /run/systemd/system/yolostream.service.d
chmod 755 /etc/yolostream
configure() { # rate of looks
  cat > /etc/yolostream/yolostream.yml <<CONFIGURATION
version: 1
model: {path: /var/lib/yolostream-model/model.safetensors, imgsz: 64, workers: 1}
cameras:
  front: {url: /dev/video0, detect: {fps: $1}}
outputs: {events: {jsonl: {path: "\${STATE_DIRECTORY}/events.jsonl"}}}
http: {listen: "127.0.0.1:8080"}
CONFIGURATION
}
configure 5
install -m 644 "$unit" /run/systemd/system/yolostream.service
# An emulated processor is slow, a test impatient, and the libraries of Swift lie beside its compiler.
cat > /run/systemd/system/yolostream.service.d/test.conf <<DROPIN
[Service]
${libraries:+Environment=LD_LIBRARY_PATH=${libraries//$'\n'/:}}
WatchdogSec=10
RestartSec=1
StandardOutput=append:/run/yolostream.log
StandardError=append:/run/yolostream.log
DROPIN
cat > /run/systemd/system/test.target <<TARGET
[Unit]
Description=Nothing but what is tested
DefaultDependencies=no
TARGET
mkdir -p /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup
chgrp video /dev/video0 && chmod 660 /dev/video0

# systemd is the first process of a namespace of its own and answers only who is in it.
export SYSTEMD_IGNORE_CHROOT=1
container=other unshare --fork --pid --mount-proc \
  /lib/systemd/systemd --system --unit=test.target --log-target=null --show-status=no < /dev/null &
for _ in $(seq 300); do [ -S /run/systemd/private ] && break; sleep 0.1; done
manager=$(pgrep -xo systemd) || { echo 'failed systemd does not start'; exit 1; }
ask() { nsenter --target "$manager" --pid timeout 120 systemctl "$@"; }
control() { ask "$@" > out 2>&1; }
property() { ask show -P "$1" yolostream; }
# Folders for temporary files are cleared when it starts.
mkdir /run/checks && cd /run/checks || exit 1
check() {
  local name=$1
  shift
  if "$@"; then echo "ok $name"; else
    echo "failed $name"
    { cat out; property ActiveState; property Result; tail -n 8 /run/yolostream.log; } 2>&1 | sed 's/^/  | /'
  fi
}
within() { # seconds, then a condition
  local end=$((SECONDS + $1))
  shift
  until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.3; done
}
get() { curl -s --max-time 5 "http://127.0.0.1:8080$1"; }
sees() { get /api/v1/cameras/front | grep -q '"state":"up".*"frames":[1-9]'; }
is_active() { [ "$(property ActiveState)" = active ]; }
restarted() { is_active && [ "$(property NRestarts)" -ge 1 ] && [ "$(property MainPID)" != "$process" ]; }
says() { grep -q "$1" /run/yolostream.log; }

control start yolostream
check 'it is started once it says that it is ready' is_active
check 'as a user of its own it sees the camera' within 60 sees
process=$(property MainPID)
owner() { [ "$(stat -c %u /var/lib/private/yolostream/events.jsonl)" -ge 61184 ]; }
check 'its files lie in its own folder' owner
status() { property StatusText | grep -q '1 of 1'; }
check 'its status says how many cameras are up' within 30 status

configure 4
control reload yolostream
check 'a reload has the configuration read anew' within 30 says 'configuration read'
configure x
control reload yolostream
check 'a reload of a bad one changes nothing' within 30 says 'the configuration was not changed'
configure 5

sleep 12
quiet() { is_active && [ "$(property NRestarts)" = 0 ]; }
check 'the watchdog is fed' quiet
pkill -STOP -x yolostream
check 'one that stands still is begun anew' within 90 restarted
check 'and sees the camera again' within 60 sees

control stop yolostream
ended() { [ "$(property Result)" = success ] && [ "$(property ActiveState)" = inactive ]; }
check 'it ends in order' ended
configure x
control start yolostream
sleep 3
given_up() { [ "$(property ActiveState)" = failed ] && [ "$(property ExecMainStatus)" = 78 ] && [ "$(property NRestarts)" = 0 ]; }
check 'a bad configuration is not tried again' given_up
