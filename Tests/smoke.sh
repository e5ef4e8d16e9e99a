#!/usr/bin/env bash
# usage: smoke.sh            (after swift build -c release; or make smoke)
# The built program end to end in under two minutes: detect, annotate, log, evaluate, train a step, serve. Every check is of a
# result, not of a message; the first that fails ends it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=${YOLOSTREAM_EXECUTABLE:-$root/.build/release/yolostream}
[ -x "$program" ] || { echo "smoke: there is no $program: expected a build (swift build -c release)" >&2; exit 66; }
folder=$(mktemp -d)
served=
trap '[ -z "$served" ] || kill "$served" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
begin=$SECONDS
check() { # name, then a command
  local name=$1
  shift
  "$@" > out 2> err && echo "ok $name" || { echo "failed $name: $*"; tail -n 5 out err; exit 1; } >&2
}

check 'the version is printed' "$program" --version
check 'a photograph is detected' "$program" "$root/samples/street.jpg" -o annotated.jpg --detections found.jsonl --imgsz 320 -q
check 'with people in it' grep -q '"class":"person"' found.jsonl
check 'a video is made of it' ffmpeg -v error -loop 1 -framerate 10 -i "$root/samples/street.jpg" -t 3 -pix_fmt yuv420p \
  -vf "crop=640:480:x='12*t':y=0" street.mp4
check 'it is annotated and logged' "$program" street.mp4 -o annotated.mp4 --events events.jsonl --mot tracks.txt --imgsz 320 -q
check 'every frame is there' test "$(ffprobe -v error -count_packets -select_streams v -show_entries stream=nb_read_packets \
  -of csv=p=0 annotated.mp4)" = 30
check 'tracks have a start and an end' bash -c "grep -q '\"type\":\"start\"' events.jsonl && grep -q '\"type\":\"end\"' events.jsonl"
check 'tracks compare with themselves' "$program" evaluate-tracks --ground-truth tracks.txt --tracks tracks.txt
check 'a checkpoint is verified' "$program" model verify "$root/Sources/yolostream/Resources/gelan-n.safetensors"
mkdir -p data/images/train data/images/val data/labels/train data/labels/val
for part in train val; do
  cp "$root/samples/street.jpg" data/images/$part/
  echo '0 0.789 0.462 0.045 0.175' > data/labels/$part/street.txt
done
printf 'person\n' > data/classes.txt
check 'a network is trained' "$program" train --data data --network yolov9-p --aux on --epochs 1 --batch 1 --imgsz 64 --workers 1 \
  --out trained
check 'what was trained detects' "$program" street.mp4 --model trained/last.safetensors --imgsz 64 --detections trained.jsonl -q
check 'a wrong input has its exit code' bash -c "'$program' missing.mp4 -q; [ \$? = 66 ]"
cat > service.yml <<CONFIGURATION
version: 1
model: {path: $root/Sources/yolostream/Resources/gelan-n.safetensors, imgsz: 320, workers: 1}
cameras: {street: {url: $folder/street.mp4}}
outputs: {events: {jsonl: {path: served.jsonl}}}
http: {listen: "127.0.0.1:0"}
CONFIGURATION
check 'a configuration is checked' "$program" config check service.yml
"$program" serve -c service.yml > served.log 2>&1 &
served=$!
address() { sed -n 's/.*\(http:[^ ]*\)\/$/\1/p' served.log; }
until [ -n "$(address)" ] || ! kill -0 "$served" 2>/dev/null; do sleep 0.1; done
sees() { until python3 -c "
import json, sys, urllib.request
sys.exit(json.load(urllib.request.urlopen('$(address)/api/v1/cameras/street'))['inferred'] < 3)"; do kill -0 "$served" && sleep 0.2; done; }
check 'the service sees its camera' sees
kill -TERM "$served"
check 'and ends in order' wait "$served"
served=
echo "smoke: all well in $((SECONDS - begin)) s"
