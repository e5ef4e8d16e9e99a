import Scene

/// Writes events as WebVTT subtitles, which players show with the video. A cue is shown for two seconds.
struct SubtitleFile: ~Copyable, Sink {
  static let kind = SinkKind(
    "webvtt", "Events as subtitles, for players.", ending: ".vtt", needs: .events, isForFiles: true
  ) {
    path, context throws(OutputError) in
    var file = try LineFile(path: path, context)
    try file.append("WEBVTT\n")
    return SubtitleFile(file: file)
  }

  private static let duration = 2.0
  private var file: LineFile

  private init(file: consuming LineFile) { self.file = file }

  mutating func take(_ event: StampedEvent) throws(OutputError) {
    guard let object = event.event.object, event.event.kind != .update else { return }
    let begin = event.event.stamp.seconds
    let name = "\(event.label ?? "") #\(object.identity)".filter { $0 != "<" && $0 != "&" && $0 != "\n" }
    try file.append("\n\(Self.time(begin)) --> \(Self.time(begin + Self.duration))\n\(name) \(event.event.kind.name)\n")
  }

  /// `00:01:02.345`.
  private static func time(_ seconds: Double) -> String {
    let total = Int((min(max(0, seconds), 3e8) * 1e3).rounded())
    func padded(_ value: Int, _ count: Int) -> String {
      String(repeating: "0", count: max(0, count - String(value).count)) + String(value)
    }
    return "\(padded(total / 3_600_000, 2)):\(padded(total / 60_000 % 60, 2)):\(padded(total / 1000 % 60, 2))."
      + padded(total % 1000, 3)
  }
}
