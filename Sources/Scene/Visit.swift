/// A period of activity in front of a camera with all objects that take part, such as a person, their dog and the car
/// they came in. Objects, zones and severity are only ever added or raised.
package struct Visit: Hashable, Sendable, Codable {
  /// The phase of a visit in an event.
  package enum Phase: String, Hashable, Sendable, Codable {
    /// It started.
    case new
    /// Objects, zones or severity were added.
    case update
    /// Nothing has moved for some time.
    case end
  }

  /// The importance of a visit.
  package enum Severity: String, Hashable, Sendable, Codable, Comparable {
    /// Worth keeping.
    case detection
    /// Worth a notification.
    case alert

    /// Whether `left` is less important than `right`.
    package static func < (left: Severity, right: Severity) -> Bool { left == .detection && right == .alert }
  }

  /// Number within one camera, from 1.
  package var number: Int
  /// The phase.
  package var phase: Phase
  /// The highest severity of its objects.
  package var severity: Severity
  /// When it started, in seconds of the source.
  package var start: Double
  /// When an active object was last seen, in seconds of the source.
  package var lastActive: Double
  /// Identities of its objects, in the order they joined.
  package var objects: [Int]
  /// Classes of its objects, in the order they joined, each once.
  package var classIDs: [Int]
  /// Names of the zones they have been in, in the order they were entered, each once.
  package var zones: [String]

  /// A visit without objects that starts at `start`, in seconds of the source.
  package init(number: Int, severity: Severity, start: Double) {
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
