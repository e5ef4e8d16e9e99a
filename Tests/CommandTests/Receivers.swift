import Foundation
import TestSupport
import Testing

/// GStreamer's RTSP server as one that is sent to: it writes what is recorded at `/live` into a file, as it comes.
final class RTSPReceiver {
  let process = Process()
  let port: Int
  var url: String { "rtsp://127.0.0.1:\(port)/live" }

  private static let script = """
    import gi, sys
    gi.require_version('Gst', '1.0')
    gi.require_version('GstRtspServer', '1.0')
    gi.require_version('GstRtsp', '1.0')
    from gi.repository import Gst, GstRtsp, GstRtspServer, GLib
    Gst.init(None)
    port, path, user = sys.argv[1:]
    server = GstRtspServer.RTSPServer()
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
    factory.set_launch(f'( rtph264depay name=depay0 ! video/x-h264,stream-format=byte-stream '
                       f'! filesink buffer-mode=unbuffered sync=false location="{path}" )')
    if user:
        name, password = user.split(':')
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string('media.factory.role', name)
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(name, password, token)
        server.set_auth(auth)
        factory.add_role_from_structure(
            Gst.Structure.new_from_string(f'{name},media.factory.access=true,media.factory.construct=true'))
    server.get_mount_points().add_factory('/live', factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()
    """

  /// Starts it on `port`, or on one that is free; `user` is `name:password` for digest authentication.
  init(port: Int = 0, path: String, user: String = "") throws {
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = ["-c", Self.script, String(port), path, user]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    self.port = try #require(Int(line.prefix { $0.isNumber }))
  }

  deinit { kill() }

  /// Ends it at once.
  func kill() {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
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
final class PutServer {
  let process = Process()
  let port: Int

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

  init(folder: String) throws {
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = ["-c", Self.script, folder]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    port = try #require(Int(line.prefix { $0.isNumber }))
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}
