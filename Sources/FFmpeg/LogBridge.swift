import CFFmpeg
import Synchronization

/// Redirects libav's log from standard error to a closure.
///
/// Until `capture` is called, libav is silent.
package enum LogBridge {
  /// Severity of a message.
  package enum Level: Int, Comparable, Sendable {
    case error = 16
    case warning = 24
    case info = 32
    case debug = 48

    /// More severe levels are smaller.
    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// Who takes messages. Not the closure itself: as the value of a lock it would be wrapped again with each message.
  private struct Listener {
    let take: @Sendable (Level, String) -> Void
  }

  private static let listener = Mutex<Listener?>(nil)
  private static let isInstalled: Void = unsafe yolostream_log_capture(
    { level, line in
      guard let line = unsafe line else { return }
      let text = unsafe String(cString: line)
      LogBridge.deliver(level: level, text: text)
    },
    { interrupt, stream, isFrame, end in
      let flag = unsafe interrupt.map { unsafe Unmanaged<InterruptFlag>.fromOpaque($0).takeUnretainedValue() }
      if isFrame != 0 {
        flag?.arrivals.addFrame(of: Int(stream), at: InterruptFlag.now())
      } else {
        flag?.arrivals.addPacket(of: Int(stream), endingAt: end, at: InterruptFlag.now())
      }
    })

  /// Sends messages of `level` or more severe to `sink`: one line, without credentials, on any of libav's threads.
  package static func capture(_ level: Level = .warning, _ sink: @escaping @Sendable (Level, String) -> Void) {
    listener.withLock { $0 = Listener(take: sink) }
    av_log_set_level(Int32(level.rawValue))
    _ = isInstalled
  }

  /// Number of RTP packets that libav missed on this thread.
  ///
  /// Must not be inlined: each C file has its own copy of the header's function and counter.
  @inline(never)
  static var missedPackets: Int64 { unsafe yolostream_missed_packets().pointee }

  /// Number of errors that libav's codecs reported on this thread; see `missedPackets`.
  @inline(never)
  static var decodingErrors: Int64 { unsafe yolostream_decoding_errors().pointee }

  /// The address that an RTSP server redirected this thread to, if any; see `missedPackets`.
  @inline(never)
  static var redirection: String? {
    let address = unsafe yolostream_redirection()
    return unsafe address?.pointee == 0 ? nil : address.map { unsafe String(cString: $0) }
  }

  /// Clears the redirection of this thread; see `missedPackets`.
  @inline(never)
  static func forgetRedirection() { unsafe yolostream_redirection()?.pointee = 0 }

  /// Keeps libav's log away from standard error.
  static func install() { _ = isInstalled }

  private static func deliver(level: Int32, text: String) {
    guard let listener = listener.withLock({ $0 }) else { return }
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    guard !line.isEmpty else { return }
    let grade: Level =
      switch level {
      case ...16: .error
      case ...24: .warning
      case ...32: .info
      default: .debug
      }
    listener.take(grade, Redaction.redact(line))
  }
}
