/// All kinds of sinks. A new kind is a folder beside this one and a line here.
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
  ]

  /// The log of events, which a service has at a place of its own in its configuration.
  package static let events = EventLog.kind

  /// The same, for logs that go on in another file when they are full.
  package static func events(rotation: LogRotation?) -> SinkKind { EventLog.kind(rotation: rotation) }

  /// The kind called `name`.
  package static func kind(_ name: String) -> SinkKind? { kinds.first { $0.name == name } }
}
