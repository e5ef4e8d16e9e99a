#!/usr/bin/env bash
# usage: train.sh DATA [OUT]
# Makes the model that comes with the package from nothing: 84 epochs over DATA, a folder of 20 everyday classes in YOLO's
# layout, while the pictures grow from 128 to 320 pixels. Takes two hours on two cores with AVX-512, and goes on from
# OUT (runs/default-model) where it was stopped. Needs `swift build -c release` before.
set -euo pipefail
data=$(realpath "${1:?usage: train.sh DATA [OUT]}")
cd "$(dirname "$0")/../.."
out=${2:-runs/default-model}
batches=$(($(find "$data/images/train" -type f | wc -l) / 16))
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1

# Pictures of SIDE pixels until epoch LAST, validated every so many epochs.
train() { # SIDE LAST EVERY
  local resume=()
  if [ -f "$out/last.safetensors" ]; then resume=(--resume); fi
  .build/release/yolostream train --data "$data" --network yolov9-n --aux on --optimizer muon --lr 0.03 --warmup 0.5 \
    --imgsz "$1" --epochs 84 --iterations $(($2 * batches)) --cool 40 --batch 16 --nominal-batch 16 --mosaic 0.5 --mixup 0 \
    --scale 0.5 --close-mosaic 4 --average-decay 0.9995 --workers 2 --threads 1 --patience 1000 --val-every "$3" \
    --out "$out" "${resume[@]}"
}
train 128 40 5
train 192 70 5
train 256 80 2
train 320 84 1
