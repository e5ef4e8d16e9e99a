#!/usr/bin/env python3
"""What callers without a token can cause: connections that stay, requests that never end, guesses, floods of headers.

    callers.py YOLOSTREAM MODEL [--port 8197] [--seconds 20]

For each kind: connections that were open at the end, what the service's memory and processor time grew by, frames that its
camera lost, and whether an honest caller was served meanwhile.
"""
import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("yolostream")
options.add_argument("model")
options.add_argument("--port", type=int, default=8197)
options.add_argument("--seconds", type=float, default=20)
options = options.parse_args()
folder = tempfile.mkdtemp()
token = "0123456789abcdef-XYZ"
for name, text in [("token", token + "\n"), ("service.yml", f"""version: 1
model: {{path: {os.path.abspath(options.model)}, imgsz: 64}}
cameras: {{yard: {{url: "test:160x120@25"}}}}
http: {{listen: "127.0.0.1:{options.port}", token_file: {folder}/token}}
""")]:
    with open(os.path.join(folder, name), "w") as file:
        os.chmod(file.name, 0o600)
        file.write(text)
# Floods come from one address of loopback, the honest caller from another.
HOSTILE, HONEST = "127.0.0.66", "127.0.0.1"


def connect(source):
    return socket.create_connection(("127.0.0.1", options.port), timeout=5, source_address=(source, 0))


def honest(path="/api/v1/cameras/yard"):
    try:
        with connect(HONEST) as call:
            call.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode())
            text = b""
            while piece := call.recv(65536):
                text += piece
        return json.loads(text.split(b"\r\n\r\n", 1)[1]) if b" 200 " in text[:20] else None
    except (OSError, ValueError):
        return None


def figures():
    text = open(f"/proc/{service.pid}/status").read()
    ticks = open(f"/proc/{service.pid}/stat").read().rsplit(")", 1)[1].split()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024, (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def attack(kind):
    request, drip, count = {
        "nothing": (b"", b"", 0),
        "idle connections": (b"", b"", 1000),
        "requests that never end": (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-", b"a", 1000),
        "requests without a token": (b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", None, 128),
        "wrong tokens": (b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer guess\r\n\r\n", None, 128),
        "10 MB of headers": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: " + b"a" * 10_000_000, b"", 20),
        "keep-alive on /healthz": (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", None, 128),
    }[kind]
    calls, refused, served, asked = [], 0, 0, 0
    start = time.monotonic()
    (memory, work), frames = figures(), (honest() or {}).get("frames", 0)
    began, peak = time.monotonic(), 0
    while time.monotonic() - start < options.seconds:
        while len(calls) < count:
            try:
                call = connect(HOSTILE)
                call.settimeout(0.05)
                call.sendall(request)
                calls.append(call)
            except OSError:
                refused += 1
                break
        for call in list(calls):
            try:
                call.sendall(request if drip is None else drip)
                if drip is None and not call.recv(4096):
                    raise OSError
            except TimeoutError:
                pass
            except OSError:
                call.close()
                calls.remove(call)
                refused += 1
        asked += 1
        served += honest() is not None
        peak = max(peak, figures()[0])
        time.sleep(0.2)
    seconds = time.monotonic() - began
    report = honest() or {}
    open_count = len(os.listdir(f"/proc/{service.pid}/fd"))
    for call in calls:
        call.close()
    lost = round(seconds * 25 - (report.get("frames", 0) - frames))
    print(f"| {kind} | {open_count} | {refused} | {peak - memory:+.1f} MB | {(figures()[1] - work) / seconds * 100:.1f} % | "
          f"{lost} | {served} of {asked} |", flush=True)
    time.sleep(2)


service = subprocess.Popen([options.yolostream, "serve", "-q", "-c", os.path.join(folder, "service.yml")])
try:
    for _ in range(200):
        if honest():
            break
        time.sleep(0.1)
    time.sleep(2)
    print("| callers | descriptors of the service | connections closed or refused | memory at most | of one core | frames lost | honest calls served |")
    print("|---|---|---|---|---|---|---|")
    for kind in ["nothing", "idle connections", "requests that never end", "requests without a token", "wrong tokens",
                 "10 MB of headers", "keep-alive on /healthz"]:
        attack(kind)
finally:
    service.terminate()
    sys.exit(service.wait())
