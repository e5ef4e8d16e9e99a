import Foundation

/// GStreamer's RTSP server in a process of its own, with a test pattern at 25 frames per second or a clip. Its own program, not
/// ours, is at the other end of the wire.
public final class RTSPServer: PortProcess {
  /// Its stream.
  public var url: String { "rtsp://127.0.0.1:\(port)/test" }

  /// Python that makes a `factory`, and has `serve(factory, path, port, user)` run it.
  public static let beginning = """
    import gi, sys
    gi.require_version('Gst', '1.0')
    gi.require_version('GstRtspServer', '1.0')
    gi.require_version('GstRtsp', '1.0')
    from gi.repository import Gst, GstRtsp, GstRtspServer, GLib
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    def serve(factory, path, port, user):
        server = GstRtspServer.RTSPServer()
        server.set_service(port)
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
        server.get_mount_points().add_factory(path, factory)
        server.attach(None)
        print(server.get_bound_port(), flush=True)
        GLib.MainLoop().run()

    """

  private static let script = """
    port, width, height, clip, user, launch = sys.argv[1:]
    if launch:
        factory.set_launch(f'( {launch} name=pay0 )')
    elif clip:
        factory.set_launch(f'( filesrc location="{clip}" ! qtdemux ! h264parse ! rtph264pay name=pay0 config-interval=-1 )')
    else:
        factory.set_launch(f'( videotestsrc is-live=true ! video/x-raw,width={width},height={height},framerate=25/1 '
                           '! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 )')
    serve(factory, '/test', port, user)
    """

  /// Whether the server can be started here.
  public static let isPresent: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
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

  /// The reason of a skipped test.
  public static let absence = "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"

  /// Starts it on `port`, or on one that is free; `user` is `name:password` for digest authentication.
  ///
  /// - Parameter launch: a pipeline of GStreamer instead of the test pattern, payloader last.
  public init(
    port: Int = 0, width: Int = 320, height: Int = 240, clip: String = "", user: String = "", launch: String = ""
  ) throws {
    try super.init(
      python: [
        "-c", Self.beginning + Self.script, String(port), String(width), String(height), clip, user, launch,
      ])
  }
}
