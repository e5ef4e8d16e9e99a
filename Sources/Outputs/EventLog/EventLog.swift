public import Scene

/// Writes one JSON line for the start, each update and the end of every track, and for what becomes of a live source;
/// `EventLines` says what stands there.
public struct EventLog: ~Copyable, Sendable {
  private var file: LineFile
  private var lines: EventLines

  /// Makes the file at `path` (`-` is standard output) for events of `camera`.
  public init(
    path: String, classes: ClassCatalogue, camera: String, clock: EventClock, updateInterval: Double = 1
  ) throws(OutputError) {
    lines = EventLines(classes: classes, camera: camera, clock: clock, updateInterval: updateInterval)
    file = try LineFile(path: path)
  }

  /// Writes what happened in the next frame.
  public mutating func write(_ findings: FrameFindings) throws(OutputError) {
    for line in lines.next(findings) { try file.append(line.text) }
  }

  /// Writes the ends of all tracks that are still open.
  public consuming func finish() throws(OutputError) {
    for line in lines.finish() { try file.append(line.text) }
  }

  /// Writes that the source went down or came up at `time`, in monotonic nanoseconds.
  public mutating func write(_ event: CameraEvent, at time: UInt64) throws(OutputError) {
    try file.append(lines.next(event, at: time).text)
  }
}
