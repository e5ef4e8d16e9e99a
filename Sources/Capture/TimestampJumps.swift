/// Removes jumps of a stream's clock before decoding; broadcasts and concatenated clips reset it.
///
/// Within a track decoding times increase. A jump is a step back by more than `fall` or ahead by more than `limit`;
/// from then on the track is shifted so that it continues. Tracks jump one after another; later ones take the shift
/// of the first, so that they stay in sync.
struct TimestampJumps {
  /// Largest step ahead, in seconds.
  let limit: Double
  /// Largest step back, in seconds.
  let fall = 0.5
  /// Number of jumps.
  private(set) var count = 0
  /// The shift of the track that jumped last.
  private var latest = 0.0
  private var tracks: [Int: Track] = [:]

  private struct Track {
    var shift: Double
    var last: Double
  }

  init(limit: Double) { self.limit = limit }

  /// Takes the decoding time of the next packet of `track` and its duration `interval`, in seconds; returns the shift
  /// for its times.
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
      // Tracks do not end at the same moment: packets that would overlap start later.
      shift = max(latest, next)
    }
    tracks[track] = Track(shift: shift, last: seconds + shift)
    return shift
  }
}
