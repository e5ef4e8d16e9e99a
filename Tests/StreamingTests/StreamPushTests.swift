import Capture
import Foundation
import Imaging
import Outputs
import Scene
import Synchronization
import TestSupport
import Testing

@testable import Streaming

/// A receiver that is offline, reads nothing, or disconnects and returns, and what that costs the sender.
@Suite(.serialized) struct StreamPushTests {
  /// What `push` said, and images for it: noise, which no encoder makes small.
  private final class Scene {
    let push: StreamPush
    let said = Said()
    private let pixels: PixelBuffer
    private(set) var offered = 0
    private(set) var slowest = Duration.zero

    final class Said: Sendable { let states = Mutex<[SourceState]>([]) }

    init(_ url: String, timeout: Double = 10) throws {
      let layout = PixelLayout(width: 640, height: 480, format: .gray8)
      pixels = try PixelBuffer(layout: layout)
      pixels.withView { view in
        var state: UInt64 = 1
        for y in 0..<480 {
          for x in 0..<640 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            view.planes[0].base[y * view.planes[0].stride + x] = UInt8(truncatingIfNeeded: state >> 56)
          }
        }
      }
      var settings = PushWriter.Settings()
      settings.timeout = timeout
      var policy = ReconnectPolicy()
      (policy.firstDelay, policy.longestDelay, policy.jitter) = (0.05, 0.1, 0)
      let said = said
      push = StreamPush(
        try #require(PushAddress(parsing: url)), settings: settings, policy: policy,
        classes: ClassCatalogue(names: ["person"]), observe: { state in said.states.withLock { $0.append(state) } })
      try push.start()
    }

    /// Offers images, a hundred a second, until `condition` holds; `false` if it does not within a minute.
    func offer(until condition: (StreamPush.Report) -> Bool) -> Bool {
      waiting(within: .seconds(60), every: .milliseconds(10)) {
        let took = ContinuousClock().measure { push.offer(pixels, at: Double(offered) / 100) }
        slowest = max(slowest, took)
        offered += 1
        return condition(push.report)
      }
    }
  }

  @Test func `an offline receiver costs nothing, and is connected when it comes`() throws {
    let port = try Loopback.freePort()
    let scene = try Scene("tcp://127.0.0.1:\(port)")
    #expect(scene.offer { $0.reconnects[.unreachable] ?? 0 >= 3 })
    #expect(scene.push.report.sent == 0 && scene.push.report.lastFailure?.contains("refused") == true)
    let sink = try TCPSink(port: port)
    #expect(scene.offer { $0.sent >= 20 && $0.isUp })
    scene.push.finish()
    let report = scene.push.report
    #expect(report.sent + report.dropped == scene.offered, "\(report)")
    let bytes = sink.finish()
    #expect(bytes.count > 10_000)
    // Where it begins there is something to begin with.
    let file = FileManager.default.temporaryDirectory.appending(path: "push-\(UUID().uuidString).ts")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(bytes).write(to: file)
    let source = try StreamSource(file: file.path)
    var count = 0
    while case .frame(let frame) = try source.next() {
      let isDamaged = frame.isDamaged
      #expect(!isDamaged)
      count += 1
    }
    #expect(count == report.sent && source.losses == SourceLosses())
  }

  @Test func `a receiver that reads nothing is found, never waited for, and left at the end`() throws {
    let sink = try TCPSink(reads: false)
    let scene = try Scene("tcp://127.0.0.1:\(sink.port)", timeout: 1)
    #expect(scene.offer { $0.reconnects[.stalled] ?? 0 >= 1 })
    #expect(scene.slowest < .milliseconds(500), "\(scene.slowest)")
    #expect(scene.push.report.dropped > 20 && scene.push.report.lastFailure?.contains("within 1.0 s") == true)
    // Blocked again, it is to end all the same.
    _ = scene.offer { !($0.isUp) || $0.sent > 10_000 }
    let end = ContinuousClock().measure { scene.push.finish() }
    #expect(end < .seconds(4), "\(end)")
    let report = scene.push.report
    #expect(report.sent + report.dropped == scene.offered, "\(report)")
    _ = sink.finish()
  }

  @Test func `a broken connection is made again, and starts with a keyframe`() throws {
    let port = try Loopback.freePort()
    var sink = try TCPSink(port: port)
    let scene = try Scene("tcp://127.0.0.1:\(port)")
    #expect(scene.offer { $0.sent >= 30 })
    _ = sink.finish()
    #expect(scene.offer { $0.reconnects.values.reduce(0, +) >= 1 })
    sink = try TCPSink(port: port)
    let before = scene.push.report.sent
    #expect(scene.offer { $0.sent >= before + 30 && $0.isUp })
    scene.push.finish()
    let file = FileManager.default.temporaryDirectory.appending(path: "push-\(UUID().uuidString).ts")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(sink.finish()).write(to: file)
    let source = try StreamSource(file: file.path)
    guard case .frame(let first) = try source.next() else { return #expect(Bool(false), "nothing to see") }
    let isDamaged = first.isDamaged
    #expect(!isDamaged && source.losses == SourceLosses())
    let ups = scene.said.states.withLock { $0.filter { if case .up = $0 { true } else { false } }.count }
    #expect(ups == 2)
  }
}
