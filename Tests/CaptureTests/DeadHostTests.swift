import FFmpeg
import Foundation
import Testing

@testable import Capture

/// Real attempts at an address where nobody answers, with the pauses between them left out.
@Suite struct DeadHostTests {
  /// `YOLOSTREAM_ATTEMPTS` for more; run alone, as memory is the whole process's.
  private static let attempts = ProcessInfo.processInfo.environment["YOLOSTREAM_ATTEMPTS"].flatMap { Int($0) }

  @Test(.timeLimit(.minutes(30))) func `attempts at a dead host cost nothing that stays`() throws {
    let count = Self.attempts ?? 100
    var policy = ReconnectPolicy()
    policy.retries = count - 1
    let first = try #require(Self.attempt(policy))
    let before = Self.bytesInUse()
    let second = try #require(Self.attempt(policy))
    #expect(first.reconnects == second.reconnects && second.reconnects == [.unreachable: count - 1])
    guard Self.attempts != nil else { return }
    let each = Double(Self.bytesInUse() - before) / Double(count)
    print("\(count) attempts: \(each) bytes each stay in use")
    #expect(each < 50)
  }

  /// All attempts of one source; the source when it has given up.
  private static func attempt(_ policy: ReconnectPolicy) -> RecoveringSource? {
    let source = RecoveringSource(
      address: "rtsp://127.0.0.1:9/x", policy: policy,
      open: { (flag) throws(CaptureError) in
        try StreamSource(network: "rtsp://u:p@127.0.0.1:9/x", interrupt: flag)
      }, observe: { _ in }, time: RecoveringSource.Time(now: { 0 }, wait: { _ in }))
    do throws(CaptureError) { _ = try source.next() } catch { return error.code == .unreachable ? source : nil }
    return nil
  }

  /// Resident memory of this process.
  private static func bytesInUse() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
  }
}
