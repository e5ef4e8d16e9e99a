import Capture
import FFmpeg
import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct StreamSourceTests {
  @Test(
    arguments: [(.walk, 314, 10.443767), (.traffic, 377, 30.08), (.old, 80, 7.9)] as [(TestClip, Int, Double)])
  func `every frame of a clip is given at its time`(clip: TestClip, count: Int, last: Double) throws {
    let source = try StreamSource(file: clip.file.path)
    var times: [Double] = []
    while case .frame(let frame) = try source.next() {
      #expect(frame.stamp.index == times.count)
      #expect(frame.pixels.keeper is Frame)
      times.append(frame.stamp.seconds)
    }
    #expect(times.count == count)
    #expect(times.first == 0)
    #expect(abs((times.last ?? 0) - last) < 0.0001)
    #expect(source.losses == SourceLosses())
  }

  @Test(
    .timeLimit(.minutes(30)), arguments: [TestClip.walk, .old])
  func `damaged videos neither crash nor hang`(clip: TestClip) throws {
    let rounds = ProcessInfo.processInfo.environment["YOLOSTREAM_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 40
    let original = Array(try Data(contentsOf: clip.file).prefix(300_000))
    let path = FileManager.default.temporaryDirectory.appending(path: "damaged-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var random = SplitMix(state: 7)
    for round in 0..<rounds {
      var bytes = original
      for _ in 0..<(1 << (round % 10)) {
        // Half of the blows go to the header, where they hurt most.
        let reach = random.next() % 2 == 0 ? 4096 : bytes.count
        bytes[Int(random.next() % UInt64(reach))] = UInt8(truncatingIfNeeded: random.next())
      }
      if round % 7 == 3 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
      try Data(bytes).write(to: URL(filePath: path))
      do {
        let source = try StreamSource(file: path)
        while case .frame(let frame) = try source.next() { #expect(frame.pixels.layout.width > 0) }
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }

  @Test func `a silent server is reported as stalled, without its password`() throws {
    let listener = try SilentServer()
    var options = SourceOptions()
    options.timeout = 0.6
    options.transport = .tcp
    let begin = ContinuousClock.now
    let error = #expect(throws: CaptureError.self) {
      _ = try StreamSource(network: "rtsp://user:secret@127.0.0.1:\(listener.port)/stream", options: options)
    }
    #expect(error?.code == .stalled)
    #expect(error?.message.contains("secret") == false)
    #expect(error?.message.contains("***@127.0.0.1") == true)
    #expect(ContinuousClock.now - begin < .seconds(9), "the time given counts, not the usual ten seconds")
  }

  @Test func `nobody at the address is unreachable`() throws {
    let error = #expect(throws: CaptureError.self) { _ = try StreamSource(network: "rtsp://127.0.0.1:9/x") }
    #expect(error?.code == .unreachable)
  }

  @Test func `an interrupted source reports it`() throws {
    let source = TestPatternSource(try #require(TestPattern(width: 64, height: 64, rate: 25)))
    source.interrupt()
    let error = #expect(throws: CaptureError.self) { _ = try source.next() }
    #expect(error?.code == .interrupted)
  }

  @Test(
    arguments: [nil, PixelFormat.rgb24])
  func `a frame is decoded, and a broken one is named`(format: PixelFormat?) throws {
    let path = TestClip.photograph.path
    let pixels = try ImageFile(path: path).read(as: format)
    #expect(pixels.layout.width == 768)
    #expect(pixels.layout.height == 576)
    if let format { #expect(pixels.layout.format == format) } else { #expect(pixels.layout.colour.isFullRange) }
    let broken = FileManager.default.temporaryDirectory.appending(path: "broken-\(UUID().uuidString).jpg")
    defer { try? FileManager.default.removeItem(at: broken) }
    try Data([0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3]).write(to: broken)
    let error = #expect(throws: CaptureError.self) { _ = try ImageFile(path: broken.path).read() }
    #expect(error?.code == .invalidMedia)
    #expect(error?.message.contains(broken.path) == true)
  }
}

/// A server that takes connections and never answers.
private final class SilentServer {
  let port: Int
  private let descriptor: Int32

  init() throws {
    (descriptor, port) = try Loopback.listen()
  }

  deinit { close(descriptor) }
}

private struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
