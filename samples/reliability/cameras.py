"""RTSP cameras on loopback for measurements, and a service that watches them.

The cameras send the frames of an H.264 clip again and again, each at its time, within the RTSP connection, with a sender
report (RTCP) at the beginning and every five seconds. They encode nothing, so that they cost little beside what is measured,
and they know to the microsecond when they sent what. As a program, `cameras.py CLIP.h264 RATE [LOG]` serves `/` followed by
anything, prints its port, and writes a line `path number microseconds` to LOG before each frame is sent: how many it is of
its connection, counted from 0, and the time of day.
"""
import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("YOLOSTREAM_EXECUTABLE") or os.path.join(HERE, "../../.build/release/yolostream")
SSRC = 0x796F6C6F
BEGIN = 1_000_000  # The first timestamp of a stream; libav takes 0 for none.


def frames(path):
    """The NAL units of each frame; the clip has a delimiter before each (x264's aud=1)."""
    found, units = [], open(path, "rb").read().replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]
    for unit in units:
        if unit[0] & 31 == 9:
            found.append([])
        else:
            found[-1].append(unit.rstrip(b"\0") or unit)
    return found


def packets(units, sequence, timestamp):
    """RTP packets of a frame: small units whole, others in fragments (RFC 6184)."""
    pieces = []
    for unit in units:
        if len(unit) <= 1400:
            pieces.append(unit)
            continue
        head, body = unit[0], unit[1:]
        for start in range(0, len(body), 1400):
            is_last = start + 1400 >= len(body)
            marks = (head & 31) | (0x80 if start == 0 else 0) | (0x40 if is_last else 0)
            pieces.append(bytes([head & 0xE0 | 28, marks]) + body[start:start + 1400])
    out = bytearray()
    for index, piece in enumerate(pieces):
        is_last = index == len(pieces) - 1
        header = struct.pack(">BBHII", 0x80, 96 | (0x80 if is_last else 0), (sequence + index) & 0xFFFF, timestamp, SSRC)
        out += struct.pack(">cBH", b"$", 0, len(header) + len(piece)) + header + piece
    return bytes(out), sequence + len(pieces)


class Server:
    def __init__(self, clip, rate, log):
        self.frames, self.rate = frames(clip), rate
        self.log = open(log, "w", buffering=1) if log else None
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]

    def run(self):
        while True:
            client, _ = self.listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        path, data = "/", b""
        try:
            while piece := client.recv(4096):
                data += piece
                while data:
                    if data[:1] == b"$":  # The other side's reports.
                        if len(data) < 4 or len(data) < 4 + struct.unpack(">H", data[2:4])[0]:
                            break
                        data = data[4 + struct.unpack(">H", data[2:4])[0]:]
                        continue
                    if b"\r\n\r\n" not in data:
                        break
                    request, data = data.split(b"\r\n\r\n", 1)
                    lines = request.decode().split("\r\n")
                    method, url = lines[0].split()[:2]
                    fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
                    answer, body = [f"CSeq: {fields.get('cseq', 0)}", "Session: 1"], ""
                    if method == "OPTIONS":
                        answer.append("Public: DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
                    if method == "DESCRIBE":
                        path = "/" + url.split("/", 3)[-1]
                        body = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
                                f"a=rtpmap:96 H264/90000\r\na=framerate:{self.rate}\r\na=control:track\r\n"
                                "a=fmtp:96 packetization-mode=1\r\n")
                        answer += ["Content-Type: application/sdp", f"Content-Base: {url}/", f"Content-Length: {len(body)}"]
                    if method == "SETUP":
                        answer.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
                    client.sendall(("RTSP/1.0 200 OK\r\n" + "\r\n".join(answer) + "\r\n\r\n" + body).encode())
                    if method == "PLAY":
                        threading.Thread(target=self.play, args=(client, path), daemon=True).start()
                    if method == "TEARDOWN":
                        return client.close()
        except OSError:
            pass

    def play(self, client, path):
        sequence, number, reported = 0, 0, -10.0
        begin = time.monotonic()
        try:
            while True:
                due = begin + number / self.rate
                while (wait := due - time.monotonic()) > 0:
                    time.sleep(wait)
                timestamp = (BEGIN + round(number * 90000 / self.rate)) & 0xFFFFFFFF
                now = time.time_ns()
                if self.log:
                    self.log.write(f"{path} {number} {now // 1000}\n")
                if due - reported >= 5:
                    reported = due
                    seconds, rest = divmod(now, 10**9)
                    report = struct.pack(">BBHIIIIII", 0x80, 200, 6, SSRC, seconds + 2208988800, (rest << 32) // 10**9,
                                         timestamp, sequence, 0)
                    client.sendall(struct.pack(">cBH", b"$", 1, len(report)) + report)
                data, sequence = packets(self.frames[number % len(self.frames)], sequence, timestamp)
                client.sendall(data)
                number += 1
        except OSError:
            pass


