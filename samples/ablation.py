#!/usr/bin/env python3
"""usage: ablation.py DATA [--tables pgi,block,…|all] [--network N] [--epochs N] [--imgsz N] [--seeds N] [--out DIR] [--plan]
                   [--classes A,B,…] [--images N] [--workers N] [--optimizer sgd|muon]

The tables of the YOLOv9 paper at a small budget: each row is a network trained from random weights with the same data, steps and seeds;
printed are parameters and GFLOPs as it runs, and validation AP. A run that is complete in DIR is not repeated, so the script goes on
where it was stopped. --plan prints the number of runs of each table and trains nothing. YOLOSTREAM names another program.

DATA has images/train, labels/train, images/val and labels/val in YOLO format, and classes.txt. --classes keeps these classes and the
images that show one of them, --images that many of these to train on, evenly spread: fewer classes are learnt sooner, at a budget
at which twenty hardly are. What is kept lies in DIR/data, as links and lists of labels.

  auxiliary  none, deep supervision, the network's own auxiliary branch (PGI)
  block      the computational block of every stage
  depth      ELAN depth x CSP depth
  pgi        source and integration of the auxiliary branch, assignment by the main head
  method     size x method
  components component by component
"""
import argparse
import csv
import json
import os
import re
import shutil
import statistics
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
YOLOSTREAM = os.environ.get("YOLOSTREAM", os.path.join(HERE, "../.build/release/yolostream"))
NONE = ["--aux", "off"]
PGI = ["--aux", "on"]


def form(source, path, *more):
    return ["--aux-source", source, "--aux-path", path, *more]


def table(name, network):
    """Rows of a table: what it is called, the network, and its arguments."""
    auxiliary = [("none", NONE), ("deep supervision", ["--aux", "deep"]), ("auxiliary branch (PGI)", PGI)]
    if name == "auxiliary":
        return [(title, network, arguments) for title, arguments in auxiliary]
    if name == "block":
        kinds = ["conv", "res", "dark", "csp", "depthwise", "attention"]
        return [(kind, network, ["--block", kind, *NONE]) for kind in kinds]
    if name == "depth":
        depths = [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (1, 3)]
        return [(f"ELAN {elan}, CSP {csp}", network,
                 ["--block", "csp", "--elan-depth", str(elan), "--csp-depth", str(csp), *NONE]) for elan, csp in depths]
    if name == "pgi":
        rows = [("none", network, NONE), ("deep supervision", network, ["--aux", "deep"])]
        for source, words in (("taps", ""), ("dhlc", " + DHLC")):
            rows += [(path.upper() + words, network, form(source, path)) for path in ("pfh", "fpn", "pan")]
        return rows + [("FPN + DHLC, lead-head guided", network, form("dhlc", "fpn", "--guidance", "lead"))]
    if name == "method":
        return [(f"{size}, {title}", size, arguments) for size in ("yolov9-p", "yolov9-n") for title, arguments in auxiliary]
    if name == "components":
        csp = ["--block", "csp", "--elan-depth", "2", "--csp-depth", "1"]
        return [("ELAN of convolutions", network, ["--block", "conv", "--elan-depth", "1", *NONE]),
                ("+ two blocks in a chain", network, ["--block", "conv", "--elan-depth", "2", *NONE]),
                ("+ CSP blocks (GELAN)", network, [*csp, *NONE]),
                ("+ deep supervision", network, [*csp, "--aux", "deep"]),
                ("+ auxiliary branch, FPN (PGI)", network, [*csp, *form("taps", "fpn")]),
                ("+ DHLC", network, [*csp, *form("dhlc", "fpn")]),
                ("+ lead-head guided", network, [*csp, *form("dhlc", "fpn", "--guidance", "lead")])]
    raise SystemExit(f"ablation.py: there is no table {name}")


TABLES = ["auxiliary", "block", "depth", "pgi", "method", "components"]


