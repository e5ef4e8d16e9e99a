#!/usr/bin/env bash
# usage: train.sh DATA [OUT]
# Goes on with the training of the model that comes with the package: from the checkpoint in OUT (runs/default-model), or
# from the one beside this script: 45 epochs, mostly at 224 pixels, the rate still held at 0.02; in half precision. DATA is a
# folder of 20 everyday classes in YOLO's layout.
#
# The rate is held until the last COOL epochs, so EPOCHS may be changed at any restart; bring it to its end at 320 pixels:
#   EPOCHS=51 COOL=6 SIDE=320 train.sh DATA      is what the weights of the package come from (51 minutes on two busy cores).
set -euo pipefail
data=$(realpath "${1:?usage: train.sh DATA [OUT]}")
cd "$(dirname "$0")/../.."
out=${2:-runs/default-model}
cool=${COOL:-14}
mkdir -p "$out"
[ -f "$out/last.safetensors" ] || cp samples/default-model/last.safetensors "$out/"
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1
exec .build/release/yolostream train --data "$data" --network yolov9-p --aux on --imgsz "${SIDE:-224}" --batch 16 \
  --nominal-batch 16 --lr 0.02 --warmup 1 --epochs "${EPOCHS:-120}" --cool "$cool" --close-mosaic $((cool / 2)) --mosaic 0.5 \
  --mixup 0 --scale 0.6 --average-decay 0.9995 --workers 2 --threads 1 --patience 1000 --out "$out" --resume
