/// All kinds of sinks. A new kind is a folder next to this file and a line here.
package enum SinkRegistry {
  package static let kinds: [SinkKind] = [
    DetectionLog.kind,
    EventLog.kind,
    TrackLog.kind,
    DetectionTable.kind,
    LabelFolder.kind,
    CropFolder.kind,
    TrackCrops.kind,
    TrackClips.kind,
    CSVTable.kind,
    SubtitleFile.kind,
    CVATFile.kind,
    LabelStudioFile.kind,
    HeatMapSink.kind,
  ]

  /// The event log, which has its own keys in the configuration of the service.
  package static let events = EventLog.kind

  /// The event log with rotation.
  package static func events(rotation: LogRotation?) -> SinkKind { EventLog.kind(rotation: rotation) }

  /// The terminal behind standard output, which the option `--view` requests.
  ///
  /// - Parameter hasAllColours: whether the terminal has 24-bit colours; otherwise it gets the 256 of xterm.
  package static func view(hasAllColours: Bool) -> SinkKind { TerminalView.kind(hasAllColours: hasAllColours) }

  /// The kind called `name`.
  package static func kind(_ name: String) -> SinkKind? { kinds.first { $0.name == name } }
}
