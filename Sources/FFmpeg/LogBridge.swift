import CFFmpeg
import Synchronization

/// Takes libav's messages away from standard error and hands them to a closure.
///
/// Until `capture` is called, the first wrapper that is made silences libav.
public enum LogBridge {
  /// How grave a message is.
  public enum Level: Int, Comparable, Sendable {
    case error = 16
    case warning = 24
    case info = 32
    case debug = 48

    /// Graver levels are smaller.
    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// Who takes messages. Not the closure itself: as the value of a lock it would be wrapped anew with each message.
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

  /// Sends every message of `level` or graver to `sink`: one line, without credentials, from any of libav's threads.
  public static func capture(_ level: Level = .warning, _ sink: @escaping @Sendable (Level, String) -> Void) {
    listener.withLock { $0 = Listener(take: sink) }
    av_log_set_level(Int32(level.rawValue))
    _ = isInstalled
  }

  /// RTP packets that libav missed on this thread since it began.
  ///
  /// Not to be inlined: each file has a copy of its own of the header's function, and of the count in it.
  @inline(never)
  static var missedPackets: Int64 { unsafe yolostream_missed_packets().pointee }

  /// Errors that libav's codecs have reported on this thread since it began; see `missedPackets`.
  @inline(never)
  static var decodingErrors: Int64 { unsafe yolostream_decoding_errors().pointee }

  /// Where libav wants to go on this thread because a server of RTSP says so; `nil` if nowhere else. See `missedPackets`.
  @inline(never)
  static var redirection: String? {
    let address = unsafe yolostream_redirection()
    return unsafe address?.pointee == 0 ? nil : address.map { unsafe String(cString: $0) }
  }

  /// Forgets the redirection of this thread; see `missedPackets`.
  @inline(never)
  static func forgetRedirection() { unsafe yolostream_redirection()?.pointee = 0 }

  /// Makes sure that nothing of libav reaches standard error.
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
