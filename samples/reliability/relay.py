#!/usr/bin/env python3
"""Stands between an RTSP client and its server and loses, delays and reorders datagrams:
relay.py SERVER_PORT LOSS [SEED] [--delay MS] [--jitter MS] [--reorder SHARE]

Prints the port to connect to. RTSP passes unchanged but for the ports of the media, which lead through here; of what the
server sends there, a share of LOSS (0 to 1) is dropped at random. The others wait for the delay, more or less by up to the
jitter; a share of them does not wait, and so comes before those that do. Prints "lost N of M" when the client goes.
"""
import argparse
import heapq
import random
import re
import select
import socket
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("server_port", type=int)
parser.add_argument("loss", type=float)
parser.add_argument("seed", type=int, nargs="?", default=1)
parser.add_argument("--delay", type=float, default=0)
parser.add_argument("--jitter", type=float, default=0)
parser.add_argument("--reorder", type=float, default=0)
options = parser.parse_args()
chance = random.Random(options.seed)


def datagrams():
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sender.bind(("127.0.0.1", 0))
    return sender


def pair():
    """Two sockets on neighbouring ports, the first even, as RTP and RTCP have them."""
    while True:
        first, second = datagrams(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        port = first.getsockname()[1]
        if port % 2 == 0:
            try:
                second.bind(("127.0.0.1", port + 1))
                return [first, second]
            except OSError:
                pass


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(8)
print(listener.getsockname()[1], flush=True)
while True:
    client, _ = listener.accept()
    server = socket.create_connection(("127.0.0.1", options.server_port))
    media, away, home = pair(), {}, {}  # `away`: the client's address of each socket, `home`: the server's
    waiting = []  # Datagrams by the time at which they are due.
    seen = lost = 0
    is_open = True
    while is_open:
        ready = select.select([client, server] + media, [], [], max(0, waiting[0][0] - time.monotonic()) if waiting else None)[0]
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, port, data = heapq.heappop(waiting)
            media[port].sendto(data, ("127.0.0.1", away[port]))
        for source in ready:
            if source in media:
                data, sender = source.recvfrom(65536)
                port = media.index(source)
                if sender[1] == away.get(port):
                    if port in home:
                        source.sendto(data, ("127.0.0.1", home[port]))
                    continue
                if port == 0:
                    seen += 1
                    if chance.random() < options.loss:
                        lost += 1
                        continue
                if port in away:
                    wait = 0 if chance.random() < options.reorder else options.delay + options.jitter * chance.uniform(-1, 1)
                    if wait > 0:
                        heapq.heappush(waiting, (time.monotonic() + wait / 1000, seen, port, data))
                    else:
                        source.sendto(data, ("127.0.0.1", away[port]))
                continue
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            if not data:
                is_open = False
                break
            if source is client:
                found = re.search(rb"client_port=(\d+)-(\d+)", data)
                if found:
                    away = {0: int(found[1]), 1: int(found[2])}
                    ports = [s.getsockname()[1] for s in media]
                    data = data.replace(found[0], b"client_port=%d-%d" % tuple(ports))
                server.sendall(data)
            else:
                found = re.search(rb"server_port=(\d+)-(\d+)", data)
                if found:
                    home = {0: int(found[1]), 1: int(found[2])}
                    ports = [s.getsockname()[1] for s in media]
                    data = data.replace(found[0], b"server_port=%d-%d" % tuple(ports))
                    data = re.sub(rb"client_port=\d+-\d+", b"client_port=%d-%d" % (away[0], away[1]), data)
                client.sendall(data)
    for s in [client, server] + media:
        s.close()
    print(f"lost {lost} of {seen}", flush=True)
