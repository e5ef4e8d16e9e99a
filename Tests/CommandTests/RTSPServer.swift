import Foundation
import Testing

/// GStreamer's RTSP server in a process of its own, with a test picture of 320 by 240 at 25 a second. Its own program,
/// not ours, is at the other end of the wire.
final class RTSPServer {
  let process = Process()
  let url: String

  /// Debian's Python, which has the bindings; another one in the path need not.
  private static let python = "/usr/bin/python3"

  private static let script = """
    import gi
    gi.require_version('Gst', '1.0')
    gi.require_version('GstRtspServer', '1.0')
    from gi.repository import Gst, GstRtspServer, GLib
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_service('0')
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch('( videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=25/1 '
                       '! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 )')
    server.get_mount_points().add_factory('/test', factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()
    """

  /// Whether the server can be started here.
  static let isPresent: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [
      "-c",
      "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer, Gst; "
        + "Gst.init(None); raise SystemExit(0 if Gst.ElementFactory.find('x264enc') else 1)",
    ]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  init() throws {
    process.executableURL = URL(filePath: Self.python)
    process.arguments = ["-c", Self.script]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    url = "rtsp://127.0.0.1:\(try #require(Int(line.prefix { $0.isNumber })))/test"
  }

  deinit { kill(process.processIdentifier, SIGKILL) }
}
