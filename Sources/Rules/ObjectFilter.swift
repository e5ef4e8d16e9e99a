package import Scene

/// What a track has to be before it counts as an object, or an object before it enters a zone. Once it does, it stays one.
package struct ObjectFilter: Hashable, Sendable {
  /// Least score of the detection that decides.
  package var minScore: Float = 0
  /// Least median of its last ten scores, or of as many as there are.
  package var threshold: Float = 0
  /// Least and greatest area of its box, as shares of the frame.
  package var area: ClosedRange<Float> = 0...1
  /// Least and greatest width of its box over the height.
  package var aspect: ClosedRange<Float> = 0...(.greatestFiniteMagnitude)
  /// Areas in which nothing becomes an object: a statue, a reflection. The middle of the lower edge decides.
  package var masks: [Polygon] = []

  /// Everything is an object.
  package init() {}

  /// Whether a track whose latest detection is `detection`, with `median` of its last scores, may become an object.
  func admits(_ detection: Detection, median: Float, width: Double, height: Double) -> Bool {
    guard detection.score >= minScore, median >= threshold else { return false }
    let box = detection.box
    guard box.height > 0, area.contains(min(box.share(width: width, height: height), 1)) else { return false }
    guard aspect.contains(box.width / box.height) else { return false }
    let foot = Anchor.bottom.point(of: box, width: width, height: height)
    return !masks.contains { $0.contains(foot) }
  }
}

/// The filters of all classes.
package struct ObjectFilters: Hashable, Sendable {
  /// For classes that have none of their own.
  package var general = ObjectFilter()
  /// By index of the class.
  package var ofClass: [Int: ObjectFilter] = [:]

  /// Everything is an object.
  package init() {}

  /// The filter for class `id`.
  package subscript(classID id: Int) -> ObjectFilter { ofClass[id] ?? general }
}

extension Box {
  /// Its area as a share of a frame of `width` by `height` pixels.
  func share(width: Double, height: Double) -> Float { Float(Double(area) / (width * height)) }
}

/// The last ten scores of an object.
struct RecentScores: Hashable, Sendable, Codable {
  static let count = 10
  private var scores: [Float] = []
  private var next = 0

  mutating func append(_ score: Float) {
    if scores.count < Self.count {
      scores.append(score)
    } else {
      scores[next] = score
      next = (next + 1) % Self.count
    }
  }

  var isEmpty: Bool { scores.isEmpty }

  /// 0 before the first; the mean of the middle two of an even number.
  var median: Float { scores.median }
}

extension [Float] {
  /// The middle value, or the mean of the middle two; 0 of none.
  var median: Float {
    guard !isEmpty else { return 0 }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
