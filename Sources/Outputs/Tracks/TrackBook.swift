import Scene

/// Collects the tracks of a whole source, for formats that list them one by one. Takes 24 bytes per box.
struct TrackBook {
  /// A box of a track.
  struct Place: Hashable {
    let frame: Int
    let seconds: Float
    let box: Box
  }

  /// One track with its boxes; frames without a box are missing.
  struct Entry {
    let id: Int
    let classID: Int
    var places: [Place]
  }

  /// The tracks in order of appearance.
  private(set) var entries: [Entry] = []
  /// Size of the first frame.
  private(set) var size: (width: Int, height: Int)?
  /// Number of frames, including skipped ones.
  private(set) var frameCount = 0
  private(set) var seconds = 0.0
  private var indices: [Int: Int] = [:]

  mutating func add(_ findings: FrameFindings) {
    if size == nil { size = (findings.width, findings.height) }
    frameCount = findings.stamp.index + 1
    seconds = findings.stamp.seconds
    for track in findings.tracks {
      let box = track.detection.box.clamped(toWidth: Float(findings.width), height: Float(findings.height))
      guard box.width > 0, box.height > 0 else { continue }
      let place = Place(frame: findings.stamp.index, seconds: Float(findings.stamp.seconds), box: box)
      if let index = indices[track.id] {
        entries[index].places.append(place)
      } else {
        indices[track.id] = entries.count
        entries.append(Entry(id: track.id, classID: track.detection.classID, places: [place]))
      }
    }
  }
}
