#!/usr/bin/env python3
"""usage: export.py PEERS CHECKPOINT VIDEO

Writes to PEERS what the peers run, for inputs of 640x640 and 480x640 (height x width): `yolov9t_HxW.onnx`,
`yolov9t_HxW_openvino_model/`, and `yolov9t_HxW_int8.xml`, quantised by NNCF on up to 64 frames of VIDEO. What is there stays.
"""
import pathlib
import shutil
import sys

import cv2
import nncf
import numpy as np
import openvino
from ultralytics import YOLO

SIZES = [(640, 640), (480, 640)]
FRAMES = 64


def frames(path):
    """Up to FRAMES frames of a video, evenly spread."""
    video = cv2.VideoCapture(str(path))
    step = max(1, int(video.get(cv2.CAP_PROP_FRAME_COUNT)) // FRAMES)
    index, found = 0, []
    while len(found) < FRAMES and video.grab():
        if index % step == 0:
            found.append(video.retrieve()[1])
        index += 1
    return found


def letterboxed(frame, height, width):
    """The frame as the network sees it: 1 x 3 x height x width, RGB in 0...1, grey borders."""
    scale = min(height / frame.shape[0], width / frame.shape[1])
    inner = cv2.resize(frame, (round(frame.shape[1] * scale), round(frame.shape[0] * scale)))
    top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
    canvas = np.full((height, width, 3), 114, np.uint8)
    canvas[top:top + inner.shape[0], left:left + inner.shape[1]] = inner
    return np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None], dtype=np.float32) / 255


def main():
    peers, checkpoint, video = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    images = frames(video)
    for height, width in SIZES:
        stem = peers / f"yolov9t_{height}x{width}"
        weights, quantised = stem.with_suffix(".pt"), stem.with_name(stem.name + "_int8.xml")
        if not stem.with_suffix(".onnx").exists():
            shutil.copy(checkpoint, weights)
            YOLO(weights).export(format="openvino", imgsz=(height, width))
            YOLO(weights).export(format="onnx", imgsz=(height, width), simplify=False, opset=17)
        if not quantised.exists():
            samples = nncf.Dataset([letterboxed(image, height, width) for image in images])
            model = openvino.Core().read_model(stem.with_suffix(".onnx"))
            openvino.save_model(
                nncf.quantize(model, samples, preset=nncf.QuantizationPreset.MIXED, subset_size=len(images)), quantised)


if __name__ == "__main__":
    main()
