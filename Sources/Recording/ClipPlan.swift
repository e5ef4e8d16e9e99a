/// When a camera's packets are written: from some time before the first object appeared until some time after the last
/// left. Objects whose times overlap share a clip. A plain value; all times are monotonic nanoseconds.
struct ClipPlan {
  /// A time span; `until` is `nil` while an object is present.
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

  /// Whether object `id` is present and has to be shown.
  func shows(_ id: Int) -> Bool { present.contains(id) }

  /// When the clip of an object last seen at `time` is complete.
  func completion(after time: UInt64) -> UInt64 { time + after }

  /// The time span to write now.
  var current: Span? { span }

  /// The span has been written: the next object starts another.
  mutating func settle() {
    guard span?.until != nil else { return }
    span = nil
    latest = 0
  }
}
