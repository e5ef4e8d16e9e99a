#!/usr/bin/env python3
"""usage: ablation.py DATA [--network N] [--epochs N] [--imgsz N] [--seeds N] [--optimizer sgd|muon] [--out DIR]

What programmable gradient information is worth at a budget: trains the same network from the same start with the auxiliary
branch, with deep supervision and with neither, same data, steps and seeds, and prints validation AP in a table. A run that
is complete in DIR is not repeated, so the script goes on where it was stopped.
"""
import argparse
import csv
import os
import statistics
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
YOLOSTREAM = os.path.join(HERE, "../.build/release/yolostream")
VARIANTS = [("none", "off"), ("deep supervision", "deep"), ("auxiliary branch (PGI)", "on")]


def train(options, mode, seed):
    """AP50 and AP of the last epoch's averaged weights."""
    folder = os.path.join(options.out, f"{options.network}-{options.optimizer}-{mode}-{seed}")
    table = os.path.join(folder, "results.csv")

    def rows():
        return list(csv.DictReader(open(table))) if os.path.exists(table) else []

    if not rows() or int(rows()[-1]["epoch"]) < options.epochs:
        command = [YOLOSTREAM, "train", "--data", options.data, "--network", options.network, "--aux", mode, "--seed", str(seed),
                   "--epochs", str(options.epochs), "--imgsz", str(options.imgsz), "--batch", "16", "--nominal-batch", "16",
                   "--optimizer", options.optimizer, "--lr", "0.02", "--warmup", "1", "--mosaic", "0.5", "--mixup", "0",
                   "--close-mosaic", str(options.epochs // 4), "--scale", "0.6", "--average-decay", "0.998", "--val-every",
                   str(options.epochs), "--patience", "1000", "--out", folder]
        if os.path.exists(os.path.join(folder, "last.safetensors")):
            command.append("--resume")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    last = rows()[-1]
    return float(last["map50"]), float(last["map"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--network", default="yolov9-p")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--imgsz", type=int, default=160)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--optimizer", default="sgd")
    parser.add_argument("--out", default="runs/ablation")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    found = {mode: [] for _, mode in VARIANTS}
    for seed in range(options.seeds):
        for name, mode in VARIANTS:
            found[mode].append(train(options, mode, seed))
            print(f"seed {seed}, {name}: AP50 {found[mode][-1][0]:.4f}, AP {found[mode][-1][1]:.4f}", flush=True)
    seeds = ", ".join(f"seed {seed}" for seed in range(options.seeds))
    title = f"{options.network}, {options.optimizer}, {options.epochs} epochs at {options.imgsz} px"
    print(f"\n| {title} | AP50 ({seeds}) | mean | AP, mean |\n|---|---|---|---|")
    for name, mode in VARIANTS:
        values = [f"{one[0]:.4f}" for one in found[mode]]
        print(f"| {name} | {', '.join(values)} | {statistics.mean(one[0] for one in found[mode]):.4f} "
              f"| {statistics.mean(one[1] for one in found[mode]):.4f} |")


if __name__ == "__main__":
    main()