def reduced(options):
    """The part of the data that --classes and --images leave, written once; the data itself without them."""
    if not (options.classes or options.images):
        return options.data
    target = os.path.join(options.out, "data")
    names = open(os.path.join(options.data, "classes.txt")).read().split("\n")
    names = [name for name in names if name]
    kept = options.classes.split(",") if options.classes else names
    for unknown in set(kept) - set(names):
        raise SystemExit(f"ablation.py: {options.data} has no class {unknown}")
    number = {str(names.index(name)): str(index) for index, name in enumerate(kept)}
    for part in ("train", "val"):
        found = []
        for name in sorted(os.listdir(os.path.join(options.data, "images", part))):
            labels = os.path.join(options.data, "labels", part, os.path.splitext(name)[0] + ".txt")
            rows = [row.split() for row in open(labels)] if os.path.exists(labels) else []
            rows = [" ".join([number[row[0]], *row[1:]]) for row in rows if row and row[0] in number]
            if rows:
                found.append((name, rows))
        if part == "train" and options.images and options.images < len(found):
            found = [found[index * len(found) // options.images] for index in range(options.images)]
        for kind in ("images", "labels"):
            shutil.rmtree(os.path.join(target, kind, part), ignore_errors=True)
            os.makedirs(os.path.join(target, kind, part))
        for name, rows in found:
            os.symlink(os.path.abspath(os.path.join(options.data, "images", part, name)), os.path.join(target, "images", part, name))
            with open(os.path.join(target, "labels", part, os.path.splitext(name)[0] + ".txt"), "w") as file:
                file.write("\n".join(rows) + "\n")
        print(f"{part}: {len(found)} images, {sum(len(rows) for _, rows in found)} objects of {', '.join(kept)}", flush=True)
    with open(os.path.join(target, "data.yaml"), "w") as file:
        file.write("train: images/train\nval: images/val\nnames:\n" + "".join(f"  {i}: {name}\n" for i, name in enumerate(kept)))
    return os.path.join(target, "data.yaml")


def expect_same_budget(options):
    """Rows of one table have one budget, so a folder has one, too."""
    budget = {name: getattr(options, name) for name in ("data", "classes", "images", "epochs", "imgsz", "workers")}
    path = os.path.join(options.out, "budget.json")
    if not os.path.exists(path):
        with open(path, "w") as file:
            json.dump(budget, file)
    elif json.load(open(path)) != budget:
        raise SystemExit(f"ablation.py: {options.out} holds runs of another budget, {open(path).read()}; expected another --out")


def train(options, network, arguments, seed):
    """AP50 and AP of the last epoch's averaged weights, parameters, GFLOPs and seconds."""
    words = [word.lstrip("-") for word in arguments]
    folder = os.path.join(options.out, "-".join([network, options.optimizer, *words, str(seed)]))
    results = os.path.join(folder, "results.csv")

    def rows():
        return list(csv.DictReader(open(results))) if os.path.exists(results) else []

    if not rows() or int(rows()[-1]["epoch"]) < options.epochs:
        command = [YOLOSTREAM, "train", "--data", options.data, "--from-scratch", "--network", network, *arguments,
                   "--seed", str(seed), "--epochs", str(options.epochs), "--imgsz", str(options.imgsz), "--batch", "16",
                   "--workers", str(options.workers), "--nominal-batch", "16", "--optimizer", options.optimizer, "--lr", "0.02", "--warmup", "1",
                   "--mosaic", "0.5", "--mixup", "0", "--close-mosaic", str(options.epochs // 4), "--scale", "0.6",
                   "--average-decay", "0.998", "--val-every", str(options.epochs), "--patience", "1000", "--out", folder]
        if os.path.exists(os.path.join(folder, "last.safetensors")):
            command.append("--resume")
        start = time.time()
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        size = re.search(r": (\d+) parameters and ([\d.]+) GFLOPs as it runs", output)
        with open(os.path.join(folder, "size.txt"), "w") as file:
            file.write(f"{size.group(1)} {size.group(2)} {time.time() - start:.0f}\n")
    last = rows()[-1]
    parameters, gigaflops, seconds = open(os.path.join(folder, "size.txt")).read().split()
    return float(last["map50"]), float(last["map"]), int(parameters), float(gigaflops), float(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--tables", default="auxiliary")
    parser.add_argument("--network", default="yolov9-p")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--imgsz", type=int, default=160)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--optimizer", default="sgd")
    parser.add_argument("--classes")
    parser.add_argument("--images", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", default="runs/ablation")
    parser.add_argument("--plan", action="store_true")
    options = parser.parse_args()
    names = TABLES if options.tables == "all" else options.tables.split(",")
    if options.plan:
        for name in names:
            print(f"{name}: {len(table(name, options.network)) * options.seeds} runs")
        return
    os.makedirs(options.out, exist_ok=True)
    expect_same_budget(options)
    options.data = reduced(options)
    for name in names:
        found = []
        for title, network, arguments in table(name, options.network):
            runs = []
            for seed in range(options.seeds):
                runs.append(train(options, network, arguments, seed))
                print(f"{title}, seed {seed}: AP50 {runs[-1][0]:.4f}, AP {runs[-1][1]:.4f}, {runs[-1][4]:.0f} s", flush=True)
            found.append((title, runs))
        seeds = ", ".join(f"seed {seed}" for seed in range(options.seeds))
        head = f"{name}: {options.network}, {options.optimizer}, {options.epochs} epochs at {options.imgsz} px"
        print(f"\n| {head} | parameters | GFLOPs | AP50 ({seeds}) | mean | AP, mean |\n|---|---|---|---|---|---|")
        for title, runs in found:
            print(f"| {title} | {runs[0][2]:,} | {runs[0][3]:.3f} | {', '.join(f'{run[0]:.4f}' for run in runs)} "
                  f"| {statistics.mean(run[0] for run in runs):.4f} | {statistics.mean(run[1] for run in runs):.4f} |")
        print(flush=True)


if __name__ == "__main__":
    main()
