internal import Scene

/// Reports when at least `count` active objects have been there at the same time for a second; again after there were fewer.
struct Crowd: AddedRule {
  static let kind = RuleKind(
    "crowd", "Report when at least so many active objects are there at the same time.", value: "count", range: 1...1000
  ) { Crowd(count: Int($0)) }

  /// Seconds for which they have to be there.
  private static let hold = 1.0

  private let count: Int
  /// Since when there are enough.
  private var since: Double?
  private var isReported = false

  private init(count: Int) { self.count = count }

  mutating func observe(_ objects: [SceneObject], at seconds: Double) -> [Double] {
    let present = objects.count { !$0.isStationary }
    guard present >= count else {
      since = nil
      isReported = false
      return []
    }
    let since = since ?? seconds
    self.since = since
    guard !isReported, seconds - since >= Self.hold - timeTolerance else { return [] }
    isReported = true
    return [Double(present)]
  }
}
