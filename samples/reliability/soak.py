#!/usr/bin/env python3
"""usage: soak.py MODEL VIDEO [--minutes N] [--cameras 8] [--rate 25] [--size 896]

A service with eight RTSP cameras (640x360, 25 frames per second, each to be inferred), which is several times more than the
network can do here. Every ten seconds: memory, threads, descriptors, age of frames when their result is there, and looks
of each camera. In the end a line of what grew, how fair the looks were dealt and whether the age stayed within two frame
intervals and the time of the network (its 99th percentile; both are upper edges of histogram buckets). Exit code 1 if not.
"""
import argparse
import sys
import tempfile
import time

from cameras import Cameras, Service, dropped, encode, looks, quantile, slope


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--size", type=int, default=896)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = f"{folder}/clip.h264"
        encode(["-stream_loop", "-1", "-i", options.video], clip, options.rate)
        cameras = Cameras(clip, options.rate)
        names = [f"c{index}" for index in range(options.cameras)]
        detect = f"{{fps: {options.rate}, motion: {{gate: false}}}}"
        service = Service(folder, options.model, [cameras.url(name) for name in names], detect, options.size)
        try:
            service.wait_until_up()
            begin, end = time.monotonic(), time.monotonic() + options.minutes * 60
            first = before = service.metrics()
            samples = []
            while time.monotonic() < end:
                time.sleep(min(10, max(0.1, end - time.monotonic())))
                now, stats = service.metrics(), service.stats()
                dealt = [looks(now, name) - looks(before, name) for name in names]
                samples.append((time.monotonic() - begin, stats["resident_bytes"], stats["threads"], stats["open_files"]))
                print(f"{samples[-1][0]:6.0f} s  {stats['resident_bytes'] / 1e6:6.1f} MB  {stats['threads']} threads  "
                      f"{stats['open_files']} files  age p99 <= {quantile(before, now, 'frame_age_seconds', .99):.3f} s  "
                      f"looks {' '.join(f'{count:.0f}' for count in dealt)}", flush=True)
                before = now
        finally:
            status = service.end()
            cameras.end()
        seconds = samples[-1][0]
        dealt = [looks(before, name) - looks(first, name) for name in names]
        load = options.cameras * options.rate * seconds / max(1, sum(dealt))
        network = {key: value for key, value in before.items() if 'stage="infer"' in key}
        infer = quantile(first, network, "stage_duration_seconds", .99)
        age = quantile(first, before, "frame_age_seconds", .99)
        bar = 2 / options.rate + infer
        spread = max(dealt) / max(1, min(dealt)) - 1
        stale = sum(dropped(before, name, "stale") - dropped(first, name, "stale") for name in names)
        # The first quarter fills pools and caches.
        settled = [sample for sample in samples if sample[0] >= seconds / 4]
        growth = [slope([(sample[0], sample[column]) for sample in settled]) for column in (1, 2, 3)]
        print(f"\n{seconds / 60:.1f} minutes, asked for {load:.1f} times what could be inferred ({sum(dealt) / seconds:.1f} looks/s); "
              f"exit code {status}")
        print(f"fairness: {min(dealt):.0f} to {max(dealt):.0f} looks a camera, {spread * 100:.1f} % apart; {stale:.0f} stale")
        print(f"age p99 <= {age:.3f} s; two frame intervals and the network's p99 ({infer:.3f} s) are {bar:.3f} s")
        print(f"growth an hour after the first quarter: memory {growth[0] / 1e6:+.2f} MB, threads {growth[1]:+.1f}, files {growth[2]:+.1f}")
        # A connection more or less comes and goes; what grows has more at its least than it had at its most.
        early, late = ([sample for sample in samples if begin <= sample[0] / seconds <= end] for begin, end in ((.25, .5), (.75, 1)))
        has_grown = any(min(sample[column] for sample in late) > max(sample[column] for sample in early) for column in (2, 3))
        faults = [name for name, is_bad in [
            ("unfair", spread > 0.1), ("too old", age > bar), ("did not end well", status != 0),
            ("threads or files grow", has_grown),
            ("memory grows", options.minutes >= 30 and growth[0] > 1e6)] if is_bad]
        print("verdict: " + (", ".join(faults) or "well"
                             + ("" if options.minutes >= 30 else " (memory is judged from half an hour on)")))
        sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
