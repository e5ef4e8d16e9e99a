#!/usr/bin/env python3
"""usage: engines.py PEERS [--network t] [--size 640x640] [--runs 20] [--threads 2] [ENGINE...]

Milliseconds per image of YOLOv9 on OpenVINO (f32, bf16, int8) and ONNX Runtime (f32), batch 1: one JSON object, the median of
each engine. PEERS is the folder that setup.sh made. Network t has the weights that were exported there; s, m, c and e get
random ones, exported and quantised here at first use (640x640, OpenVINO alone): neither changes the time.

OpenVINO obeys ONEDNN_MAX_CPU_ISA, so that it can be capped as YOLOSTREAM_MAX_ISA caps this package; an engine whose
precision the cap excludes is left out.
"""
import argparse
import json
import os
import pathlib
import statistics
import time

import numpy as np

ENGINES = ["openvino-f32", "openvino-bf16", "openvino-int8", "onnxruntime-f32"]


def export(peers, network):
    """OpenVINO models of a network with random weights: the exported one and the quantised one."""
    stem = f"yolov9{network}"
    plain, quantised = peers / f"{stem}_openvino_model/{stem}.xml", peers / f"{stem}_int8.xml"
    os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="false")
    if not plain.exists():
        from ultralytics import YOLO
        os.chdir(peers)
        YOLO(f"{stem}.yaml").save(f"{stem}.pt")
        YOLO(f"{stem}.pt").export(format="openvino", imgsz=640)
    if not quantised.exists():
        import nncf
        import openvino
        images = [np.random.rand(1, 3, 640, 640).astype(np.float32) for _ in range(4)]
        model = nncf.quantize(openvino.Core().read_model(plain), nncf.Dataset(images),
                              preset=nncf.QuantizationPreset.MIXED, subset_size=4)
        openvino.save_model(model, quantised)
    return plain, quantised


def has_bf16():
    """Whether OpenVINO computes in bf16: it refuses the hint below a cap."""
    if os.environ.get("ONEDNN_MAX_CPU_ISA", "ALL").upper() in ("AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_VNNI"):
        return False
    return "avx512_bf16" in open("/proc/cpuinfo").read()


def on_openvino(path, precision, threads):
    import openvino
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(path), "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision})
    request = compiled.create_infer_request()
    return lambda image: request.infer({0: image})


def on_onnxruntime(path, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda image: session.run(None, {name: image})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=pathlib.Path)
    parser.add_argument("engines", nargs="*")
    parser.add_argument("--network", default="t")
    parser.add_argument("--size", default="640x640")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_intermixed_args()
    peers = options.peers.resolve()
    if options.network == "t":
        stem = peers / f"yolov9t_{options.size}"
        plain, quantised = next((peers / f"{stem.name}_openvino_model").glob("*.xml")), f"{stem}_int8.xml"
        engines = options.engines or ENGINES
    else:
        plain, quantised = export(peers, options.network)
        engines = options.engines or [engine for engine in ENGINES if engine.startswith("openvino")]
    height, width = map(int, options.size.split("x"))
    image = np.random.rand(1, 3, height, width).astype(np.float32)
    medians = {}
    for engine in [engine for engine in engines if engine != "openvino-bf16" or has_bf16()]:
        runtime, precision = engine.split("-")
        if runtime == "onnxruntime":
            run = on_onnxruntime(str(peers / f"yolov9t_{options.size}.onnx"), options.threads)
        elif precision == "int8":
            # What stays in floating point is computed in bf16 where the processor, or the cap, has it.
            run = on_openvino(quantised, "bf16" if has_bf16() else "f32", options.threads)
        else:
            run = on_openvino(plain, precision, options.threads)
        for _ in range(3):
            run(image)
        times = []
        for _ in range(options.runs):
            started = time.perf_counter()
            run(image)
            times.append((time.perf_counter() - started) * 1e3)
        medians[engine] = round(statistics.median(times), 2)
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
