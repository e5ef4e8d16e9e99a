/// When a camera's packets are to be written: from some time before the first object came until some time after the last
/// has gone. Objects whose times overlap share a clip. Pure; all times are nanoseconds of the monotonic clock.
struct ClipPlan {
  /// A stretch of time; `until` is `nil` while an object is there.
  struct Span: Hashable {
    var from: UInt64
    var until: UInt64?
  }

  private let before: UInt64
  private let after: UInt64
  private var present: Set<Int> = []
  private var span: Span?
  /// When the part after the latest end so far is over.
  private var latest: UInt64 = 0

  /// Clips with `preRoll` and `postRoll` seconds around what they show.
  init(preRoll: Double, postRoll: Double) {
    before = UInt64(preRoll * 1e9)
    after = UInt64(postRoll * 1e9)
  }

  /// Object `id` was first seen at `time`.
  mutating func start(_ id: Int, at time: UInt64) {
    present.insert(id)
    span = Span(from: span?.from ?? time - min(time, before), until: nil)
  }

  /// Object `id` was last seen at `time`.
  mutating func end(_ id: Int, at time: UInt64) {
    guard present.remove(id) != nil else { return }
    latest = max(latest, completion(after: time))
    if present.isEmpty { span?.until = latest }
  }

  /// Whether object `id` is there and wants to be shown.
  func shows(_ id: Int) -> Bool { present.contains(id) }

  /// When what shows an object last seen at `time` is complete.
  func completion(after time: UInt64) -> UInt64 { time + after }

  /// What is to be written now.
  var current: Span? { span }

  /// The stretch has been written: the next object begins another.
  mutating func settle() {
    guard span?.until != nil else { return }
    span = nil
    latest = 0
  }
}
