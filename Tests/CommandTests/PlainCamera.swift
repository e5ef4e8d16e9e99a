import Foundation
import TestSupport

/// A small RTSP camera of our own, over interleaved TCP: it sends an H.264 stream frame by frame at any rate, and does what
/// cameras do wrong on request. It prints when it sent each frame.
final class PlainCamera: PortProcess {
  var url: String { "rtsp://127.0.0.1:\(port)/cam" }

  private static let script = """
    import base64, re, socket, struct, sys, threading, time
    clip, rate, redirect, log = sys.argv[1], float(sys.argv[2]), sys.argv[3], open(sys.argv[4], 'w', buffering=1)
    units = [u for u in re.split(b'\\x00\\x00\\x00?\\x01', open(clip, 'rb').read()) if u and u[0] & 31 != 9]
    kind = lambda u: u[0] & 31
    headers = [base64.b64encode(next(u for u in units if kind(u) == k)).decode() for k in (7, 8)]
    is_slice = lambda u: kind(u) in (1, 5)
    frames = [[]]
    for unit in units:
        # A frame may have several slices: the first one begins at its first block, or what describes it comes before.
        if any(map(is_slice, frames[-1])) and (not is_slice(unit) or unit[1] & 0x80):
            frames.append([])
        frames[-1].append(unit)
    def send(client, lock):
        count, begin = 0, time.time()
        for index, frame in enumerate(frames):
            threading.Event().wait(max(0, begin + index / rate - time.time()))
            stamp = 1000 + int(index / rate * 90000)
            for place, unit in enumerate(frame):
                pieces = [unit[i:i + 1200] for i in range(0, len(unit), 1200)]
                for number, piece in enumerate(pieces):
                    if len(pieces) > 1:
                        body = piece[1:] if number == 0 else piece
                        edge = (number == 0) << 7 | (number == len(pieces) - 1) << 6
                        piece = bytes([unit[0] & 0xE0 | 28, edge | unit[0] & 31]) + body
                    mark = 0x80 if place == len(frame) - 1 and number == len(pieces) - 1 else 0
                    packet = struct.pack('>BBHII', 0x80, 96 | mark, count & 0xFFFF, stamp, 7) + piece
                    count += 1
                    with lock:
                        client.sendall(b'$\\0' + struct.pack('>H', len(packet)) + packet)
            log.write('frame %d %.6f\\n' % (index, time.time()))
        threading.Event().wait(1)
        client.close()
    def serve(client):
        reader, lock = client.makefile('rb'), threading.Lock()
        while True:
            line = reader.readline()
            if not line:
                return
            if line[:1] == b'$' or not line.strip():
                continue
            head = {}
            while (entry := reader.readline().strip()):
                name, _, value = entry.decode('latin1').partition(':')
                head[name.lower()] = value.strip()
            method, extra, body, status = line.split()[0].decode('latin1'), '', '', '200 OK'
            log.write('%s %s %s\\n' % (method, line.split()[1].decode('latin1'), head.get('authorization', '-')))
            if method == 'OPTIONS':
                extra = 'Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\\r\\n'
            elif method == 'DESCRIBE' and redirect and redirect.startswith('auth'):
                if 'authorization' not in head:
                    status, extra = '401 Unauthorized', 'WWW-Authenticate: Basic realm="x"\\r\\n'
            elif method == 'DESCRIBE' and redirect:
                if 'authorization' not in head and 'basic' in clip:
                    status, extra = '401 Unauthorized', 'WWW-Authenticate: Basic realm="x"\\r\\n'
                else:
                    status, extra = '302 Found', 'Location: %s\\r\\n' % redirect
            if method == 'DESCRIBE' and status == '200 OK':
                body = ('v=0\\r\\no=- 0 0 IN IP4 127.0.0.1\\r\\ns=x\\r\\nt=0 0\\r\\nm=video 0 RTP/AVP 96\\r\\na=rtpmap:96 H264/90000\\r\\n'
                        'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=%s,%s\\r\\na=control:track\\r\\n' % tuple(headers))
                extra = 'Content-Type: application/sdp\\r\\nContent-Length: %d\\r\\n' % len(body)
            elif method == 'SETUP':
                extra = 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\\r\\nSession: 1\\r\\n'
            elif method == 'PLAY':
                extra = 'Session: 1\\r\\n'
            with lock:
                client.sendall(('RTSP/1.0 %s\\r\\nCSeq: %s\\r\\n%s\\r\\n%s' % (status, head.get('cseq'), extra, body)).encode())
            if method == 'PLAY':
                threading.Thread(target=send, args=(client, lock), daemon=True).start()
    listener = socket.create_server(('127.0.0.1', 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    """

