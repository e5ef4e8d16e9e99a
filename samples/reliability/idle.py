#!/usr/bin/env python3
"""usage: idle.py MODEL VIDEO [--seconds 60] [--cameras 4] [--rate 5] [--still]

What cameras cost on which nothing happens: RTSP at 640x360 and 5 frames per second, inferred five times a second. The scene
is one frame of VIDEO with the faint noise of a sensor, or with --still without any. Prints the share of a core a camera,
RTSP, decoding and the whole of the service included. Exit code 1 above 3 %.
"""
import argparse
import sys
import tempfile
import time

from cameras import Cameras, Service, encode, looks


def cost(service, seconds):
    before, begin = service.stats()["cpu_s"], time.monotonic()
    time.sleep(seconds)
    return (service.stats()["cpu_s"] - before) / (time.monotonic() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--rate", type=float, default=5)
    parser.add_argument("--still", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = f"{folder}/clip.h264"
        noise = "" if options.still else ",noise=alls=3:allf=t"
        encode(["-i", options.video], clip, options.rate, filters=f"trim=end_frame=1,loop=-1:1:0,setpts=N/{options.rate}/TB{noise}")
        cameras = Cameras(clip, options.rate)
        names = [f"c{index}" for index in range(options.cameras)]
        service = Service(folder, options.model, [cameras.url(name) for name in names], "{fps: 5}")
        try:
            service.wait_until_up()
            time.sleep(min(10, options.seconds))
            first = service.metrics()
            share = cost(service, options.seconds) / options.cameras
            last = service.metrics()
            still = sum(last[f'yolostream_frames_total{{camera="{name}",stage="still"}}'] for name in names)
            still -= sum(first[f'yolostream_frames_total{{camera="{name}",stage="still"}}'] for name in names)
            total = sum(looks(last, name) - looks(first, name) for name in names)
        finally:
            service.end()
            cameras.end()
    print(f"{options.cameras} cameras, {total / options.cameras / options.seconds:.1f} looks/s each, {still / max(1, total) * 100:.1f} % "
          f"of them without the network: {share * 100:.2f} % of a core a camera")
    print("verdict: " + ("well" if share < 0.03 else "more than 3 %"))
    sys.exit(0 if share < 0.03 else 1)


if __name__ == "__main__":
    main()
