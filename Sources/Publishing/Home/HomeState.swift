/// What a house shows of the service: everything that is published as retained state. A plain value; who publishes it
/// compares it with what was sent before.
package struct HomeState: Hashable, Sendable {
  /// The service as a whole.
  package var server = HomeServer()
  /// Its cameras, in the order of the configuration.
  package var cameras: [HomeCamera] = []

  package init(server: HomeServer = HomeServer(), cameras: [HomeCamera] = []) {
    self.server = server
    self.cameras = cameras
  }
}

extension HomeState {
  /// Whether `other` has the same cameras, classes and zones, and the same version of the program.
  func hasSameEntities(as other: HomeState) -> Bool {
    server.version == other.server.version && cameras.count == other.cameras.count
      && zip(cameras, other.cameras).allSatisfy {
        $0.name == $1.name && $0.labels == $1.labels && $0.zones == $1.zones
      }
  }
}

/// The service as a whole.
package struct HomeServer: Hashable, Sendable {
  /// Version of the program.
  package var version = ""
  /// Cameras that deliver frames.
  package var camerasUp = 0
  /// Age of results in seconds, the median of the slowest camera; `nil` before there is one.
  package var resultAge: Double?
  /// Bytes that are free where recordings go; `nil` where nothing is recorded.
  package var freeBytes: Int?

  package init() {}
}

/// One camera.
package struct HomeCamera: Hashable, Sendable {
  /// Its name.
  package var name: String
  /// `up`, `connecting`, `down` or `disabled`.
  package var state = "connecting"
  /// Why it is down, in a word and in a sentence.
  package var cause: String?
  package var message: String?
  /// Size of its frames in pixels; 0 before there was one.
  package var width = 0, height = 0
  /// What is switched on.
  package var switches = HomeSwitches()
  /// Classes that have counts of their own, by name.
  package var labels: [String]
  /// Names of its zones.
  package var zones: [String] = []
  /// What is in front of it now; what is not listed is not there.
  package var counts: [HomeCount] = []

  package init(name: String, labels: [String]) {
    self.name = name
    self.labels = labels
  }
}

extension HomeCamera {
  /// Classes that have counts of their own where a camera looks for all that a large model knows.
  private static let common = ["person", "bicycle", "car", "motorcycle", "bus", "truck", "bird", "cat", "dog"]

  /// Which of a model's classes have counts of their own, unless a user names some.
  package static func labels(of names: [String]) -> [String] {
    let common = common.filter(names.contains)
    return names.count <= 12 || common.isEmpty ? Array(names.prefix(12)) : common
  }
}

/// What of a camera is switched on.
package struct HomeSwitches: Hashable, Sendable, Codable {
  /// Whether it is watched. A camera that is not is not even connected to.
  package var enabled = true
  /// Whether objects are looked for.
  package var detect = true
  /// Whether clips and snapshots are kept.
  package var record = true
  /// Whether webhooks are called.
  package var alerts = true

  package init() {}
}

/// How many objects of one class are in one zone, or in the whole frame.
package struct HomeCount: Hashable, Sendable {
  /// Name of the zone; `nil` is the whole frame.
  package var zone: String?
  /// Name of the class.
  package var label: String
  /// All of them.
  package var all: Int
  /// Those that are not stationary.
  package var active: Int

  package init(zone: String? = nil, label: String, all: Int, active: Int) {
    self.zone = zone
    self.label = label
    self.all = all
    self.active = active
  }
}
