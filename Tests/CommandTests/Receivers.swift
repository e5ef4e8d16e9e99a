import Foundation
import TestSupport

/// GStreamer's RTSP server as one that is sent to: it writes what is recorded at `/live` into a file, as it comes.
final class RTSPReceiver: PortProcess {
  var url: String { "rtsp://127.0.0.1:\(port)/live" }

  private static let script = """
    port, path, user = sys.argv[1:]
    factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
    factory.set_launch(f'( rtph264depay name=depay0 ! video/x-h264,stream-format=byte-stream '
                       f'! filesink buffer-mode=unbuffered sync=false location="{path}" )')
    serve(factory, '/live', port, user)
    """

  /// Starts it on `port`, or on one that is free; `user` is `name:password` for digest authentication.
  init(port: Int = 0, path: String, user: String = "") throws {
    try super.init(python: ["-c", RTSPServer.beginning + Self.script, String(port), path, user])
  }
}

/// FFmpeg as the receiver of an address: it writes what it is sent into a file.
final class FFmpegReceiver {
  let process = Process()

  /// - Parameter listening: options before the address that make it wait for a sender.
  init(_ url: String, listening: [String] = [], into path: String) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["ffmpeg", "-v", "error", "-y"] + listening
      + ["-i", url, "-c", "copy", "-flush_packets", "1", "-f", "mpegts", path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit { kill() }

  func kill() {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}

/// A web server that keeps what is put and removes what is deleted, in a folder.
final class PutServer: PortProcess {
  private static let script = """
    import http.server, os, sys
    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'
        def do_PUT(self):
            with open(self.translate_path(self.path), 'wb') as file:
                if 'Content-Length' in self.headers:
                    file.write(self.rfile.read(int(self.headers['Content-Length'])))
                while self.headers.get('Transfer-Encoding') == 'chunked':
                    count = int(self.rfile.readline(), 16)
                    file.write(self.rfile.read(count))
                    self.rfile.readline()
                    if count == 0:
                        break
            self.send_response(201)
            self.send_header('Content-Length', '0')
            self.end_headers()
        def do_DELETE(self):
            os.remove(self.translate_path(self.path))
            self.send_response(204)
            self.end_headers()
        def log_message(self, *_):
            pass
    os.chdir(sys.argv[1])
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
    """

  init(folder: String) throws { try super.init(python: ["-c", Self.script, folder]) }
}
