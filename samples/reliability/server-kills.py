#!/usr/bin/env python3
"""Kills an RTSP server again and again and looks how soon the program is back: server-kills.py YOLOSTREAM MODEL [COUNT]

The server is GStreamer's (bash .ci/install --tests). Each round it is killed after 0.5 to 5 s with frames and stays away
for 0.2 to 4 s. Printed at the end: the time from the moment the port accepts connections again to the first frame that was
detected in (the pause between attempts, here at most 1 s, is part of it), and the program's memory, threads and
descriptors at the tenth kill and at the last.
"""
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

SERVER = """
import sys, gi
gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gst, GstRtspServer, GLib
Gst.init(None)
server = GstRtspServer.RTSPServer(); server.set_service(sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch('( videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=25/1 '
                   '! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 )')
server.get_mount_points().add_factory('/test', factory)
server.attach(None)
GLib.MainLoop().run()
"""


def start_server(port):
    server = subprocess.Popen(["/usr/bin/python3", "-c", SERVER, str(port)], stderr=subprocess.DEVNULL)
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, time.monotonic()
        time.sleep(0.005)


def state(pid):
    """Resident memory in kB, threads, descriptors."""
    fields = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status") if ":" in line)
    return int(fields["VmRSS"].split()[0]), int(fields["Threads"]), len(os.listdir(f"/proc/{pid}/fd"))


def line_count(path):
    with open(path, "rb") as file:
        return sum(1 for _ in file)


program, model = sys.argv[1:3]
count = int(sys.argv[3]) if len(sys.argv) > 3 else 100
chance = random.Random(1)
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
with tempfile.TemporaryDirectory() as folder:
    lines, events = f"{folder}/lines", f"{folder}/events"
    server, _ = start_server(port)
    client = subprocess.Popen(
        [program, f"rtsp://127.0.0.1:{port}/test", "--backoff", "0.5s..1s", "--detections", lines, "--events", events,
         "--model", model, "--imgsz", "160", "--threads", "1", "-q"])

    def wait_for_more(than):
        while client.poll() is None:
            if os.path.exists(lines) and line_count(lines) > than:
                return time.monotonic()
            time.sleep(0.01)
        sys.exit(f"the program ended with {client.returncode}")

    wait_for_more(0)
    delays, states = [], []
    for kill in range(count):
        time.sleep(chance.uniform(0.5, 5))
        server.send_signal(signal.SIGKILL)
        server.wait()
        # Frames under way are still delivered.
        time.sleep(chance.uniform(0.2, 4))
        before = line_count(lines)
        server, opened = start_server(port)
        delays.append(wait_for_more(before) - opened)
        states.append(state(client.pid))
        print(f"\rkill {kill + 1}: back after {delays[-1]:.2f} s", end="", file=sys.stderr, flush=True)
    client.send_signal(signal.SIGTERM)
    status = client.wait()
    server.kill()
    text = open(events).read()
    delays.sort()
    early = min(9, count - 1)
    print(f"\n{count} kills, {text.count('camera_down')} times down and {text.count('camera_up')} times up in the events, exit {status}")
    print(f"first frame after the port is back: median {delays[count // 2]:.2f} s, "
          f"90 % {delays[count * 9 // 10]:.2f} s, most {delays[-1]:.2f} s")
    print("memory {} kB, threads {}, descriptors {} at kill {}".format(*states[early], early + 1))
    print("memory {} kB, threads {}, descriptors {} at the last".format(*states[-1]))
