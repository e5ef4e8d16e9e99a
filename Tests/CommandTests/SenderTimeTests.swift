import Capture
import Foundation
import TestSupport
import Testing

/// Capture times of frames, as a real server reports them by RTCP.
@Suite(.serialized, .timeLimit(.minutes(30))) struct SenderTimeTests {
  /// Frames that are left out at random show whether each gets its own time and not that of its neighbour.
  private static let launch = """
    videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=25/1 ! identity drop-probability=0.3
    """

  @Test(
    .enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"),
    arguments: ["x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph264pay"])
  func `frames have the time of their sender, each its own`(coding: String) throws {
    let server = try RTSPServer(launch: "\(Self.launch) ! \(coding)")
    defer { withExtendedLifetime(server) {} }
    var options = SourceOptions()
    options.transport = .tcp
    let source = try StreamSource(network: server.url, options: options)
    var origins: [Double] = []
    var last: Int64 = 0
    // The first report comes some seconds after the first frame.
    var count = 0
    while origins.count < 50, count < 2000, case .frame(let frame) = try source.next() {
      count += 1
      guard let taken = frame.stamp.taken else { continue }
      let age = Date.now.timeIntervalSince1970 - Double(taken) / 1e6
      #expect(age > -0.5 && age < 30, "the server's clock is ours")
      #expect(taken > last)
      last = taken
      origins.append(Double(taken) / 1e6 - frame.stamp.seconds)
    }
    #expect(origins.count == 50, "of \(count) frames")
    let spread = (origins.max() ?? 1) - (origins.min() ?? 0)
    #expect(spread < 0.02, "a neighbour's time would be 40 ms off")
  }

  @Test(.enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"))
  func `events say whose clock their time is from`() throws {
    let program = try Program()
    let server = try RTSPServer()
    defer { withExtendedLifetime(server) {} }
    let running = try program.start([server.url, "--events", "e.jsonl", "--detections", "d.jsonl"])
    var words: Set<String> = []
    running.wait {
      let text = (try? program.text("e.jsonl")) ?? ""
      words = Set(text.matches(of: /"ts_src":"([a-z]+)"/).map { String($0.1) })
      return words.isSuperset(of: ["wall", "rtcp"])
    }
    kill(running.process.processIdentifier, SIGTERM)
    let outcome = try running.wait()
    #expect(words == ["wall", "rtcp"], "\(outcome.error)")
  }
}
