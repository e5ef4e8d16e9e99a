import Capture
import FFmpeg
import Foundation
import Imaging
import TestSupport
import Testing

/// Real RTP over UDP through a relay that drops datagrams: what is given out must be, bit for bit, what was sent.
@Suite(.serialized) struct LossTests {
  /// How long the clip is; `YOLOSTREAM_LOSS_SECONDS` for more.
  private static let seconds =
    ProcessInfo.processInfo.environment["YOLOSTREAM_LOSS_SECONDS"].flatMap { Int($0) } ?? 6

  @Test(
    .enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"),
    .timeLimit(.minutes(30)), arguments: [0, 0.01, 0.05, 0.2])
  func `no frame damaged by a loss is delivered`(loss: Double) throws {
    let (frames, given, losses) = try Self.transmitted(loss: loss)
    let sent = Set(frames), strange = given.filter { !sent.contains($0) }.count
    #expect(strange == 0, "\(strange) of \(given.count) frames were never sent")
    if loss == 0 {
      #expect(losses.lostPackets == 0 && given.count >= Self.seconds * 20, "\(given.count), \(losses)")
    } else {
      #expect(losses.lostPackets > 0 && losses.withheldFrames > 0, "\(losses)")
    }
    // At a fifth, hardly a keyframe arrives complete.
    if loss <= 0.01 { #expect(!given.isEmpty) }
    print(
      "loss \(loss): \(given.count) of \(Self.seconds * 25) frames delivered, \(strange) of them spoilt, "
        + "\(losses.withheldFrames) withheld, \(losses.lostPackets) packets noticed as lost")
  }

  /// Datagrams 50 to 150 ms late, so that many overtake others; a quarter of them 20 ms before the rest.
  @Test(
    .enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"),
    .timeLimit(.minutes(30)),
    arguments: [["--delay", "100", "--jitter", "50"], ["--delay", "20", "--reorder", "0.25"]])
  func `datagrams that overtake each other lose no frame`(way: [String]) throws {
    let (sent, given, losses) = try Self.transmitted(loss: 0, way)
    print("\(way.joined(separator: " ")): \(given.count) of \(sent.count) frames delivered, \(losses)")
    #expect(losses.lostPackets == 0 && losses.damagedPackets == 0, "\(losses)")
    // What comes before the first keyframe is withheld, and so is what waits when the server ends; the rest is there.
    let begin = try #require(given.first.flatMap(sent.firstIndex(of:)))
    #expect(begin < 25 && begin + given.count > sent.count - 5 && given == Array(sent[begin...].prefix(given.count)))
  }

  /// The frames of a clip with noise and a keyframe every 0.4 s, those that arrive by UDP through a relay that loses so many
  /// datagrams, and the losses that were noticed.
  private static func transmitted(
    loss: Double, _ way: [String] = []
  ) throws -> (sent: [UInt64], given: [UInt64], losses: SourceLosses) {
    let program = try Program()
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=\(seconds)", "-vf",
        "noise=alls=6:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-crf", "30", "-g",
        "10", "-x264-params", "sliced-threads=0:slices=1", "clip.mp4",
      ])
    let server = try RTSPServer(clip: program.path("clip.mp4"))
    defer { withExtendedLifetime(server) {} }
    let relay = try Relay(server: server.port, loss: loss, way)
    defer { withExtendedLifetime(relay) {} }
    var options = SourceOptions()
    options.transport = .udp
    options.timeout = 3
    let source = try StreamSource(network: "rtsp://127.0.0.1:\(relay.port)/test", options: options)
    return (try frames(StreamSource(file: program.path("clip.mp4"))), try frames(source), source.losses)
  }

  @Test(
    .enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"),
    .timeLimit(.minutes(30)), arguments: [1, 4])
  func `keyframes are complete in any number of slices`(slices: Int) throws {
    let program = try Program()
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=3", "-c:v", "libx264", "-preset",
        "ultrafast", "-tune", "zerolatency", "-g", "10", "-x264-params",
        "sliced-threads=0:slices=\(slices)", "clip.mp4",
      ])
    let sent = try Self.frames(StreamSource(file: program.path("clip.mp4")))
    // GStreamer puts the parameters before each slice of a keyframe.
    let server = try RTSPServer(clip: program.path("clip.mp4"))
    defer { withExtendedLifetime(server) {} }
    var options = SourceOptions()
    options.transport = .tcp
    options.timeout = 3
    let source = try StreamSource(network: "rtsp://127.0.0.1:\(server.port)/test", options: options)
    let given = try Self.frames(source)
    // What comes before the first keyframe after opening is withheld; from then on all are there.
    #expect(source.losses.withheldFrames < 10 * slices && source.losses.damagedPackets == 0, "\(source.losses)")
    #expect(given.count > sent.count - 25 && given == sent.suffix(given.count), "\(given.count) of \(sent.count)")
  }

  /// A number for the samples of each frame, until the source ends or falls silent.
  private static func frames(_ source: StreamSource) throws -> [UInt64] {
    var numbers: [UInt64] = []
    do {
      while case .frame(let frame) = try source.next() { numbers.append(frame.pixels.fingerprint) }
    } catch {
      // A server that is through may leave without a word.
      guard error.code == .stalled || error.code == .unreachable else { throw error }
    }
    return numbers
  }
}

extension PixelBuffer {
  /// FNV-1a of all samples.
  fileprivate var fingerprint: UInt64 {
    withView { view in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for index in 0..<layout.format.planeCount {
        let size = layout.planeSize(index)
        for row in 0..<size.rows {
          let start = view.planes[index].base + row * view.planes[index].stride
          for column in 0..<size.rowBytes { hash = (hash ^ UInt64(start[column])) &* 0x100_0000_01b3 }
        }
      }
      return hash
    }
  }
}

/// `samples/reliability/relay.py`.
private final class Relay: PortProcess {
  init(server: Int, loss: Double, _ more: [String] = []) throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "samples/reliability/relay.py")
    try super.init(python: [script.path, String(server), String(loss)] + more)
  }
}
