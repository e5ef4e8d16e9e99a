#!/usr/bin/env python3
"""usage: instructions.py [--program FILE] [--save FILE] [--check FILE]

Counts the instructions that this package executes per image and per frame, under Valgrind. Counts do not depend on the load of
the machine, so a small change shows; Valgrind offers programs AVX2 and nothing beyond, so every x86-64 machine gives the counts
of the same kernels. --save keeps them; --check fails if one has grown by more than 3 %.

Each count is the difference of a long run and a short one: loading and compiling are not in it. It needs `valgrind` and
`strip` (Valgrind 3.19 cannot read the program's debug information), and some minutes.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = ["bench", "--network", "gelan-t", "--size", "96x96", "--threads", "1"]
RUN = ["test:192x128@25:{}", "-q", "--overwrite", "--precision", "f32", "--threads", "1", "--imgsz", "64"]
# What is counted: arguments, and how often the unit is run in the short and in the long run.
WORK = {
    "network f32, per image": ([*BENCH, "--precision", "f32", "--runs", "{}"], 1, 3),
    "network int8, per image": ([*BENCH, "--precision", "int8", "--runs", "{}"], 1, 3),
    "pipeline to JSON lines, per frame": ([*RUN, "--detections", "/dev/null"], 10, 30),
    "pipeline with annotated video, per frame": ([*RUN, "-o", "annotated.mp4"], 10, 30),
}
TOLERANCE = 1.03


def count(program, arguments, units, folder):
    """Instructions of one run of the program."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program,
               *(argument.format(units) for argument in arguments)]
    # Threads that wait in a loop would be counted.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"cannot count the instructions of {' '.join(command)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return int(found[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(HERE, "../../.build/release/yolostream"))
    parser.add_argument("--save")
    parser.add_argument("--check")
    options = parser.parse_args()
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        # The packaged model is looked for beside the program.
        program = os.path.join(folder, "yolostream")
        subprocess.run(["strip", "-o", program, os.path.realpath(options.program)], check=True)
        resources = os.path.join(os.path.dirname(os.path.realpath(options.program)), "yolostream_yolostream.resources")
        if os.path.exists(resources):
            shutil.copytree(resources, os.path.join(folder, os.path.basename(resources)))
        for name, (arguments, short, long) in WORK.items():
            difference = count(program, arguments, long, folder) - count(program, arguments, short, folder)
            counts[name] = difference // (long - short)
            print(f"{name}: {counts[name] / 1e6:.2f} million instructions", flush=True)
    if options.save:
        with open(options.save, "w") as file:
            json.dump(counts, file, indent=2)
            file.write("\n")
    if options.check:
        with open(options.check) as file:
            kept = json.load(file)
        worse = [f"{name}: {value / 1e6:.2f} million, {value / kept[name] - 1:+.1%}" for name, value in counts.items()
                 if name in kept and value > TOLERANCE * kept[name]]
        print("more instructions than kept:\n  " + "\n  ".join(worse) if worse else "no count has grown by more than 3 %")
        sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
