/// Average precision and recall of a detector, computed as the COCO benchmark does (pycocotools, `bbox`).
///
/// Ten IoU thresholds, four ranges of object area, at most 100 detections of a class per image, precision
/// interpolated at 101 levels of recall. One known difference: pycocotools treats a match with an annotation whose
/// `id` is 0 as no match; here ids do not matter.
package struct AveragePrecision: Sendable {
  /// IoU thresholds: 0.50, 0.55, … 0.95.
  package static let overlapThresholds = levels(from: 0.5, to: 0.95, count: 10)
  /// Levels of recall at which precision is sampled: 0, 0.01, … 1.
  package static let recallLevels = levels(from: 0, to: 1, count: 101)
  /// Most detections of a class per image that count, best first; precision uses the last limit.
  package static let limits = [1, 10, 100]
  /// The value of a figure without objects, as in pycocotools.
  package static let undefined = -1.0

  /// Sizes of objects, by area in square pixels.
  package enum AreaRange: Int, CaseIterable, Sendable {
    /// Any size.
    case all
    /// Up to 32².
    case small
    /// 32² to 96².
    case medium
    /// From 96².
    case large

    /// Whether an object of `area` square pixels belongs to the range; one on a border belongs to both ranges.
    func contains(_ area: Double) -> Bool {
      switch self {
      case .all: (0...1e10).contains(area)
      case .small: (0...1024).contains(area)
      case .medium: (1024...9216).contains(area)
      case .large: (9216...1e10).contains(area)
      }
    }
  }

  /// The confidence threshold of a class with the highest F1 score, at an IoU of 0.50.
  package struct OperatingPoint: Hashable, Sendable {
    /// F1 score: harmonic mean of precision and recall, 0...1.
    package var f1 = 0.0
    /// Precision, 0...1.
    package var precision = 0.0
    /// Recall, 0...1.
    package var recall = 0.0
    /// The confidence threshold: lowest score of a detection that counts.
    package var confidence = 0.0
  }

  /// The best operating point of each class; all zero for a class without objects or true positives.
  package private(set) var operatingPoints: [OperatingPoint]
  /// Number of classes.
  package let classCount: Int
  /// Objects of each class, crowds not counted.
  package private(set) var objectCounts: [Int]
  /// Interpolated precision by class, area range, threshold and recall level.
  private var precision: [Double]
  /// Maximum recall by class, area range, limit and threshold.
  private var recall: [Double]

  /// Evaluates the detections `found` in each image against the objects `truth`.
  ///
  /// - Parameters:
  ///   - truth: the objects of each image.
  ///   - found: the detections in each image, in the same order of images. With images by ascending id and detections
  ///     in file order, equal scores are ordered as in pycocotools.
  ///   - classCount: number of classes; objects of other classes are ignored.
  package init(truth: [[TrueObject]], found: [[FoundObject]], classCount: Int) {
    precondition(truth.count == found.count, "each image has its truth and its finds")
    self.classCount = classCount
    let thresholds = Self.overlapThresholds.count
    let ranges = AreaRange.allCases.count
    objectCounts = [Int](repeating: 0, count: classCount)
    operatingPoints = [OperatingPoint](repeating: OperatingPoint(), count: classCount)
    precision = [Double](
      repeating: Self.undefined, count: classCount * ranges * thresholds * Self.recallLevels.count)
    recall = [Double](repeating: Self.undefined, count: classCount * ranges * Self.limits.count * thresholds)

    var images = [[ImageMatching]](repeating: [], count: classCount)
    for (objects, claims) in zip(truth, found) {
      let objectsOfClass = Dictionary(grouping: objects, by: \.classID)
      let claimsOfClass = Dictionary(grouping: claims.filter(\.score.isFinite), by: \.classID)
      for classID in Set(objectsOfClass.keys).union(claimsOfClass.keys) where images.indices.contains(classID) {
        images[classID].append(
          ImageMatching(truth: objectsOfClass[classID] ?? [], found: claimsOfClass[classID] ?? []))
      }
    }
    for classID in 0..<classCount {
      objectCounts[classID] = images[classID].reduce(0) { $0 + $1.objectCount }
      for range in AreaRange.allCases { accumulate(images[classID], classID, range) }
    }
  }

  /// Mean of the best operating points of the classes with objects; its confidence is the mean of theirs.
  package var meanOperatingPoint: OperatingPoint {
    let points = zip(operatingPoints, objectCounts).filter { $1 > 0 }.map(\.0)
    guard !points.isEmpty else { return OperatingPoint() }
    func mean(_ value: (OperatingPoint) -> Double) -> Double {
      points.reduce(0) { $0 + value($1) } / Double(points.count)
    }
    return OperatingPoint(
      f1: mean(\.f1), precision: mean(\.precision), recall: mean(\.recall), confidence: mean(\.confidence))
  }

  /// Precision at each recall level for objects of all sizes, or `nil` for a class without objects.
  ///
  /// - Parameter threshold: index into `overlapThresholds`.
  package func curve(ofClass classID: Int, threshold: Int) -> ArraySlice<Double>? {
    guard objectCounts[classID] > 0 else { return nil }
    return precision[precisionRange(classID, .all, threshold..<threshold + 1)]
  }

  /// Mean precision over `thresholds` (indices) and recall levels, of one class or of all classes with objects.
  package func precision(ofClass classID: Int? = nil, in range: AreaRange = .all, thresholds: Range<Int> = 0..<10)
    -> Double
  {
    mean(ofClass: classID) { precision[precisionRange($0, range, thresholds)] }
  }

  /// Maximum recall with at most `AveragePrecision.limits[limit]` detections per image, mean over the thresholds, of
  /// one class or of all classes with objects.
  package func recall(ofClass classID: Int? = nil, in range: AreaRange = .all, limit: Int = 2) -> Double {
    mean(ofClass: classID) { recall[recallRange($0, range, limit)] }
  }

  /// Evenly spaced values with numpy's rounding, so that values on a threshold are compared as there.
  private static func levels(from first: Double, to last: Double, count: Int) -> [Double] {
    let step = (last - first) / Double(count - 1)
    return (0..<count - 1).map { Double($0) * step + first } + [last]
  }

  private func mean(ofClass classID: Int?, _ values: (Int) -> ArraySlice<Double>) -> Double {
    var sum = 0.0
    var count = 0
    for id in classID.map({ $0..<$0 + 1 }) ?? 0..<classCount {
      for value in values(id) where value != Self.undefined {
        sum += value
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : Self.undefined
  }

  private func precisionRange(_ classID: Int, _ range: AreaRange, _ thresholds: Range<Int>) -> Range<Int> {
    let first = (classID * AreaRange.allCases.count + range.rawValue) * Self.overlapThresholds.count
    let levels = Self.recallLevels.count
    return (first + thresholds.lowerBound) * levels..<(first + thresholds.upperBound) * levels
  }

  private func recallRange(_ classID: Int, _ range: AreaRange, _ limit: Int) -> Range<Int> {
    let thresholds = Self.overlapThresholds.count
    let first = ((classID * AreaRange.allCases.count + range.rawValue) * Self.limits.count + limit) * thresholds
    return first..<first + thresholds
  }

  /// Combines the images of one class: all detections by descending score.
  private mutating func accumulate(_ images: [ImageMatching], _ classID: Int, _ range: AreaRange) {
    let outcomes = images.map { $0.outcome(in: range) }
    let objects = outcomes.reduce(0) { $0 + $1.objectCount }
    if objects == 0 { return }
    let ranks = images.flatMap { $0.scores.indices }
    let scores = images.flatMap(\.scores)
    let order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    for threshold in Self.overlapThresholds.indices {
      let verdicts = outcomes.flatMap { $0.verdicts[threshold] }
      if range == .all, threshold == 0 {
        operatingPoints[classID] = OperatingPoint(
          order.map { (scores[$0], verdicts[$0]) }, objects: objects)
      }
      for (limit, most) in Self.limits.enumerated() {
        let right = verdicts.indices.count { verdicts[$0] == .right && ranks[$0] < most }
        recall[recallRange(classID, range, limit).lowerBound + threshold] = Double(right) / Double(objects)
      }
      let place = precisionRange(classID, range, threshold..<threshold + 1)
      precision.replaceSubrange(
        place, with: Self.interpolatedPrecision(order.lazy.map { verdicts[$0] }, objects: objects))
    }
  }

  /// Precision at each recall level: the maximum at that recall or above, 0 if that recall is not reached.
  private static func interpolatedPrecision(_ verdicts: some Sequence<ImageMatching.Verdict>, objects: Int)
    -> [Double]
  {
    var recalls: [Double] = []
    var precisions: [Double] = []
    var right = 0.0
    var wrong = 0.0
    for verdict in verdicts {
      if verdict == .right { right += 1 } else if verdict == .wrong { wrong += 1 }
      recalls.append(right / Double(objects))
      precisions.append(right / (right + wrong + .ulpOfOne))
    }
    for index in precisions.indices.dropLast().reversed() {
      precisions[index] = max(precisions[index], precisions[index + 1])
    }
    var position = 0
    return recallLevels.map { level in
      while position < recalls.count, recalls[position] < level { position += 1 }
      return position < precisions.count ? precisions[position] : 0
    }
  }
}

extension AveragePrecision.OperatingPoint {
  /// The best point of detections by descending score. Detections of equal score are accepted or rejected together.
  fileprivate init(_ detections: [(score: Double, verdict: ImageMatching.Verdict)], objects: Int) {
    self.init()
    var right = 0.0
    var wrong = 0.0
    for (index, detection) in detections.enumerated() {
      if detection.verdict == .right { right += 1 } else if detection.verdict == .wrong { wrong += 1 }
      let isLastOfScore = index + 1 == detections.count || detections[index + 1].score < detection.score
      let value = 2 * right / (Double(objects) + right + wrong)
      guard isLastOfScore, value > f1 else { continue }
      f1 = value
      precision = right / (right + wrong)
      recall = right / Double(objects)
      confidence = detection.score
    }
  }
}
