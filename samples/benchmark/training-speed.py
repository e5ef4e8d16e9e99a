#!/usr/bin/env python3
"""Training speed beside PyTorch: YOLOv9t, 20 classes, 320 pixels, batch 8, forward and backward with the loss.

Runs `yolostream train --benchmark` and Ultralytics' model in turn, three times each, on the same number of threads, and
prints the best of each and their ratio. Both get random images with eight objects each; the optimiser and the
preparation of data are left out on both sides.

    python3 samples/benchmark/training-speed.py [.build/release/yolostream]

Needs torch and ultralytics, and a machine that does nothing else.
"""

import os
import re
import subprocess
import sys
import time

SIDE, BATCH, CLASSES, OBJECTS, THREADS = 320, 8, 20, 8, len(os.sched_getaffinity(0))
ROUNDS, BATCHES = 3, 12


def ours(binary: str) -> float:
    """Images a second of this package: one single-threaded worker for each processor."""
    workers = max(w for w in range(1, THREADS + 1) if BATCH % w == 0)
    text = subprocess.run(
        [binary, "train", "--network", "gelan-t", "--aux", "off", "--head", "ultralytics", "--batch", str(BATCH),
         "--imgsz", str(SIDE), "--workers", str(workers), "--threads", "1", "--benchmark", str(BATCHES)],
        check=True, capture_output=True, text=True).stdout
    return float(re.search(r"([\d.]+) images/s", text).group(1))


def pytorch() -> float:
    """Images a second of PyTorch."""
    import torch
    from ultralytics.nn.tasks import DetectionModel
    from ultralytics.utils import IterableSimpleNamespace

    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    model = DetectionModel("yolov9t.yaml", ch=3, nc=CLASSES, verbose=False)
    model.args = IterableSimpleNamespace(box=7.5, cls=0.5, dfl=1.5)
    model.train()
    size = 0.05 + 0.45 * torch.rand(BATCH * OBJECTS, 2)
    batch = {
        "img": torch.rand(BATCH, 3, SIDE, SIDE),
        "batch_idx": torch.arange(BATCH).repeat_interleave(OBJECTS).float(),
        "cls": torch.randint(0, CLASSES, (BATCH * OBJECTS, 1)).float(),
        "bboxes": torch.cat([size / 2 + (1 - size) * torch.rand(BATCH * OBJECTS, 2), size], 1),
    }

    def step() -> None:
        model.zero_grad(set_to_none=True)
        loss, _ = model(batch)
        loss.sum().backward()

    for _ in range(2):
        step()
    start = time.perf_counter()
    for _ in range(BATCHES):
        step()
    return BATCH * BATCHES / (time.perf_counter() - start)


def main() -> None:
    if sys.argv[1:] == ["--pytorch"]:
        print(pytorch())
        return
    binary = sys.argv[1] if len(sys.argv) > 1 else ".build/release/yolostream"
    rates = {"yolostream": [], "PyTorch": []}
    for _ in range(ROUNDS):
        rates["yolostream"].append(ours(binary))
        # A process of its own, so that its threads are gone when the other side is measured.
        rates["PyTorch"].append(float(subprocess.run(
            [sys.executable, __file__, "--pytorch"], check=True, capture_output=True, text=True).stdout.split()[-1]))
    for name, values in rates.items():
        print(f"{name}: best {max(values):.2f} images/s of {', '.join(f'{value:.2f}' for value in values)}")
    print(f"ratio of the best: {max(rates['yolostream']) / max(rates['PyTorch']):.2f}")


if __name__ == "__main__":
    main()
