#!/usr/bin/env python3
"""usage: benchmark.py MODEL VIDEO PEERS [--int8 MODEL] [--rounds N] [--save FILE] [--check FILE] [--only PART...]

Times this package and its peers in turn, on the same weights and this machine, and prints tables of medians and ratios in
Markdown. PEERS is the folder that setup.sh made. --int8 names the same model as 'model quantize' made it: it is then what the pipeline runs. Nothing else should
run meanwhile.

Parts: engines (engine by size), larger (networks s and c), networks (time against operations and threads), pipeline (whole videos, efficiency, memory),
neighbour (the same beside a busy process), start (seconds to the first detection).

--save keeps the ratios; --check compares with kept ones and fails where one is worse by more than 15 %: between sittings
times differ by more than ratios, so ratios are what is held on to.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
YOLOSTREAM = os.path.join(HERE, "../../.build/release/yolostream")
PARTS = ["engines", "larger", "networks", "pipeline", "neighbour", "start"]
ENGINES = ["openvino-f32", "openvino-bf16", "openvino-int8", "onnxruntime-f32"]
NETWORKS = ["gelan-t", "gelan-s", "gelan-m", "gelan-c"]


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout


def table(heads, rows):
    print("\n| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    sys.stdout.flush()


class Sitting:
    def __init__(self, options):
        self.model, self.video = os.path.realpath(options.model), os.path.realpath(options.video)
        self.peers = os.path.realpath(options.peers)
        self.python = os.path.join(self.peers, "venv/bin/python")
        self.whole = os.path.realpath(options.int8) if options.int8 else None
        self.rounds, self.threads = options.rounds, os.cpu_count()
        self.ratios = {}

    def precisions(self):
        """What of f32, bf16 and int8 this processor computes natively, below the cap."""
        flags, cap = open("/proc/cpuinfo").read(), os.environ.get("YOLOSTREAM_MAX_ISA")
        has_bf16 = "avx512_bf16" in flags and cap in (None, "avx512_bf16", "amx_int8", "amx_bf16")
        has_int8 = ("avx_vnni" in flags or "avx512_vnni" in flags) and cap not in ("reference", "avx2")
        return ["f32", *(["bf16"] if has_bf16 else []), *(["int8"] if has_int8 else [])]

    def ours(self, size, threads, *network, precision="auto"):
        """Median milliseconds per image."""
        model = ("--model", self.whole if precision == "int8" else self.model)
        text = output(YOLOSTREAM, "bench", *(network or model), "--size", size, "--threads", str(threads), "--runs", "20",
                      "--precision", precision, "--json")
        return json.loads(text)["median_ms"]

    def theirs(self, *arguments):
        """Median milliseconds per image of each peer."""
        return json.loads(output(
            self.python, f"{HERE}/engines.py", self.peers, "--threads", str(self.threads), *arguments).splitlines()[-1])

    def compare(self, title, times):
        """A table of `times` by engine, round by round; ours are what all others are compared with."""
        mine = [name for name in times if name.startswith("yolostream")]
        rows = []
        for name, values in times.items():
            row = [name, f"{statistics.median(values):.1f}"]
            for own in mine:
                by_round = sorted(m / v for m, v in zip(times[own], values))
                middle = statistics.median(by_round)
                if name not in mine:
                    self.ratios[f"time of {own} over {name}, {title}"] = middle
                row.append(f"{middle:.2f} ({by_round[0]:.2f} to {by_round[-1]:.2f})")
            rows.append(row)
        table([f"{title}, {self.threads} threads", "ms", *(f"{own} takes of it" for own in mine)], rows)

    def engines(self):
        precisions = [p for p in self.precisions() if p != "int8" or self.whole]
        for size in ["640x640", "480x640"]:
            times = {name: [] for name in [*(f"yolostream {p}" for p in precisions), *ENGINES]}
            for _ in range(self.rounds):
                for precision in precisions:
                    times[f"yolostream {precision}"].append(self.ours(size, self.threads, precision=precision))
                for name, median in self.theirs("--size", size).items():
                    times[name].append(median)
            self.compare(f"YOLOv9t {size}", times)

    def larger(self):
        for name in "sc":
            times = {f"yolostream {p}": [] for p in self.precisions()}
            for _ in range(self.rounds):
                for precision in self.precisions():
                    times[f"yolostream {precision}"].append(
                        self.ours("640x640", self.threads, "--network", f"gelan-{name}", precision=precision))
                for engine, median in self.theirs("--network", name).items():
                    times.setdefault(engine, []).append(median)
            self.compare(f"YOLOv9{name} 640x640", times)

    def networks(self):
        code = ("import os; os.environ['OPENBLAS_NUM_THREADS']='1'\n"
                "import numpy as np, time; a=np.random.rand(2048,2048).astype('f'); a@a; best=9\n"
                "for _ in range(8):\n t=time.perf_counter(); a@a; best=min(best,time.perf_counter()-t)\n"
                "print(2*2048**3/best/1e9)")
        limit = float(output(self.python, "-c", code))
        rows = []
        for name in NETWORKS:
            for size in ["320x320", "640x640"]:
                described = output(YOLOSTREAM, "model", "info", name)
                operations = float(re.search(r"inference\s+\d+ parameters\s+([\d.]+) GFLOPs", described)[1])
                height, width = map(int, size.split("x"))
                operations *= height * width / 640 / 640
                one, all_threads = self.ours(size, 1, "--network", name), self.ours(size, self.threads, "--network", name)
                rows.append((name, size, f"{operations:.1f}", f"{one:.1f}", f"{all_threads:.1f}", f"{one / all_threads:.2f}",
                             f"{operations / one * 1e3:.0f}", f"{operations / one * 1e3 / limit:.2f}"))
        table(["network", "size", "GFLOP", "1 thread, ms", f"{self.threads} threads, ms", "gain", "GFLOP/s a thread",
               f"share of a matrix product's {limit:.0f}"], rows)

    def passes(self):
        """Of the pipeline, without and with the video written."""
        return json.loads(output(YOLOSTREAM, "bench", "pipeline", self.video, "--model", self.whole or self.model, "--json"))

    def pipeline(self):
        ours, peer, alone = {False: [], True: []}, {False: [], True: []}, []
        memory = []
        for _ in range(self.rounds):
            for one in self.passes():
                ours[one["writes_video"]].append(one["frames_per_second"])
                memory.append(one["peak_megabytes"])
            for saves in [False, True]:
                text = output(self.python, f"{HERE}/tracking.py", self.peers, self.video, *(["--save"] * saves))
                peer[saves].append(float(text.split()[-1]))
            alone.append(self.threads * 1e3 / self.ours("480x640", 1, precision="int8" if self.whole else "auto"))
        rows = []
        for saves in [True, False]:
            gains = sorted(mine / other for mine, other in zip(ours[saves], peer[saves]))
            middle = statistics.median(gains)
            name = "annotated video written" if saves else "no video"
            self.ratios[f"Ultralytics' frames over ours, {name}"] = 1 / middle
            rows.append((name, f"{statistics.median(ours[saves]):.1f}", f"{statistics.median(peer[saves]):.1f}",
                         f"{middle:.2f} ({gains[0]:.2f} to {gains[-1]:.2f})"))
        table(["whole video, 480x640", "frames/s", "Ultralytics on OpenVINO", "ours is (by round)"], rows)
        shares = [mine / limit for mine, limit in zip(ours[False], alone)]
        print(f"\nEfficiency: {statistics.median(shares):.2f} of what inference alone would allow, without video "
              f"({statistics.median(alone):.1f} frames/s). Peak memory {max(memory):.0f} MB.")

    def neighbour(self):
        shares, spreads = [], []
        for _ in range(self.rounds):
            quiet = self.passes()[0]
            busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            try:
                beside = self.passes()[0]
            finally:
                busy.kill()
                busy.wait()
            shares.append(beside["frames_per_second"] / quiet["frames_per_second"])
            spreads.append(beside["p99_age_ms"] / beside["p50_age_ms"])
        print(f"\nBeside a busy process: {statistics.median(shares):.2f} of the quiet frames/s; 99th percentile of the "
              f"age of frames over their median {statistics.median(spreads):.2f}.")

    def start(self):
        """Seconds from the start of the program to its first line of detections, and its peak memory over a whole file."""
        times, peaks = [], []
        for _ in range(self.rounds * 3):
            started = time.perf_counter()
            running = subprocess.Popen([YOLOSTREAM, self.video, "--model", self.whole or self.model, "--detections", "-", "-q"],
                                       stdout=subprocess.PIPE)
            running.stdout.readline()
            times.append(time.perf_counter() - started)
            running.kill()
            running.communicate()
        with tempfile.TemporaryDirectory() as folder:
            clip = os.path.join(folder, "clip.mp4")
            subprocess.run(["ffmpeg", "-v", "error", "-i", self.video, "-vf", "scale=1280:720", "-frames:v", "300", clip],
                           check=True)
            for arguments in (["--detections", f"{folder}/d.jsonl"], ["-o", f"{folder}/o.mp4"]):
                running = subprocess.Popen([YOLOSTREAM, clip, "--model", self.whole or self.model, "-q", *arguments])
                peaks.append(os.wait4(running.pid, 0)[2].ru_maxrss / 1024)
        print(f"\nStart to first detection: {statistics.median(times):.2f} s. Peak memory, 1280x720: {peaks[0]:.0f} MB to "
              f"JSON lines, {peaks[1]:.0f} MB with the annotated video.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ["model", "video", "peers"]:
        parser.add_argument(name)
    parser.add_argument("--int8")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save")
    parser.add_argument("--check")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    sitting = Sitting(options)
    for part in options.only:
        getattr(sitting, part)()
    if options.save:
        with open(options.save, "w") as file:
            json.dump({name: round(value, 3) for name, value in sitting.ratios.items()}, file, indent=2)
            file.write("\n")
    if options.check:
        kept = json.load(open(options.check))
        worse = [f"{name}: {value:.2f}, was {kept[name]:.2f}" for name, value in sitting.ratios.items()
                 if name in kept and value > 1.15 * kept[name]]
        print("\n" + ("Worse than kept:\n  " + "\n  ".join(worse) if worse else "No ratio is worse than the kept one by 15 %."))
        sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
