#!/usr/bin/env python3
"""usage: mosaic-tracks.py VIDEO GROUND-TRUTH [--grid 2x2] [--overlap 0.1] [--frames N] [--model FILE]

Puts copies of a video side by side into one large frame, tracks people in the video itself and, with `--tile`, in the mosaic, and prints
HOTA, MOTA and IDF1 of both, measured by `evaluate-tracks`. GROUND-TRUTH is in MOT's format; each cell of the mosaic has it at its place.
"""
import argparse
import json
import os
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("YOLOSTREAM", os.path.join(HERE, "../../.build/release/yolostream"))


def size(video):
    text = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0",
                           video], check=True, capture_output=True, text=True).stdout
    return [int(number) for number in text.strip().split(",")[:2]]


def compose(video, columns, rows, frames, path):
    names = [f"[c{number}]" for number in range(columns * rows)]
    graph = f"[0:v]split={columns * rows}{''.join(names)};"
    for row in range(rows):
        graph += f"{''.join(names[row * columns:(row + 1) * columns])}hstack={columns}[r{row}];" if columns > 1 \
            else f"{names[row]}null[r{row}];"
    graph += f"{''.join(f'[r{row}]' for row in range(rows))}" + (f"vstack={rows}" if rows > 1 else "null")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", video, "-filter_complex", graph, *frames, "-an", "-c:v", "libx264",
                    "-preset", "ultrafast", "-crf", "12", path], check=True)


def scores(tracks, truth):
    text = subprocess.run([PROGRAM, "evaluate-tracks", "--json", "--ground-truth", truth, "--tracks", tracks], check=True,
                          capture_output=True, text=True).stdout
    return json.loads(text)["combined"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video")
    parser.add_argument("truth")
    parser.add_argument("--grid", default="2x2")
    parser.add_argument("--overlap", default="0.1", help="share of a tile's side that it has in common with its neighbours")
    parser.add_argument("--frames", type=int)
    parser.add_argument("--model")
    options = parser.parse_args()
    columns, rows = (int(number) for number in options.grid.split("x"))
    width, height = size(options.video)
    with open(options.truth) as file:
        lines = [line.strip().split(",") for line in file if line.strip()]
    lines = [line for line in lines if not options.frames or int(line[0]) <= options.frames]
    with tempfile.TemporaryDirectory() as work:
        for name, cells in ("single", [(0, 0)]), ("mosaic", [(x, y) for y in range(rows) for x in range(columns)]):
            with open(f"{work}/{name}.txt", "w") as file:
                for number, (x, y) in enumerate(cells):
                    for line in lines:
                        place = [str(float(line[2]) + x * width), str(float(line[3]) + y * height)]
                        file.write(",".join([line[0], str(int(line[1]) + number * 100000), *place, *line[4:]]) + "\n")
        frames = ["-frames:v", str(options.frames)] if options.frames else []
        compose(options.video, 1, 1, frames, f"{work}/single.mp4")
        compose(options.video, columns, rows, frames, f"{work}/mosaic.mp4")
        words = ["--classes", "person", "--max-det", "3000", "-q"] + (["--model", options.model] if options.model else [])
        found = {}
        for name, more in ("single", []), ("mosaic", ["--tile", f"{options.grid}:{options.overlap}"]):
            begin = time.monotonic()
            subprocess.run([PROGRAM, f"{work}/{name}.mp4", "--mot", f"{work}/{name}.mot.txt", *words, *more], check=True)
            found[name] = scores(f"{work}/{name}.mot.txt", f"{work}/{name}.txt")
            figures = ", ".join(f"{key} {found[name][key] * 100:.1f}" for key in ("HOTA", "MOTA", "IDF1"))
            print(f"{name:7} {figures}, {time.monotonic() - begin:.0f} s", flush=True)
        print(f"HOTA of the mosaic: {(found['mosaic']['HOTA'] - found['single']['HOTA']) * 100:+.1f} points")


if __name__ == "__main__":
    main()
