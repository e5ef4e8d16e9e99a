/// Which predictions become detections.
public struct DetectionOptions: Hashable, Sendable {
  /// Lowest class probability, 0…1; a prediction must be above it.
  public var confidence: Float
  /// Lowest probability of single classes, by index, instead of `confidence`.
  public var classConfidence: [Int: Float] = [:]
  /// Boxes that overlap a better one by more than this (intersection over union) are dropped.
  public var overlap: Float
  /// The same for single classes, by index.
  public var classOverlap: [Int: Float] = [:]
  /// Most detections a picture.
  public var limit: Int
  /// Classes looked for, by index; `nil` is all.
  public var classes: Set<Int>?
  /// Boxes of different classes suppress each other.
  public var isAgnostic = false
  /// A box counts once for every class above the threshold, as evaluation has it; otherwise for its best class.
  public var isMultiLabel = false

  /// Most predictions that suppression looks at, best first: dense scenes take bounded time.
  public static let candidateLimit = 30_000

  /// Detections above `confidence` that overlap by `overlap` at most.
  public init(confidence: Float = 0.25, overlap: Float = 0.45, limit: Int = 300) {
    self.confidence = confidence
    self.overlap = overlap
    self.limit = limit
  }
}
