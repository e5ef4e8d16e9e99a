#!/usr/bin/env python3
"""usage: accuracy.py MODEL DATA [--int8 MODEL] [--caps CAP...]

AP of one model on labelled images along every path of this package: each precision under each cap on instructions
(YOLOSTREAM_MAX_ISA) that this processor has. Prints a table in Markdown; fails where bf16 or int8 is more than 0.3 points from
f32. DATA is what 'yolostream val' takes.
"""
import argparse
import json
import os
import subprocess
import sys

YOLOSTREAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.build/release/yolostream")
CAPS = {"reference": ["f32"], "avx2": ["f32", "int8"], "avx_vnni": ["int8"], "avx512": ["f32", "int8"], "avx512_vnni": ["int8"],
        "avx512_bf16": ["f32", "bf16", "int8"]}


def measured(model, data, precision, cap):
    """AP and AP50 in points; None where this processor or cap does not offer the precision."""
    run = subprocess.run(
        [YOLOSTREAM, "val", "--model", model, "--data", data, "--precision", precision, "--imgsz", "640", "--json"],
        env={**os.environ, "YOLOSTREAM_MAX_ISA": cap}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        print(f"{cap} {precision}: {run.stderr.strip()}", file=sys.stderr)
        return None
    figures = json.loads(run.stdout)["summary"]
    return 100 * figures["AP"], 100 * figures["AP50"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--int8")
    parser.add_argument("--caps", nargs="+", choices=CAPS, default=[cap for cap in CAPS if cap != "reference"])
    options = parser.parse_args()
    print("| cap | precision | AP | AP50 | AP against f32 |\n|---|---|---|---|---|")
    plain = measured(options.model, options.data, "f32", "avx2")
    farthest = 0
    for cap in options.caps:
        for precision in CAPS[cap]:
            if precision == "int8" and not options.int8:
                continue
            found = measured(options.int8 if precision == "int8" else options.model, options.data, precision, cap)
            if found is None:
                print(f"| {cap} | {precision} | not offered | | |")
                continue
            farthest = max(farthest, abs(found[0] - plain[0]))
            print(f"| {cap} | {precision} | {found[0]:.2f} | {found[1]:.2f} | {found[0] - plain[0]:+.2f} |", flush=True)
    sys.exit(1 if farthest > 0.3 else 0)


if __name__ == "__main__":
    main()
