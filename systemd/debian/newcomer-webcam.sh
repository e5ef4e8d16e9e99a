#!/bin/bash
# What a new user with a webcam types, and what the program answers, in a Debian that systemd has booted:
#   MORE_PACKAGES=curl bash check-booted.sh PACKAGE.deb newcomer-webcam.sh    (as root)
# The machine is emulated and many times slower than a computer, hence the small network and the long waits.
useradd --create-home ann
try() {
  local status=0
  echo "\$ $*"
  runuser -u ann -- env HOME=/home/ann TERM=dumb bash -c "cd && $*" 2>&1 || status=$?
  [ $status -eq 0 ] || echo "[exit status $status]"
}
echo '$ sudo apt install ./yolostream.deb'
apt-get install -y --no-install-recommends /root/yolostream.deb 2>&1 | tail -n 4
try yolostream devices
echo '$ sudo usermod --append --groups video ann'
usermod --append --groups video ann
try yolostream devices
try yolostream 0 -o desk.mp4 --events desk.jsonl --imgsz 160 --duration 20s
try ls -l desk.mp4
try head -n 2 desk.jsonl
echo '$ sudo systemctl enable --now yolostream'
systemctl enable --now yolostream 2>&1
seen() { curl -sf --max-time 20 http://127.0.0.1:8080/api/v1/cameras/webcam; }
for _ in $(seq 300); do seen | grep -q '"inferred":[1-9]' && break; sleep 1; done
try 'curl -s http://127.0.0.1:8080/ | head -n 3'
try 'curl -s http://127.0.0.1:8080/api/v1/cameras/webcam | head -c 400'
echo
echo '$ sudo journalctl -u yolostream -o cat | tail -n 5'
journalctl -u yolostream -o cat --no-pager | tail -n 5
