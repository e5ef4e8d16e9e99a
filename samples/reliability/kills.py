#!/usr/bin/env python3
"""usage: kills.py VIDEO [--signal KILL|TERM|INT] [--times N] [--model FILE] [--seed N]

Starts `yolostream VIDEO -o out.mp4` (and out.mkv, in turn) N times, sends the signal at a random moment between the start
and ten seconds, and checks what is left: the video, if there is one, decodes without an error to its end and lacks less
than a second of what had been detected; every line of the log is whole JSON; after TERM or INT the program ends within five
seconds with status 130 and the video holds every frame of its summary.
"""
import argparse
import json
import os
import random
import re
import signal
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "../../.build/release/yolostream")


def frame_times(path):
    """Times of all frames in seconds, and what the decoder complained of."""
    printed = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path],
        capture_output=True, text=True)
    return [float(line.strip(",")) for line in printed.stdout.split()], printed.stderr.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video")
    parser.add_argument("--signal", default="KILL", choices=["KILL", "TERM", "INT"])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--model")
    parser.add_argument("--longest", type=float, default=10, help="seconds of the latest signal")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    faults, no_file, worst_loss, worst_wait = [], 0, 0.0, 0.0
    for turn in range(options.times):
        with tempfile.TemporaryDirectory() as folder:
            out = f"{folder}/out.{'mkv' if turn % 2 else 'mp4'}"
            log = f"{folder}/log.jsonl"
            command = [PROGRAM, options.video, "-o", out, "--detections", log]
            if options.model:
                command += ["--model", options.model]
            running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
            delay = chance.uniform(0, options.longest)
            time.sleep(delay)
            sent = time.monotonic()
            running.send_signal(getattr(signal, "SIG" + options.signal))
            printed = running.communicate()[1]
            waited = time.monotonic() - sent
            worst_wait = max(worst_wait, waited)
            lines = open(log).read().splitlines() if os.path.exists(log) else []
            detected = []
            try:
                detected = [json.loads(line)["pts"] for line in lines]
            except (ValueError, KeyError) as error:
                faults.append(f"{turn} after {delay:.3f} s: the log has a torn line: {error}")
            if not os.path.exists(out):
                no_file += 1
                times = []
            else:
                times, complaint = frame_times(out)
                if complaint or not times:
                    faults.append(f"{turn} after {delay:.3f} s: {os.path.basename(out)} does not play: {complaint or 'no frame'}")
            if len(detected) > 1:
                interval = (detected[-1] - detected[0]) / (len(detected) - 1)
                lost = (len(detected) - len(times)) * interval
                worst_loss = max(worst_loss, lost)
                if lost > 1:
                    faults.append(f"{turn} after {delay:.3f} s: {lost:.2f} s of video are lost")
            if options.signal != "KILL":
                if waited > 5:
                    faults.append(f"{turn} after {delay:.3f} s: it took {waited:.1f} s to end")
                if running.returncode not in (130, 0, -getattr(signal, "SIG" + options.signal)):
                    faults.append(f"{turn} after {delay:.3f} s: status {running.returncode}: {printed.strip()[-200:]}")
                frames = re.search(r"(\d+) frames? in", printed)
                if frames and os.path.exists(out) and int(frames[1]) != len(times):
                    faults.append(f"{turn} after {delay:.3f} s: {len(times)} of {frames[1]} frames are in the video")
    print(f"{options.times} times SIG{options.signal}: {len(faults)} faults, {no_file} before there was a frame, "
          f"at most {worst_loss:.2f} s lost, at most {worst_wait:.2f} s to end")
    for fault in faults:
        print("  " + fault)
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
