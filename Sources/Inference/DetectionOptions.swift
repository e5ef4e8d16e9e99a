/// Which predictions become detections.
public struct DetectionOptions: Hashable, Sendable {
  /// Confidence threshold, 0…1: lowest class probability (exclusive).
  public var confidence: Float
  /// Confidence thresholds of single classes by index; they replace `confidence`.
  public var classConfidence: [Int: Float] = [:]
  /// NMS threshold, 0…1: a box whose IoU with a better one exceeds it is dropped.
  public var overlap: Float
  /// NMS thresholds of single classes by index; they replace `overlap`.
  public var classOverlap: [Int: Float] = [:]
  /// Most detections per image.
  public var limit: Int
  /// Indices of the classes to detect; `nil` for all.
  public var classes: Set<Int>?
  /// Class-agnostic NMS: boxes of different classes suppress each other.
  public var isAgnostic = false
  /// A box counts once for every class above the threshold, as in evaluation; otherwise only for its best class.
  public var isMultiLabel = false

  /// Most candidates that NMS considers, best first; bounds the time of dense scenes.
  public static let candidateLimit = 30_000

  /// Options with a confidence threshold, an IoU threshold and a limit per image.
  public init(confidence: Float = 0.25, overlap: Float = 0.45, limit: Int = 300) {
    self.confidence = confidence
    self.overlap = overlap
    self.limit = limit
  }

  /// Throws `threshold` unless all thresholds are within 0…1 and the limit is not negative.
  func check() throws(InferenceError) {
    let range: ClosedRange<Float> = 0...1
    let areThresholds = [confidence, overlap].allSatisfy { range.contains($0) }
    let areOfClasses = [classConfidence, classOverlap].allSatisfy { $0.values.allSatisfy { range.contains($0) } }
    guard areThresholds, areOfClasses else {
      throw InferenceError(.threshold, "a confidence or NMS threshold is outside 0...1")
    }
    guard limit >= 0 else {
      throw InferenceError(.threshold, "a limit of \(limit) detections per image was given: expected 0 or more")
    }
  }
}
