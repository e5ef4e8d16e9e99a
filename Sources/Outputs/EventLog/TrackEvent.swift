public import Scene

/// Something that happened to a track.
public struct TrackEvent: Hashable, Sendable {
  /// What happened.
  public enum Kind: String, Hashable, Sendable {
    /// The object has become sure.
    case start
    /// The object is still there.
    case update
    /// The object has left, or was out of sight for too long.
    case end
  }

  /// What happened.
  public var kind: Kind
  /// The frame in which it was noticed.
  public var stamp: FrameStamp
  /// The object as it was seen last.
  public var track: Track
  /// When that was, in seconds of the source.
  public var lastSeen: Double
  /// Columns of the picture.
  public var width: Int
  /// Rows of the picture.
  public var height: Int
}

/// Tells what happens to tracks from what each frame shows. Pure: equal frames give equal events.
public struct TrackHistory: Sendable {
  private struct Chapter {
    var track: Track
    var lastSeen: Double
    var lastTold: Double
  }

  /// Seconds of the source between two updates of a track.
  public let updateInterval: Double
  private var open: [Int: Chapter] = [:]
  private var latest: (stamp: FrameStamp, width: Int, height: Int)?

  /// A history of nothing yet.
  public init(updateInterval: Double = 1) { self.updateInterval = updateInterval }

  /// What happened in the next frame: ends first, then starts and updates, each by rising identity.
  public mutating func events(in findings: FrameFindings) -> [TrackEvent] {
    let now = findings.stamp.seconds
    latest = (findings.stamp, findings.width, findings.height)
    var events = findings.endedIdentities.compactMap { end($0) }
    for track in findings.tracks {
      let told = open[track.id]?.lastTold
      let kind: TrackEvent.Kind? = told.map { now - $0 >= updateInterval ? .update : nil } ?? .start
      open[track.id] = Chapter(track: track, lastSeen: now, lastTold: kind == nil ? told ?? now : now)
      if let kind, let event = event(kind, of: track.id) { events.append(event) }
    }
    return events
  }

  /// The ends of all tracks that are still open: the source is over.
  public mutating func finish() -> [TrackEvent] { open.keys.sorted().compactMap { end($0) } }

  private mutating func end(_ id: Int) -> TrackEvent? {
    defer { open[id] = nil }
    return event(.end, of: id)
  }

  private func event(_ kind: TrackEvent.Kind, of id: Int) -> TrackEvent? {
    guard let chapter = open[id], let latest else { return nil }
    return TrackEvent(
      kind: kind, stamp: latest.stamp, track: chapter.track, lastSeen: chapter.lastSeen, width: latest.width,
      height: latest.height)
  }
}
