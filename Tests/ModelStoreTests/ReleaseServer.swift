import Foundation
import Glibc

/// A web server on loopback that gives the files of a folder, whole or from a byte on: Python's, with ranges.
final class ReleaseServer {
  private let process = Process()
  let address: String

  /// - Parameter limit: bytes after which the first answer breaks off.
  init(folder: URL, breakingOffAfter limit: Int = 0) throws {
    let program = """
      import http.server, os, sys
      folder, left = sys.argv[1], [int(sys.argv[2])]
      class Files(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words): pass
        def do_GET(self):
          path = os.path.join(folder, os.path.basename(self.path))
          if 'forbidden' in self.path: return self.send_error(403)
          if 'moved' in self.path:
            self.send_response(302); self.send_header('Location', '/' + os.path.basename(self.path))
            self.send_header('Content-Length', '0'); return self.end_headers()
          if not os.path.exists(path): return self.send_error(404)
          data, begin = open(path, 'rb').read(), 0
          asked = self.headers.get('Range', '')
          if asked.startswith('bytes='): begin = int(asked[6:].split('-')[0])
          if begin > len(data): return self.send_error(416)
          self.send_response(206 if asked else 200)
          self.send_header('Content-Length', str(len(data) - begin))
          self.send_header('Accept-Ranges', 'bytes')
          if asked: self.send_header('Content-Range', f'bytes {begin}-{len(data) - 1}/{len(data)}')
          self.end_headers()
          part = data[begin:]
          if left[0]:
            part, left[0] = part[:left[0]], 0
          try: self.wfile.write(part)
          except OSError: pass
          self.close_connection = True
      server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Files)
      print(server.server_port, flush=True)
      server.serve_forever()
      """
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program, folder.path, String(limit)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw CocoaError(.fileReadUnknown)
    }
    address = "http://127.0.0.1:\(port)"
  }

  deinit {
    // The child has the signal mask of the thread that started it: a polite request might never arrive.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