  private let log: String

  /// Serves the H.264 stream at `clip`, `rate` frames per second.
  ///
  /// - Parameter redirect: where it sends its callers instead; `auth` asks for a user and any password.
  init(clip: String, rate: Double, redirect: String = "", log: String) throws {
    self.log = log
    try super.init(python: ["-c", Self.script, clip, String(rate), redirect, log])
  }

  /// When each frame had been sent, in seconds since 1970.
  var sendingTimes: [Double] {
    lines.filter { $0.hasPrefix("frame ") }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
  }

  /// What it was asked, and what it did.
  var lines: [String] {
    ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
  }
}

/// A web server of Python's standard library, with what cameras do on request.
final class PlainWebServer: PortProcess {
  private static let script = """
    import http.server, os, re, sys, threading, time
    os.chdir(sys.argv[1])
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass
        def do_GET(self):
            # /mjpeg/RATE/FILE: the images of FILE one after another, without times; /bare/… does not say their lengths either.
            live = re.match('/(mjpeg|bare)/([0-9.]+)/(.*)', self.path)
            if not live:
                return super().do_GET()
            data = open(live.group(3), 'rb').read()
            self.send_response(200)
            self.send_header('Content-Type', 'multipart/x-mixed-replace; boundary=frame')
            self.end_headers()
            begin = time.time()
            for index, image in enumerate(data.split(b'\\xff\\xd8')[1:]):
                image = b'\\xff\\xd8' + image
                threading.Event().wait(max(0, begin + index / float(live.group(2)) - time.time()))
                length = b'Content-Length: %d\\r\\n' % len(image) if live.group(1) == 'mjpeg' else b''
                self.wfile.write(b'--frame\\r\\nContent-Type: image/jpeg\\r\\n' + length + b'\\r\\n' + image + b'\\r\\n')
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  /// Serves the files of `folder`.
  init(folder: String) throws { try super.init(python: ["-c", Self.script, folder]) }
}

/// A sender over plain TCP: MPEG-TS or an H.264 stream as they are, frame by frame. It prints when it sent each frame.
final class PlainSender: PortProcess {
  var url: String { "tcp://127.0.0.1:\(port)" }

  private static let script = """
    import re, socket, sys, threading, time
    name, rate, log = sys.argv[1], float(sys.argv[2]), open(sys.argv[3], 'w', buffering=1)
    data = open(name, 'rb').read()
    if name.endswith('.ts'):
        # A frame begins with the packet of its track that has the mark of a unit's beginning.
        packets = [data[i:i + 188] for i in range(0, len(data), 188)]
        starts = [i for i, p in enumerate(packets) if p[1] & 0x40 and (p[1] & 0x1F) << 8 | p[2] == 256]
        starts[0] = 0
        frames = [b''.join(packets[a:b]) for a, b in zip(starts, starts[1:] + [len(packets)])]
    else:
        starts = [m.start() for m in re.finditer(b'\\x00\\x00\\x00\\x01\\x09', data)] + [len(data)]
        frames = [data[a:b] for a, b in zip(starts, starts[1:])]
    listener = socket.create_server(('127.0.0.1', 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        begin = time.time()
        for index, frame in enumerate(frames):
            threading.Event().wait(max(0, begin + index / rate - time.time()))
            client.sendall(frame)
            log.write('frame %d %.6f\\n' % (index, time.time()))
        threading.Event().wait(1)
        client.close()
    """

  private let log: String

  /// Sends the file at `clip` to each client in turn, `rate` frames per second.
  init(clip: String, rate: Double, log: String) throws {
    self.log = log
    try super.init(python: ["-c", Self.script, clip, String(rate), log])
  }

  /// When each frame had been sent, in seconds since 1970.
  var sendingTimes: [Double] {
    ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n")
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
  }
}
