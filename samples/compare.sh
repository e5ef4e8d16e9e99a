#!/usr/bin/env bash
# usage: compare.sh MODEL VIDEO PEERS SCRIPTS
# Times this package and its peers in turn, on the same weights and this machine, three rounds. PEERS is a folder with a
# Python environment `venv` and the exported models, SCRIPTS has engines.py and track.py, which time them. Nothing else
# should run meanwhile.
set -euo pipefail
model=$(realpath "${1:?usage: compare.sh MODEL VIDEO PEERS SCRIPTS}") video=$(realpath "$2")
peers=$(realpath "$3") scripts=$(realpath "$4") threads=$(nproc)
cd "$(dirname "$0")/.."
python=$peers/venv/bin/python yolostream=.build/release/yolostream
for _ in 1 2 3; do
  "$yolostream" bench --model "$model" --size 640x640 --threads "$threads" --runs 20
  "$python" "$scripts/engines.py" "$peers" --size 640x640 --runs 20 --threads "$threads" \
    openvino-f32 openvino-bf16 openvino-int8 onnxruntime-f32 2>/dev/null
done
for _ in 1 2 3; do
  "$yolostream" bench pipeline "$video" --model "$model"
  "$python" "$scripts/track.py" "$peers" "$video" 2>/dev/null | tail -n 1
  "$python" "$scripts/track.py" "$peers" "$video" --save 2>/dev/null | tail -n 1
done
