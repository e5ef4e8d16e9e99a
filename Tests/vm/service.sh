#!/usr/bin/env bash
# What the unit must do under a real systemd with a real camera driver; runs in the machine of boot.sh.
#
#   service.sh YOLOSTREAM MODEL UNIT
#
# Prints a line "ok NAME" or "failed NAME" for each check, with the service's log for those that failed. The machine's
# clock counts instructions, so the time limits here do not depend on how busy the host is.
program=$1 model=$2 unit=$3
export PATH=$PATH:/usr/sbin:/sbin

# The program and what it needs, where the unit looks for it and where its user may read it.
libraries=$(ldd "$program" | sed -n 's/.*=> \(.*\/swift\/linux\)\/.*/\1/p' | sort -u)
install -D -m 755 "$program" /usr/local/bin/yolostream
install -D -m 644 "$model" /var/lib/yolostream-model/model.safetensors
units=/run/units # all that this systemd knows: no unit, generator or setting of the host
mkdir -p /etc/yolostream $units/yolostream.service.d /run/no-generators
chmod 755 /etc/yolostream
configure() { # detections a second
  cat > /etc/yolostream/yolostream.yml <<CONFIGURATION
version: 1
model: {path: /var/lib/yolostream-model/model.safetensors, imgsz: 32, workers: 1}
cameras:
  front: {url: /dev/video0, detect: {fps: $1}}
outputs: {events: {jsonl: {path: "\${STATE_DIRECTORY}/events.jsonl"}}}
http: {listen: "127.0.0.1:8080"}
CONFIGURATION
}
configure 5
install -m 644 "$unit" $units/yolostream.service
# Short times make a short test. The libraries of Swift lie beside its compiler.
cat > $units/yolostream.service.d/test.conf <<DROPIN
[Service]
${libraries:+Environment=LD_LIBRARY_PATH=${libraries//$'\n'/:}}
WatchdogSec=10
RestartSec=1
StandardOutput=append:/run/yolostream.log
StandardError=append:/run/yolostream.log
DROPIN
for target in test sysinit basic shutdown; do
  printf '[Unit]\nDescription=%s\nDefaultDependencies=no\n' $target > $units/$target.target
done
mkdir -p /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup
chgrp video /dev/video0 && chmod 660 /dev/video0

# systemd is the first process of a namespace of its own and answers only who is in it.
export SYSTEMD_IGNORE_CHROOT=1 SYSTEMD_UNIT_PATH=$units SYSTEMD_GENERATOR_PATH=/run/no-generators
container=other unshare --fork --pid --mount-proc \
  /lib/systemd/systemd --system --unit=test.target --log-target=null --show-status=no < /dev/null &
for _ in $(seq 1200); do [ -S /run/systemd/private ] && break; sleep 0.1; done
manager=$(pgrep -xo systemd) || { echo 'failed systemd does not start'; exit 1; }
ask() { nsenter --target "$manager" --pid timeout 120 systemctl "$@"; }
control() { ask "$@" > out 2>&1; }
property() { ask show -P "$1" yolostream; }
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
reports() { grep -q "$1" /run/yolostream.log; }

control start yolostream
check 'it is started when it reports that it is ready' is_active
alone() {
  [ "$(ask list-units --type=service --plain --no-legend | cut -d' ' -f1)" = yolostream.service ] &&
    mountpoint -q /tmp && mountpoint -q /var/tmp
}
check 'nothing of the host runs or lies beside it' alone
check 'as a user of its own it sees the camera' within 60 sees
process=$(property MainPID)
owner() { [ "$(stat -c %u /var/lib/private/yolostream/events.jsonl)" -ge 61184 ]; }
check 'its files lie in its own folder' owner
status() { property StatusText | grep -q '1 of 1'; }
check 'its status shows how many cameras are up' within 30 status

configure 4
control reload yolostream
check 'a reload reads the configuration again' within 30 reports 'configuration read'
configure x
control reload yolostream
check 'a reload of a bad one changes nothing' within 30 reports 'the configuration was not changed'
configure 5

fed() { # the watchdog's time stamp moves three times
  for _ in 1 2 3; do
    stamp=$(property WatchdogTimestampMonotonic)
    within 60 moved || return 1
  done
  is_active && [ "$(property NRestarts)" = 0 ]
}
moved() { [ "$(property WatchdogTimestampMonotonic)" != "$stamp" ]; }
check 'the watchdog is fed' fed
pkill -STOP -x yolostream
check 'a service that stands still is restarted' within 90 restarted
check 'and sees the camera again' within 60 sees

control stop yolostream
ended() { [ "$(property Result)" = success ] && [ "$(property ActiveState)" = inactive ]; }
check 'it ends in order' ended
configure x
control start yolostream
has_failed() { [ "$(property ActiveState)" = failed ]; }
given_up() {
  within 60 has_failed && [ "$(property ExecMainStatus)" = 78 ] && [ "$(property NRestarts)" = 0 ]; }
check 'a bad configuration is not tried again' given_up
