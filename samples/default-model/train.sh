#!/usr/bin/env bash
# usage: train.sh DATA [OUT]
# Trains the model that the package will ship, or goes on from the checkpoint in OUT (runs/default-model). DATA is a folder
# of 20 everyday classes in YOLO's layout. The checkpoint beside this script (epoch 26 of 48, half precision, momentum left
# out) is where an unfinished run stands; it is taken if OUT has none.
#
# The first 24 epochs ran at 224 pixels. The rate is held at 0.02 until the last 14 epochs: EPOCHS may be changed at any restart.
set -euo pipefail
data=$(realpath "${1:?usage: train.sh DATA [OUT]}")
cd "$(dirname "$0")/../.."
out=${2:-runs/default-model}
mkdir -p "$out"
[ -f "$out/last.safetensors" ] || cp samples/default-model/last.safetensors "$out/"
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1
exec .build/release/yolostream train --data "$data" --network yolov9-p --aux on --imgsz 320 --batch 16 \
  --nominal-batch 16 --lr 0.02 --warmup 1 --epochs "${EPOCHS:-48}" --cool 14 --close-mosaic 6 --mosaic 0.5 --mixup 0 \
  --scale 0.6 --average-decay 0.9995 --workers 2 --threads 1 --patience 1000 --out "$out" --resume
