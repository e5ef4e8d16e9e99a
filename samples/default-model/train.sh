#!/usr/bin/env bash
# usage: train.sh DATA [OUT]
# Makes the model that comes with the package from nothing, from DATA, a folder of 20 everyday classes in YOLO's layout.
# Two rounds, in each of which the images grow: 84 epochs from 128 to 320 pixels, then 14 at 256 and 320 that begin
# with the model of the first at a higher rate. Takes three hours on two cores with AVX-512, and goes on from OUT
# (runs/default-model) where it was stopped. Needs `swift build -c release` before.
set -euo pipefail
data=$(realpath "${1:?usage: train.sh DATA [OUT]}")
cd "$(dirname "$0")/../.."
out=${2:-runs/default-model}
batches=$(($(find "$data/images/train" -type f | wc -l) / 16))
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1

# Images of SIDE pixels until epoch LAST, validated every so many epochs; the rest is the round's.
train() { # FOLDER SIDE LAST EVERY ROUND…
  local folder=$1 side=$2 last=$3 every=$4 resume=()
  shift 4
  if [ -f "$folder/last.safetensors" ]; then resume=(--resume); fi
  .build/release/yolostream train --data "$data" --aux on --optimizer muon --batch 16 --nominal-batch 16 --mosaic 0.5 \
    --mixup 0 --scale 0.5 --average-decay 0.9995 --workers 2 --threads 1 --patience 1000 --imgsz "$side" \
    --iterations $((last * batches)) --val-every "$every" --out "$folder" "$@" "${resume[@]}"
}

first=(--from-scratch --network yolov9-n --epochs 84 --lr 0.03 --warmup 0.5 --cool 40 --close-mosaic 4)
train "$out/first" 128 40 5 "${first[@]}"
train "$out/first" 192 70 5 "${first[@]}"
train "$out/first" 256 80 2 "${first[@]}"
train "$out/first" 320 84 1 "${first[@]}"

# Folded kernels are short beside steps of the first round's length: at 0.012 they were more than twice as long after four
# epochs, and AP50 had fallen to 0.27.
second=(--network "$out/first/model.safetensors" --epochs 14 --lr 0.001 --warmup 0.2 --close-mosaic 3)
train "$out/second" 256 7 1 "${second[@]}"
train "$out/second" 320 14 1 "${second[@]}"