class Cameras:
    """The server in a process of its own."""

    def __init__(self, clip, rate, log=""):
        self.process = subprocess.Popen([sys.executable, __file__, clip, str(rate), log], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def url(self, name):
        return f"rtsp://127.0.0.1:{self.port}/{name}"

    def end(self):
        self.process.kill()
        self.process.wait()


def encode(source, clip, rate, size="640x360", seconds=10, filters=""):
    """Makes a clip for the cameras of what FFmpeg finds at `source` (its arguments): a keyframe a second."""
    width, height = size.split("x")
    chain = f"{filters + ',' if filters else ''}fps={rate},scale={width}:{height},setsar=1,format=yuv420p"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *source, "-t", str(seconds), "-an", "-vf", chain, "-c:v", "libx264", "-preset",
         "veryfast", "-tune", "zerolatency", "-g", str(max(1, int(rate))), "-x264-params",
         "aud=1:sliced-threads=0:slices=1:repeat-headers=1", "-f", "h264", clip], check=True)


class Service:
    """`yolostream serve` with cameras at `urls`; `detect` and `model` as in its configuration.

    `outputs` are more entries of the section of that name, `camera` more entries of each camera, with a comma in front."""

    def __init__(self, folder, model, urls, detect, size=640, more="", outputs="", camera=""):
        self.folder, self.model, self.detect, self.size = folder, model, detect, size
        self.more, self.outputs, self.camera = more, outputs, camera
        self.write(urls)
        self.start()

    def write(self, urls):
        """Writes the configuration; `POST /api/v1/reload` makes a running service read it."""
        cameras = "\n".join(f'  c{index}: {{url: "{url}", transport: tcp{self.camera}}}' for index, url in enumerate(urls))
        with open(f"{self.folder}/service.yml", "w") as file:
            file.write(f'version: 1\nmodel: {{path: "{self.model}", imgsz: {self.size}}}\ndefaults: {{detect: {self.detect}}}\n'
                       f'cameras:\n{cameras}\nhttp: {{listen: "127.0.0.1:0"}}\n'
                       f'outputs: {{events: {{jsonl: {{path: "{self.folder}/events.jsonl"}}}}{self.outputs}}}\n{self.more}')

    def start(self):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "-c", f"{self.folder}/service.yml"], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "; http://" in line:
                self.address = "http://" + line.split("http://")[1].strip().rstrip("/")
                break
            print(line, end="", file=sys.stderr)
        else:
            sys.exit("the service did not start")
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        for line in self.process.stderr:
            print("service: " + line, end="", file=sys.stderr)

    def open(self, path, body=None):
        """The answer to a GET, or to a POST of `body`."""
        return urllib.request.urlopen(self.address + path, data=body, timeout=60)

    def reload(self):
        return self.open("/api/v1/reload", b"").read().decode()

    def processor_seconds(self):
        ticks = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")

    def get(self, path):
        return self.open(path).read().decode()

    def stats(self):
        return json.loads(self.get("/api/v1/stats"))

    def reports(self):
        return json.loads(self.get("/api/v1/cameras"))

    def metrics(self):
        """Samples by name and labels, such as `yolostream_frames_total{camera="c0",stage="inferred"}`."""
        lines = [line.rsplit(" ", 1) for line in self.get("/metrics").splitlines() if line and line[0] != "#"]
        return {name: float(value) for name, value in lines}

    def wait_until_up(self, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if all(report["state"] == "up" and report["inferred"] + report["still"] > 0 for report in self.reports()):
                return
            time.sleep(0.1)
        sys.exit("not every camera came up")

    def end(self):
        self.process.terminate()
        return self.process.wait()


def looks(metrics, camera):
    """Looks at frames of a camera so far, with the network and without."""
    return sum(metrics.get(f'yolostream_frames_total{{camera="{camera}",stage="{stage}"}}', 0) for stage in ["inferred", "still"])


def frames_taken(metrics, camera):
    """Frames of a camera so far, whether the network saw them or not."""
    return metrics.get(f'yolostream_frames_total{{camera="{camera}",stage="decoded"}}', 0)


def dropped(metrics, camera, reason):
    return metrics.get(f'yolostream_frames_dropped_total{{camera="{camera}",reason="{reason}"}}', 0)


def quantile(before, after, name, part):
    """The quantile of a histogram of all cameras between two readings of the metrics: the upper edge of its bucket, in
    seconds."""
    counts = {}
    for key, value in after.items():
        if key.startswith(f"yolostream_{name}_bucket{{"):
            edge = float(key.split('le="')[1].split('"')[0].replace("+Inf", "inf"))
            counts[edge] = counts.get(edge, 0) + value - before.get(key, 0)
    total = counts.get(float("inf"), 0)
    return next((edge for edge in sorted(counts) if total and counts[edge] >= part * total), float("nan"))


def slope(points):
    """Slope an hour of (seconds, value), by least squares."""
    if len(points) < 3:
        return float("nan")
    return statistics.linear_regression(*zip(*points)).slope * 3600


if __name__ == "__main__":
    server = Server(sys.argv[1], float(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
    print(server.port, flush=True)
    server.run()
