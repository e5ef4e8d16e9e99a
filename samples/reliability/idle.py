#!/usr/bin/env python3
"""usage: idle.py MODEL VIDEO [--seconds 60] [--cameras 4] [--rate 5] [--still] [--clock [--rounds 3]]

What cameras cost on which nothing happens: RTSP at 640x360 and 5 frames per second, inferred five times a second. The scene
is one frame of VIDEO with the faint noise of a sensor, or with --still without any. Prints the share of a core a camera,
RTSP, decoding and the whole of the service included, and how often a minute the network runs. Exit code 1 above 3 %.

--clock measures the scene without and with a clock burned in, in turn, after the two minutes in which the service gets to
know it. Exit code 1 also if passes of the network or cost are more than 10 % above those without.
"""
import argparse
import statistics
import sys
import tempfile
import time

from cameras import Cameras, Service, encode, looks

# The date and time that cameras write, for two hours; the colon is FFmpeg's separator.
CLOCK = (r"drawtext=text='2026-11-30 %{eif\:10+t/3600\:d\:2}\:%{eif\:mod(t/60,60)\:d\:2}\:%{eif\:mod(t,60)\:d\:2}':"
         "x=12:y=8:fontsize=20:fontcolor=white:box=1:boxcolor=black")
LEARNING = 120  # Seconds.


def still_looks(metrics, names):
    return sum(metrics[f'yolostream_frames_total{{camera="{name}",stage="still"}}'] for name in names)


def measure(options, folder, clip, wait):
    """Share of a core a camera, looks a second and passes of the network a minute, both a camera."""
    cameras = Cameras(clip, options.rate)
    names = [f"c{index}" for index in range(options.cameras)]
    service = Service(folder, options.model, [cameras.url(name) for name in names], "{fps: 5}")
    try:
        service.wait_until_up()
        time.sleep(wait)
        first, used, begin = service.metrics(), service.stats()["cpu_s"], time.monotonic()
        time.sleep(options.seconds)
        share = (service.stats()["cpu_s"] - used) / (time.monotonic() - begin)
        last = service.metrics()
    finally:
        service.end()
        cameras.end()
    total = sum(looks(last, name) - looks(first, name) for name in names)
    passes = total - (still_looks(last, names) - still_looks(first, names))
    each = options.cameras * options.seconds
    return share / options.cameras, total / each, passes / each * 60


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--rate", type=float, default=5)
    parser.add_argument("--still", action="store_true")
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    noise = "" if options.still else ",noise=alls=3:allf=t"
    scene = f"scale=640:360,trim=end_frame=1,loop=-1:1:0,setpts=N/{options.rate}/TB"
    kinds = {"without a clock": ""} | ({"with a clock": "," + CLOCK} if options.clock else {})
    found = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as folder:
        for kind, clock in kinds.items():
            encode(["-i", options.video], f"{folder}/{kind}.h264", options.rate, seconds=600 if options.clock else 10, filters=scene + clock + noise)
        for _ in range(options.rounds if options.clock else 1):
            for kind in kinds:
                wait = LEARNING if options.clock else min(10, options.seconds)
                found[kind].append(measure(options, folder, f"{folder}/{kind}.h264", wait))
                share, rate, passes = found[kind][-1]
                print(f"{kind}: {options.cameras} cameras, {rate:.1f} looks/s each, {passes:.1f} passes of the network a minute each, "
                      f"{share * 100:.2f} % of a core a camera", flush=True)
    middle = {kind: [statistics.median(column) for column in zip(*rows)] for kind, rows in found.items()}
    isWell = all(share < 0.03 for share, _, _ in middle.values())
    if options.clock:
        (share, _, passes), (clock_share, _, clock_passes) = middle.values()
        print(f"with a clock: {clock_passes / max(passes, 0.1):.3f} of the passes, {clock_share / share:.3f} of the cost")
        isWell = isWell and clock_passes <= 1.1 * passes and clock_share <= 1.1 * share
    print("verdict: " + ("well" if isWell else "not well"))
    sys.exit(0 if isWell else 1)


if __name__ == "__main__":
    main()
