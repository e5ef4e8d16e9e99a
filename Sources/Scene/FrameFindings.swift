/// What one frame shows: the result of detection and tracking, and the input of rules and sinks.
public struct FrameFindings: Hashable, Sendable {
  /// Which frame, and when.
  public var stamp: FrameStamp
  /// Width of the frame in pixels.
  public var width: Int
  /// Height of the frame in pixels.
  public var height: Int
  /// Name of the file, for a frame that is a still image.
  public var fileName: String?
  /// What the detector found and is to be shown, boxes in source pixels, highest score first.
  public var detections: [Detection]
  /// The track that each detection continues, by index of the detection; empty if no tracker ran.
  public var identities: [Int?] = []
  /// Tracks seen in this frame, by rising identity, boxes smoothed.
  public var tracks: [Track] = []
  /// Identities given up in this frame, in rising order.
  public var endedIdentities: [Int] = []

  /// `detections` in the frame at `stamp` of `width` by `height` pixels.
  public init(stamp: FrameStamp, width: Int, height: Int, fileName: String? = nil, detections: [Detection]) {
    self.stamp = stamp
    self.width = width
    self.height = height
    self.fileName = fileName
    self.detections = detections
  }

  /// The tracks whose detection is among `detections`. The others go on by one that is too weak to be shown.
  public var visibleTracks: [Track] {
    let visible = Set(identities.compactMap(\.self))
    return tracks.filter { visible.contains($0.id) }
  }

  /// The detections that belong to no track.
  public var untracked: [Detection] {
    identities.isEmpty ? detections : zip(detections, identities).filter { $1 == nil }.map(\.0)
  }
}
