import Foundation
import Outputs
import Scene

extension EventRecorder {
  /// An object that has been active, and whose end has not been published yet.
  struct Subject {
    /// The event that names its files.
    let first: StampedEvent
    /// Its last event so far.
    var latest: StampedEvent
    /// When it appeared, or began to move again, in monotonic nanoseconds; `nil` for one that has not been active.
    var appeared: UInt64?
    /// The same in milliseconds since 1970: its images are filed by it.
    var filed: Int64
    /// The score of its best image.
    var best: Float = -1
    /// An image that is not on the disk yet.
    var image: (bytes: [UInt8], box: Box)?
    /// The image on the disk, and where the object is in it.
    var snapshot: String?
    var snapshotBox: Box?
    var trace = ObjectTrace()
    /// The number of the span of its clips, which show its present movement, or the last one; oldest first.
    var span = 0
    var clips: [ClipFile] = []
    var end: StampedEvent?
    /// When its end may be published: monotonic nanoseconds.
    var due = UInt64.max
    /// Whether an update was asked for that has not been published.
    var isUpdateDue = false
    /// The files that were published last, and when; `nil` since it began to move.
    var published: StampedEvent.Evidence?
    var publication: UInt64 = 0

    init(first: StampedEvent, filed: Int64) {
      (self.first, latest) = (first, first)
      self.filed = filed
    }

    /// Whether it has a clip.
    var hasClip: Bool { clips.contains { $0.isOpen || $0.isThere } }

    /// The files that are on the disk.
    var evidence: StampedEvent.Evidence {
      let shown = clips.filter(\.isThere)
      var evidence = StampedEvent.Evidence(snapshot: snapshot, clip: shown.first?.path, snapshotBox: snapshotBox)
      if let clip = shown.first { evidence.clipOffset = appeared.map { Double($0 - min($0, clip.began)) / 1e9 } }
      evidence.furtherClips = shown.dropFirst().map(\.path)
      return evidence
    }

    /// It begins to move, in milliseconds since 1970, in the clips of the span with the number `span`, of which `clip` is open.
    mutating func begin(filed: Int64, span: Int, clip: ClipFile?) {
      // The best image so far may be too old to be there.
      if let path = snapshot, !FileManager.default.fileExists(atPath: path) {
        (snapshot, snapshotBox, best) = (nil, nil, -1)
      }
      if self.span == span, hasClip { return }
      // What shows an earlier movement is on the disk, and stays.
      self.span = span
      self.filed = filed
      clips = clip.map { [$0] } ?? []
      trace = ObjectTrace()
      published = nil
    }

    /// Takes in where it is now, unless more is known by an event.
    mutating func see(_ place: Place) {
      trace.add(ObjectTrace.Point(moment: place.stamp.arrival, box: place.box))
      if place.stamp.arrival > latest.event.stamp.arrival { latest.advance(to: place.stamp, track: place.track) }
    }
  }
}
