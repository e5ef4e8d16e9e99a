import FFmpeg
import Foundation
import TestSupport
import Testing

@testable import Capture

/// A camera whose video ends while its audio goes on.
private final class FadingCamera: PortProcess {
  /// Sends the first half of a file at once, the rest as fast as it was made.
  private static let script = """
    import socket, sys, time
    data = open(sys.argv[1], 'rb').read()
    server = socket.socket()
    server.bind(('127.0.0.1', 0))
    server.listen(8)
    print(server.getsockname()[1], flush=True)
    while True:
        client, _ = server.accept()
        half = len(data) // 2
        try:
            client.sendall(data[:half])
            for place in range(half, len(data), 188):
                client.sendall(data[place:place + 188])
                time.sleep(0.02)
        except OSError:
            pass
        client.close()
    """

  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    let path = folder.path + "/fading.ts"
    try FFmpegTool.run([
      "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", "-f", "lavfi", "-i", "sine=d=20", "-c:v", "mpeg2video", "-c:a",
      "mp2", "-b:a", "64k", "-max_interleave_delta", "100000", path,
    ])
    try super.init(python: ["-c", Self.script, path])
  }

  var url: String { "tcp://127.0.0.1:\(port)" }
}

@Suite(.serialized) struct FadingVideoTests {
  @Test func `a probe ends when the video does`() throws {
    let camera = try FadingCamera()
    var options = SourceOptions()
    options.timeout = 1
    let error = #expect(throws: CaptureError.self) {
      _ = try StreamProbe(duration: 30, options: options).run(url: camera.url)
    }
    #expect(error?.code == .stalled && error?.message.contains("no video") == true, "\(error as Any)")
  }

  @Test func `a stream that is recorded is opened again when its video ends`() throws {
    let camera = try FadingCamera()
    defer { camera.kill() }
    var options = SourceOptions()
    options.timeout = 0.5
    var policy = ReconnectPolicy()
    (policy.firstDelay, policy.longestDelay) = (60, 60)
    let feed = PacketFeed(network: camera.url, ring: PacketRing(takesAudio: true), options: options, policy: policy)
    Thread { feed.run() }.start()
    let hasEnded = waiting { if case .down(.stalled, _, _)? = feed.report.state { true } else { false } }
    #expect(hasEnded, "\(feed.report)")
    feed.interrupt()
  }
}
