#!/usr/bin/env bash
# usage: setup.sh PEERS CHECKPOINT VIDEO
# Makes the folder PEERS: a Python environment with OpenVINO, ONNX Runtime and Ultralytics, and YOLOv9t exported for each.
# CHECKPOINT is Ultralytics' yolov9t.pt, VIDEO what int8 is calibrated on. Takes some minutes and 3 GB.
set -euo pipefail
peers=${1:?usage: setup.sh PEERS CHECKPOINT VIDEO} checkpoint=$(realpath "${2:?CHECKPOINT is missing}")
video=$(realpath "${3:?VIDEO is missing}") here=$(realpath "$(dirname "$0")")
mkdir -p "$peers"
[ -d "$peers/venv" ] || python3 -m venv "$peers/venv"
"$peers/venv/bin/pip" install -q -r "$here/requirements.txt"
"$peers/venv/bin/pip" install -q --no-deps ultralytics==8.4.190 ultralytics-thop==2.2.3
# Exporting and tracking use one function of torchvision. OpenCV's stands in where there is no build of it for this torch.
"$peers/venv/bin/pip" install -q --no-deps torchvision==0.28.0 2>/dev/null ||
  "$peers/venv/bin/python" "$here/torchvision_substitute.py"
YOLO_OFFLINE=1 YOLO_AUTOINSTALL=false "$peers/venv/bin/python" "$here/export.py" "$peers" "$checkpoint" "$video"
