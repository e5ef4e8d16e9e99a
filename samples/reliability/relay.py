#!/usr/bin/env python3
"""Stands between an RTSP client and its server and loses datagrams: relay.py SERVER_PORT LOSS [SEED]

Prints the port to connect to. RTSP passes unchanged but for the ports of the media, which lead through here; of what the
server sends there, a share of LOSS (0 to 1) is dropped at random. Prints "lost N of M" when the client goes.
"""
import random
import re
import select
import socket
import sys

server_port, loss = int(sys.argv[1]), float(sys.argv[2])
chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)


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
    server = socket.create_connection(("127.0.0.1", server_port))
    media, away, home = pair(), {}, {}  # `away`: the client's address of each socket, `home`: the server's
    seen = lost = 0
    is_open = True
    while is_open:
        for source in select.select([client, server] + media, [], [])[0]:
            if source in media:
                data, sender = source.recvfrom(65536)
                port = media.index(source)
                if sender[1] == away.get(port):
                    if port in home:
                        source.sendto(data, ("127.0.0.1", home[port]))
                    continue
                if port == 0:
                    seen += 1
                    if chance.random() < loss:
                        lost += 1
                        continue
                if port in away:
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
