#!/usr/bin/env bash
# What the program must do with a real camera driver; runs in the machine of boot.sh.
#
#   cameras.sh YOLOSTREAM MODEL
#
# Prints a line "ok NAME" or "failed NAME" for each check, with what was seen for those that failed. Every wait is for a
# condition; its time limit only ends a test that would never end.
program=$1 model=$2
cd "$(mktemp -d)" || exit 1
detect() { timeout 300 "$program" "$@" --model "$model" --imgsz 32 --max-det 5 --threads 1 > out 2> err; echo $? > status; }
check() { # name, then a test over the files out, err and status
  local name=$1
  shift
  if "$@"; then echo "ok $name"; else
    echo "failed $name"
    sed 's/^/  | /' status err | head -n 12
  fi
}
exits() { [ "$(cat status)" = "$1" ]; }
reports() { exits "$1" && grep -q "$2" err && [ "$(wc -l < err)" = 1 ]; }
# A slow machine may drop frames, but never make more of them.
frames() { exits 0 && [ "$(wc -l < out)" -ge 1 ] && [ "$(wc -l < out)" -le "$1" ]; }

"$program" devices --json > out 2> err; echo $? > status
lists() { exits 0 && grep -q '"path" : "/dev/video0"' out && grep -q '"name" : "YUYV"' out && grep -q '"width" : 1920' out; }
check 'devices are listed with formats and sizes' lists

for format in yuyv uyvy nv12 yu12 grey; do
  detect --v4l2 /dev/video0 --pixel-format $format --video-size 320x180 --framerate 60 --max-frames 5 --detections - -q
  check "frames of $format" frames 5
done
detect --v4l2 /dev/video0 --video-size 640x480 --framerate 25 --max-frames 10 -o out.mkv --v4l2-ctl timestamp_source=1
size() { exits 0 && ffprobe -v error -show_entries stream=width,height -of csv=p=0 out.mkv | grep -q 640,480; }
check 'the requested size is agreed on and a video is written' size

detect --v4l2 /dev/video0 --pixel-format mjpeg --max-frames 1 -q
check 'a format that the camera does not have is reported' reports 65 'it offers .*YUYV'
detect --v4l2 /dev/video0 --v4l2-ctl test_pattern=999 --max-frames 1 -q
check 'a control out of range is reported' reports 65 'test_pattern=999'
detect --v4l2 /dev/video0 --v4l2-ctl sharpness_of_mind=1 --max-frames 1 -q
check 'a control that does not exist is reported' reports 65 'its controls are .*brightness'
detect --v4l2 /dev/video7 --retries 0 -q
check 'a camera that does not exist is reported' reports 66 'no such device'
chmod 600 /dev/video0
setpriv --reuid 65534 --clear-groups "$program" devices > out 2> err; echo $? > status
check 'missing permission is reported' reports 77 'permission denied'

detect --v4l2 /dev/video0 --video-size 320x180 --framerate 60 --v4l2-ctl percentage_of_dropped_buffers=30 \
  --max-frames 20 --detections -
drops() { exits 0 && grep -Eq 'frames? of the camera missed' err; }
check 'gaps in the sequence numbers are counted' drops

# From here on a run in the background, while something happens to the camera.
begin() {
  rm -f events lines
  timeout 600 "$program" --v4l2 /dev/video0 --video-size 320x180 --framerate 60 --v4l2-ctl percentage_of_dropped_buffers=0 \
    --detections lines --events events --model "$model" --imgsz 32 --max-det 5 --threads 1 "$@" > out 2> err &
  run=$!
  until_there 3
}
until_there() { # lines that must have come
  for _ in $(seq 3000); do
    [ -f lines ] && [ "$(wc -l < lines)" -ge "$1" ] && return 0
    kill -0 $run 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}
until_down() { for _ in $(seq 3000); do grep -q camera_down events && return; sleep 0.1; done; }
ending() { kill -TERM $run; wait $run; echo $? > status; }

begin
timeout 300 "$program" --v4l2 /dev/video0 --retries 0 --max-frames 1 -q --model "$model" --imgsz 32 > out2 2> err2
status2=$?
ending
busy() { [ $status2 = 69 ] && grep -q 'another program uses' err2; }
check 'a camera in use is reported' busy

begin
echo vivid.0 > /sys/bus/platform/drivers/vivid/unbind
until_down
[ -f lines ] && before=$(wc -l < lines) || before=0
echo vivid.0 > /sys/bus/platform/drivers/vivid/bind
until_there $((before + 3)); came=$?
ending
back() { [ $came = 0 ] && exits 130 && [ "$(grep -c camera_down events)" = 1 ] && [ "$(grep -c camera_up events)" = 2 ] &&
  grep -q '"cause":"missing"' events && grep -q 'is back after' err; }
check 'an unplugged camera is noticed once and comes back by itself' back

begin
echo vivid.0 > /sys/bus/platform/drivers/vivid/unbind
until_down
ending
# The camera stays away: without the signal `timeout` would have ended the run, with 124.
ends() { exits 130 && ! grep -q 'is back after' err; }
check 'a signal ends the wait for a camera' ends
