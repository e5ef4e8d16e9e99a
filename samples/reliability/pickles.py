#!/usr/bin/env python3
"""Malicious checkpoints under strace: none may start a program, open a connection or write a file.

    pickles.py YOLOSTREAM        (needs strace)
"""
import io
import os
import pickle
import re
import subprocess
import sys
import tempfile
import zipfile


class Call:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def global_call(module, name, text):
    return b"c" + module + b"\n" + name + b"\n(V" + text + b"\ntR."


mark = b"/tmp/yolostream-was-here"
pickles = {
    "os.system": global_call(b"os", b"system", b"touch " + mark),
    "posix.system in protocol 2": pickle.dumps(Call(os.system, f"touch {mark.decode()}"), 2),
    "posix.system in protocol 4": pickle.dumps(Call(os.system, f"touch {mark.decode()}"), 4),
    "eval": global_call(b"builtins", b"eval", b"__import__('os').system('touch " + mark + b"')"),
    "open": b"cbuiltins\nopen\n(V" + mark + b"\nVw\ntR.",
    "socket": b"csocket\ncreate_connection\n((V127.0.0.1\nI9\nttR.",
    "getattr of an allowed module": b"cbuiltins\ngetattr\n(ctorch\nTensor\nV__class__\ntR.",
    "nested a thousand times": b"(" * 1000 + b"t" * 1000 + b".",
    "memo bomb": b"]q\x00" + b"(h\x00h\x00e" * 100_000 + b".",
    "stack underflow": b"R" * 50,
    "BUILD on a module": b"cos\n__dict__\n}b.",
    "extension": b"\x80\x02\x82\x01.",
}
bad = 0
with tempfile.TemporaryDirectory() as folder:
    for name, data in pickles.items():
        path = os.path.join(folder, "evil.pt")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/data.pkl", data)
            archive.writestr("archive/version", "3\n")
        log = os.path.join(folder, "log")
        outcome = subprocess.run(
            ["strace", "-f", "-qq", "-o", log, "-e", "trace=execve,execveat,connect,socket,openat,unlink,rename", sys.argv[1],
             "model", "verify", path], capture_output=True, text=True)
        calls = open(log).read().splitlines()
        own = next(i for i, line in enumerate(calls) if "evil.pt" in line and "openat" in line)
        after = [line for line in calls[own + 1:] if re.search(r"exec|connect\(|socket\(|unlink|rename|O_WRONLY|O_RDWR|O_CREAT", line)]
        isFine = outcome.returncode == 78 and not after and not os.path.exists(mark)
        bad += not isFine
        print(f"{name}: exit code {outcome.returncode}, {len(after)} calls that start, connect or write; "
              f"{outcome.stderr.strip()[-110:]}")
        for line in after:
            print("   ", line)
print(f"{len(pickles) - bad} of {len(pickles)} refused without a trace")
sys.exit(bad > 0)
