#!/usr/bin/env python3
"""usage: raw-outputs.py IMAGE [--ultralytics yolov9t.pt] [--official CLONE] [--imgsz 640] [--keep DIR]

Compares raw outputs with other programs': exports YOLOv9 with their code, runs the export in ONNX Runtime and this program (`model
outputs`) on the same letterboxed image, and prints the largest difference of boxes (in pixels of the network's input) and of
class scores (0 to 1). Exits with 1 if a score, or a box with a score above 0.05, is off by more than 1e-3; boxes of all anchors differ by
their rounding, which is larger for those that show nothing.

  --ultralytics  a checkpoint, exported by the installed Ultralytics, as it does by default and with simplify=False
  --official     a clone of WongKinYiu/yolov9: gelan-t and yolov9-t with random weights, exported by its export.py

Needs what samples/benchmark/setup.sh installs, and onnxslim; --official also needs pandas, seaborn, IPython, tqdm and setuptools<81.
"""
import argparse
import importlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest.mock

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
YOLOSTREAM = os.path.join(HERE, "../../.build/release/yolostream")
LIMIT = 1e-3
rows = []


def safetensors(path):
    data = pathlib.Path(path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name != "__metadata__":
            first, last = (8 + length + offset for offset in entry["data_offsets"])
            kind = {"F32": "<f4", "U8": "u1"}[entry["dtype"]]
            tensors[name] = np.frombuffer(data[first:last], kind).reshape(entry["shape"])
    return tensors


def outputs(model, options):
    """What this program computes with the file `model`."""
    target = f"{model}.outputs.safetensors"
    subprocess.run([YOLOSTREAM, "model", "outputs", model, options.image, "-o", target, "--imgsz", str(options.imgsz), "--overwrite"],
                   check=True, stdout=subprocess.DEVNULL)
    return safetensors(target)


def on_onnxruntime(path, image):
    """1 x (4 + classes) x anchors; of a network with an auxiliary branch, the main outputs, which come last."""
    import onnxruntime
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    first = session.get_inputs()[0]
    values = image.astype(np.float16 if "float16" in first.type else np.float32) / 255
    found = [output for output in session.run(None, {first.name: values}) if output.ndim == 3]
    return found[-1].astype(np.float32)


def compare(title, ours, theirs):
    differences = np.abs(ours["boxes"] - theirs[:, :4]).max(axis=1)[0]
    shown = theirs[0, 4:].max(axis=0) > 0.05
    boxes = differences[shown].max(initial=0)
    scores = np.abs(ours["scores"] - theirs[:, 4:]).max()
    rows.append((boxes, scores))
    print(f"| {title} | {theirs[:, 4:].max():.3f} | {shown.sum()}: {boxes:.1e} | {len(shown)}: {differences.max():.1e} | {scores:.1e} |",
          flush=True)


def ultralytics(options, folder):
    from ultralytics import YOLO
    for title, settings in [("as by default", {}), ("simplify=False, opset=17", {"simplify": False, "opset": 17})]:
        weights = os.path.join(folder, "ultralytics.pt")
        shutil.copy(options.ultralytics, weights)
        export = YOLO(weights).export(format="onnx", imgsz=options.imgsz, verbose=False, **settings)
        ours = outputs(export, options)
        compare(f"Ultralytics, ONNX {title}", ours, on_onnxruntime(export, ours["input"]))
    compare("Ultralytics, its checkpoint beside that export", outputs(weights, options), on_onnxruntime(export, ours["input"]))


def spread(model, side):
    """Random weights with statistics that keep the numbers in range, and scores that are neither 0 nor 1."""
    import torch
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # a plain mean
            torch.nn.init.uniform_(module.weight, 0.8, 1.2)
            torch.nn.init.uniform_(module.bias, -0.2, 0.2)
        elif isinstance(module, torch.nn.Conv2d) and module.bias is not None:
            torch.nn.init.uniform_(module.bias, -1, 1)
    model.train()
    with torch.no_grad():
        for _ in range(3):
            # Coarse blocks and noise: statistics of noise alone do not fit a photograph.
            blocks = torch.nn.functional.interpolate(torch.rand(2, 3, side // 16, side // 16), scale_factor=16)
            model(0.75 * blocks + 0.25 * torch.rand(2, 3, side, side))
    return model.eval()


def replace_missing(package, parts):
    """Stand-ins for modules that are imported only for training and classification, where they are not installed."""
    for name in [package, *(f"{package}.{part}" for part in parts)]:
        try:
            importlib.import_module(name)
        except ImportError:
            sys.modules[name] = unittest.mock.MagicMock()
            parent, _, member = name.rpartition(".")
            if parent:
                setattr(sys.modules[parent], member, sys.modules[name])


def official(options, folder):
    """Writes checkpoints with the official code and calls its export.py, in a process of its own for its imports."""
    clone = os.path.abspath(options.official)
    environment = {**os.environ, "PYTHONPATH": clone, "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"}
    for name in ["gelan-t", "yolov9-t"]:
        weights = os.path.join(folder, f"{name}.pt")
        # Newer PyTorch has another exporter as its default, which knows opset 12 no more.
        program = f"""
import functools, runpy, sys
import importlib.util
spec = importlib.util.spec_from_file_location("comparison", {os.path.abspath(__file__)!r})
comparison = importlib.util.module_from_spec(spec); spec.loader.exec_module(comparison)
comparison.replace_missing("torchvision", ["ops", "transforms", "transforms.functional", "datasets"])
import torch
from models.yolo import DetectionModel
torch.manual_seed(1)
model = comparison.spread(DetectionModel({clone!r} + "/models/detect/{name}.yaml", nc=80), 256)
torch.save({{"model": model, "ema": None, "epoch": -1, "optimizer": None}}, {weights!r})
torch.onnx.export = functools.partial(torch.onnx.export, dynamo=False)
sys.argv = ["export.py", "--weights", {weights!r}, "--include", "onnx", "--imgsz", "{options.imgsz}"]
runpy.run_path({clone!r} + "/export.py", run_name="__main__")
"""
        result = subprocess.run([sys.executable, "-c", program], env=environment, cwd=folder, capture_output=True, text=True)
        export = os.path.join(folder, f"{name}.onnx")
        if not os.path.exists(export):
            raise SystemExit(f"raw-outputs.py: the official export of {name} failed:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
        ours = outputs(export, options)
        theirs = on_onnxruntime(export, ours["input"])
        compare(f"official {name}, ONNX", ours, theirs)
        compare(f"official {name}, its checkpoint", outputs(weights, options), theirs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image")
    parser.add_argument("--ultralytics")
    parser.add_argument("--official")
    parser.add_argument("--imgsz", type=int, default=640)
    parser.add_argument("--keep", help="folder for the exports")
    options = parser.parse_args()
    options.image = os.path.abspath(options.image)
    if not (options.ultralytics or options.official):
        parser.error("nothing to compare with: give --ultralytics or --official")
    os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="false")
    print("| file | highest score | boxes above 0.05: largest difference, pixels | all boxes | scores |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = os.path.abspath(options.keep) if options.keep else temporary
        os.makedirs(folder, exist_ok=True)
        for source, run in [("ultralytics", ultralytics), ("official", official)]:
            if getattr(options, source):
                run(options, folder)
    worst = max(max(row) for row in rows)
    print(f"\nlargest difference {worst:.1e}, limit {LIMIT:.0e}")
    sys.exit(0 if worst <= LIMIT else 1)


if __name__ == "__main__":
    main()
