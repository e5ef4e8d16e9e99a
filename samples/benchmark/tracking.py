#!/usr/bin/env python3
"""usage: tracking.py PEERS VIDEO [--save]

Frames per second of Ultralytics' tracking mode (ByteTrack, OpenVINO f32, 480x640, two threads) over a whole video, after its
first frame; with --save it writes the annotated video, too. PEERS is the folder that setup.sh made.
"""
import argparse
import os
import time

os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="false")

import torch  # noqa: E402
from ultralytics import YOLO  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("peers")
parser.add_argument("video")
parser.add_argument("--save", action="store_true")
options = parser.parse_args()

torch.set_num_threads(2)
model = YOLO(os.path.join(options.peers, "yolov9t_480x640_openvino_model"), task="detect")
frames = model.track(
    options.video, stream=True, save=options.save, imgsz=(480, 640), tracker="bytetrack.yaml", verbose=False,
    project=os.path.join(options.peers, "runs"), exist_ok=True)
next(frames)
started, count = time.perf_counter(), sum(1 for _ in frames)
print(f"{count / (time.perf_counter() - started):.2f}")
