#!/usr/bin/env python3
"""usage: webhooks.py MODEL VIDEO [--seconds 60] [--size 320]

Receivers of webhooks that fail in every way, and a service that is killed while calls wait. One receiver does not answer for 30 s at
its second call, one resets its second connection, one answers 500 ten times, one answers 400 to its second call; one takes all. The
service is killed with SIGKILL in the middle and started again. Printed for each: events in the log that it is for, those that
arrived, repeated ones (each with the identifier of the first), and signatures that do not fit.
"""
import argparse
import hashlib
import hmac
import json
import socket
import struct
import tempfile
import threading
import time

from cameras import Cameras, Service, encode

SECRET = "a-secret-of-the-receiver"


class Receiver:
    """A web server that answers as `misbehave(number, connection)` decides, which returns a status, or `None` if it answered itself."""

    def __init__(self, misbehave):
        self.misbehave, self.calls, self.answered, self.forged = misbehave, [], set(), 0
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        data = b""
        try:
            while piece := connection.recv(65536):
                data += piece
                while b"\r\n\r\n" in data:
                    head, body = data.split(b"\r\n\r\n", 1)
                    fields = {key.lower(): value.strip() for key, _, value in
                              (line.partition(":") for line in head.decode().split("\r\n")[1:])}
                    length = int(fields.get("content-length", 0))
                    if len(body) < length:
                        break
                    body, data = body[:length], body[length:]
                    self.take(fields, body, connection)
        except OSError:
            pass

    def take(self, fields, body, connection):
        signed = fields["x-yolostream-timestamp"].encode() + b"." + body
        if "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest() != fields["x-yolostream-signature"]:
            self.forged += 1
        key = fields["x-yolostream-delivery"]
        assert key == json.loads(body)["event"]
        self.calls.append((key, json.loads(body)["id"]))
        status = self.misbehave(len(self.calls), connection)
        if status:
            # Answered from here on, whatever the answer is: 500 is to be called again, 400 is not.
            if status != 500:
                self.answered.add(key)
            connection.sendall(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n".encode())


def hang(number, connection):
    if number == 2:
        time.sleep(30)
    return 200


def reset(number, connection):
    if number == 2:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        return None
    return 200


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--size", type=int, default=320)
    options = parser.parse_args()
    receivers = {
        "takes": Receiver(lambda number, connection: 200), "hangs": Receiver(hang), "resets": Receiver(reset),
        "fails": Receiver(lambda number, connection: 500 if 2 <= number <= 11 else 200),
        "refuses": Receiver(lambda number, connection: 400 if number == 2 else 200)}
    with tempfile.TemporaryDirectory() as folder:
        clip = f"{folder}/clip.h264"
        encode(["-i", options.video], clip, 10, size="640x480", seconds=60)
        cameras = Cameras(clip, 10)
        hooks = ", ".join(f'{name}: {{url: "http://127.0.0.1:{receiver.port}/", secret: {SECRET}}}' for name, receiver in receivers.items())
        service = Service(
            folder, options.model, [cameras.url("a")], "{fps: 20, motion: {gate: false}, classes: [person]}", options.size,
            outputs=f', state: "{folder}/state", webhooks: {{{hooks}}}')
        service.wait_until_up()
        time.sleep(options.seconds / 2)
        waiting = {key: value for key, value in service.metrics().items() if key.startswith("yolostream_outlet_waiting")}
        service.process.kill()
        service.process.wait()
        print("calls that waited at SIGKILL:", {key.split("webhook/")[1][:-2]: int(value) for key, value in waiting.items()}, flush=True)
        service.start()
        time.sleep(options.seconds / 2)
        # Nothing new comes, and what waits is called, with pauses of up to a minute.
        service.open("/api/v1/cameras/c0", b'{"enabled": false}').read()
        end = time.monotonic() + 180
        while time.monotonic() < end:
            metrics = service.metrics()
            if not any(value for key, value in metrics.items() if key.startswith("yolostream_outlet_waiting")):
                break
            time.sleep(0.5)
        code = service.end()
        cameras.end()
        # By default a webhook is called for the first event that shows an object active.
        log = map(json.loads, open(f"{folder}/events.jsonl"))
        started = {line["id"] for line in log if line["type"] in ("start", "active") and line["active"]}
    for name, receiver in receivers.items():
        keys, objects = [key for key, _ in receiver.calls], {object for _, object in receiver.calls}
        by_object = {}
        for key, object in receiver.calls:
            by_object.setdefault(object, set()).add(key)
        print(f"{name}: {len(started)} events, {len(set(keys))} arrived in {len(keys)} calls, missing {len(started - objects)}, repeated "
              f"{len(keys) - len(set(keys))}, objects with more than one identifier {sum(len(k) > 1 for k in by_object.values())}, "
              f"answered for good {len(receiver.answered)}, wrong signatures {receiver.forged}")
    print(f"exit code {code}")


if __name__ == "__main__":
    main()
