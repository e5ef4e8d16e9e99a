/// The time in which something moves in front of a camera, as one thing to look at: the person, the dog and the car that
/// brought them. What is known of it grows and never shrinks.
public struct Visit: Hashable, Sendable, Codable {
  /// What has become of a visit.
  public enum Phase: String, Hashable, Sendable, Codable {
    /// It began.
    case new
    /// It has more objects, zones or weight than before.
    case update
    /// Nothing has moved for some time.
    case end
  }

  /// How important a visit is.
  public enum Severity: String, Hashable, Sendable, Codable, Comparable {
    /// Worth keeping.
    case detection
    /// Worth telling somebody.
    case alert

    /// Whether `left` is less important.
    public static func < (left: Severity, right: Severity) -> Bool { left == .detection && right == .alert }
  }

  /// Counted from 1 within one camera.
  public var number: Int
  /// What has become of it.
  public var phase: Phase
  /// The highest of its objects.
  public var severity: Severity
  /// When it began, in seconds of the source.
  public var start: Double
  /// When something active was last seen, in seconds of the source.
  public var lastActive: Double
  /// Identities of its objects, in the order they joined.
  public var objects: [Int]
  /// Classes of its objects, in the order they joined, each once.
  public var classIDs: [Int]
  /// Names of the zones they have been in, in the order they were entered, each once.
  public var zones: [String]

  /// A visit of nobody yet that begins at `start`, in seconds of the source.
  public init(number: Int, severity: Severity, start: Double) {
    self.number = number
    phase = .new
    self.severity = severity
    self.start = start
    lastActive = start
    objects = []
    classIDs = []
    zones = []
  }
}
