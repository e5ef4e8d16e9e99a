#!/usr/bin/env python3
"""usage: batch.py FOLDER [--model FILE] [--peer-model FILE] [--rounds N]

Frames per second of `annotate` on the clips of a folder (video, tracks and detections written), with one and with two jobs, as a
ratio to a single file of the same frames; and of Ultralytics' `track` with `save=True` on the same list, if it is installed and
a model for it is named. All clips should have one size. On a machine that others use, too, only what is measured side by side can be
compared: each round is a single file, one job, two jobs and Ultralytics in turn, ratios are taken within a round, and the median of the
rounds counts.
"""
import argparse
import glob
import os
import re
import statistics
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("YOLOSTREAM", os.path.join(HERE, "../../.build/release/yolostream"))


def ours(inputs, jobs, model, work):
    words = [PROGRAM, "annotate", *inputs, "-o", f"{work}/out", "--overwrite", "--formats", "video,detections,mot",
             "--jobs", str(jobs)] + (["--model", model] if model else [])
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stderr
    # From the first input to the last: the model is loaded before.
    return float(re.search(r" s, ([0-9.]+) frames/s", printed)[1])


def peer(files, path, work):
    from ultralytics import YOLO
    model = YOLO(path, task="detect")
    count, begin = 0, None
    for file in [files[0]] + files:
        for _ in model.track(file, stream=True, persist=False, save=True, save_txt=True, project=work, name="peer", exist_ok=True, verbose=False):
            count += 1
        if begin is None:
            # The first file is done twice: what is made once is not counted.
            count, begin = 0, time.monotonic()
    return count / (time.monotonic() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--model")
    parser.add_argument("--peer-model")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    files = sorted(glob.glob(f"{options.folder}/**/*.mp4", recursive=True))
    with tempfile.TemporaryDirectory() as work:
        with open(f"{work}/list.txt", "w") as file:
            file.writelines(f"file '{os.path.abspath(path)}'\n" for path in files)
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "concat", "-safe", "0", "-i", f"{work}/list.txt", "-an", "-c:v",
                        "libx264", "-preset", "ultrafast", f"{work}/single.mp4"], check=True)
        rates = {"single file": [], "one job": [], "two jobs": [], "Ultralytics": []}
        for _ in range(options.rounds):
            rates["single file"].append(ours([f"{work}/single.mp4"], 1, options.model, work))
            rates["one job"].append(ours([options.folder], 1, options.model, work))
            rates["two jobs"].append(ours([options.folder], 2, options.model, work))
            if options.peer_model:
                rates["Ultralytics"].append(peer(files, options.peer_model, work))
        for name, values in rates.items():
            if values:
                print(f"{name:12} {statistics.median(values):7.1f} frames/s, {ratio(values, rates['single file']):.2f} of a single file")
        if rates["Ultralytics"]:
            for name in "one job", "two jobs":
                print(f"{name:12} {ratio(rates[name], rates['Ultralytics']):7.2f} times Ultralytics")


def ratio(values, others):
    """Median of the ratios of each round."""
    return statistics.median(one / other for one, other in zip(values, others))


if __name__ == "__main__":
    main()
