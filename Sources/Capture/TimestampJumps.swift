/// Mends jumps of a stream's clock (broadcasts restart theirs, clips are joined) before decoding.
///
/// Within a track times of decoding only grow. A jump is one that falls by more than `fall`, or lies further than `limit`
/// ahead; from then on the track is shifted so that it follows on. Tracks jump one after another, as their packets come:
/// those that follow take the shift of the first, so that they stay together.
struct TimestampJumps {
  /// Farthest that a packet may lie ahead of the one before, in seconds.
  let limit: Double
  /// Farthest that it may lie behind, in seconds.
  let fall = 0.5
  /// Jumps mended.
  private(set) var count = 0
  /// The shift of the track that jumped last.
  private var latest = 0.0
  private var tracks: [Int: Track] = [:]

  private struct Track {
    var shift: Double
    var last: Double
  }

  init(limit: Double) { self.limit = limit }

  /// Sees the time of decoding of the next packet of `track`, in seconds, that lasts `interval`. Gives what to add to its
  /// times.
  mutating func shift(of track: Int, at seconds: Double, interval: Double) -> Double {
    guard let known = tracks[track] else {
      tracks[track] = Track(shift: latest, last: seconds + latest)
      return latest
    }
    func follows(_ shift: Double) -> Bool { (known.last - fall...known.last + limit).contains(seconds + shift) }
    var shift = known.shift
    if !follows(shift) {
      let next = known.last + interval - seconds
      if !follows(latest) {
        latest = next
        count += 1
      }
      // Tracks do not end at one moment: what would overlap begins behind.
      shift = max(latest, next)
    }
    tracks[track] = Track(shift: shift, last: seconds + shift)
    return shift
  }
}
