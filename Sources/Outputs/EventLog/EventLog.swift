/// Writes one JSON line for each event; `StampedEvent.json` defines the fields.
struct EventLog: ~Copyable, Sink {
  static let kind = SinkKind(
    "events", "JSON lines, one an event: what became of objects and of the source.", needs: .events
  ) {
    path, context throws(OutputError) in
    EventLog(file: try LineFile(path: path, context))
  }

  private var file: LineFile

  private init(file: consuming LineFile) { self.file = file }

  mutating func take(_ event: StampedEvent) throws(OutputError) { try file.append(event.json + "\n") }
}
