#!/usr/bin/env python3
"""usage: openvino-times.py PEERS NAME [--size 640] [--runs 20] [--threads 2]

Milliseconds a picture of a YOLOv9 network (NAME is s, m, c or e) on OpenVINO in f32, bf16 and int8, median and minimum. The
weights are random, as is what int8 is calibrated on: neither changes the time. PEERS is the folder that benchmark.py takes;
what is exported stays there.
"""
import argparse
import os
import time

import numpy as np
import openvino

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("peers")
parser.add_argument("name")
parser.add_argument("--size", type=int, default=640)
parser.add_argument("--runs", type=int, default=20)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

os.chdir(options.peers)
os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="false")
stem = f"yolov9{options.name}"
real, whole = f"{stem}_openvino_model/{stem}.xml", f"{stem}_int8.xml"
shape = (1, 3, options.size, options.size)
if not os.path.exists(real):
    from ultralytics import YOLO
    YOLO(f"{stem}.yaml").save(f"{stem}.pt")
    YOLO(f"{stem}.pt").export(format="openvino", imgsz=options.size)
if not os.path.exists(whole):
    import nncf
    pictures = [np.random.rand(*shape).astype(np.float32) for _ in range(4)]
    model = nncf.quantize(openvino.Core().read_model(real), nncf.Dataset(pictures),
                          preset=nncf.QuantizationPreset.MIXED, subset_size=4)
    openvino.save_model(model, whole)

core = openvino.Core()
picture = np.random.rand(*shape).astype(np.float32)
for label, path, precision in [("f32", real, "f32"), ("bf16", real, "bf16"), ("int8", whole, "bf16")]:
    request = core.compile_model(core.read_model(path), "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": options.threads,
        "INFERENCE_PRECISION_HINT": precision}).create_infer_request()
    times = []
    for run in range(options.runs + 3):
        begun = time.perf_counter()
        request.infer({0: picture})
        times.append((time.perf_counter() - begun) * 1e3)
    times = sorted(times[3:])
    print(f"openvino-{label} {stem} median {times[len(times) // 2]:.1f} ms min {times[0]:.1f} ms", flush=True)
