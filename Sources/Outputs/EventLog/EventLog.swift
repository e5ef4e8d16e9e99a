import Foundation

/// Writes one JSON line per event; `StampedEvent.json` defines the fields.
struct EventLog: ~Copyable, Sink {
  static let kind = kind(rotation: nil)

  /// The kind of a log that is rotated when it is full.
  static func kind(rotation: LogRotation?) -> SinkKind {
    SinkKind(
      "events", "JSON lines, one an event: what became of objects and of the source.", ending: ".events.jsonl",
      needs: .events
    ) {
      path, context throws(OutputError) in
      try EventLog(path: path, context, rotation)
    }
  }

  private let context: SinkContext
  private let rotation: LogRotation?
  private var file: LineFile
  /// Bytes in the file.
  private var size: Int64

  private init(path: String, _ context: SinkContext, _ rotation: LogRotation?) throws(OutputError) {
    self.context = context
    file = try LineFile(path: path, context)
    let facts = try? FileManager.default.attributesOfItem(atPath: path)
    size = (facts?[.size] as? NSNumber)?.int64Value ?? 0
    // A pipe or a terminal is never rotated.
    self.rotation = facts?[.type] as? FileAttributeType == .typeRegular ? rotation : nil
  }

  mutating func take(_ event: StampedEvent) throws(OutputError) {
    if let rotation, size >= rotation.size {
      try rotation.rotate(file.path)
      file = try LineFile(path: file.path, context)
      size = 0
    }
    let line = event.json + "\n"
    try file.append(line)
    size += Int64(line.utf8.count)
  }
}
