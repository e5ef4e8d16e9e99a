public import Scene

/// What was found in one frame: what logs and exports write down.
public struct FrameFindings: Sendable {
  /// Which frame, and when.
  public var stamp: FrameStamp
  /// Columns of the picture.
  public var width: Int
  /// Rows of the picture.
  public var height: Int
  /// Name of the file, for a picture that is one.
  public var fileName: String?
  /// What the detector saw, boxes in source pixels, best first.
  public var detections: [Detection]
  /// The track of each detection, by index; empty if no tracker ran.
  public var identities: [Int?] = []
  /// Tracks seen in this frame, by rising identity, boxes smoothed.
  public var tracks: [Track] = []
  /// Identities given up in this frame, in rising order.
  public var endedIdentities: [Int] = []

  /// What `detections` say of the frame at `stamp`, a picture of `width` by `height` pixels.
  public init(stamp: FrameStamp, width: Int, height: Int, fileName: String? = nil, detections: [Detection]) {
    self.stamp = stamp
    self.width = width
    self.height = height
    self.fileName = fileName
    self.detections = detections
  }

  /// The detections that belong to no track.
  public var untracked: [Detection] {
    identities.isEmpty ? detections : zip(detections, identities).filter { $1 == nil }.map(\.0)
  }
}
