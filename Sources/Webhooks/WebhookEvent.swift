/// An event as webhooks see it: the fields that their conditions test, and the JSON that is sent.
package struct WebhookEvent: Hashable, Sendable {
  /// A unique key, the same in every attempt.
  package var key: String
  /// Name of the camera.
  package var camera: String
  /// What happened: `start`, `end`, `line` and so on.
  package var type: String
  /// Name of the object's class; `nil` for an event of no single object.
  package var label: String?
  /// Names of the classes of its objects, where the event is of a visit.
  package var visitors: [String] = []
  /// Names of the zones that the object is in or has been in, and of the line it crossed.
  package var places: [String] = []
  /// Identifier of the object, or of the visit.
  package var object: String
  /// Whether it is the first event that shows its object active.
  package var isArrival = false
  /// `alert` or `detection`, where the event is of a visit.
  package var severity: String?
  /// When it happened, in milliseconds since 1970.
  package var milliseconds: Int64
  /// The event as one JSON object on a line.
  package var json: String
  /// Path of the image that shows it, if there is one.
  package var snapshot: String?

  package init(
    key: String, camera: String, type: String, label: String?, object: String, milliseconds: Int64, json: String
  ) {
    self.key = key
    self.camera = camera
    self.type = type
    self.label = label
    self.object = object
    self.milliseconds = milliseconds
    self.json = json
  }

  /// The JSON with the key in front, as `event`.
  var payload: String { "{\"event\":\"\(key)\"," + json.dropFirst() }

  /// A sentence for people.
  var sentence: String {
    let what = label ?? (visitors.isEmpty ? "activity" : visitors.joined(separator: ", "))
    let place = places.isEmpty ? "" : " (\(places.joined(separator: ", ")))"
    switch type {
    case "start", "visit": return "\(what) at \(camera)\(place)"
    case "active": return "\(what) moves at \(camera)\(place)"
    case "end": return "\(what) has left \(camera)\(place)"
    case "line": return "\(what) crossed a line at \(camera)\(place)"
    case "loiter": return "\(what) stays at \(camera)\(place)"
    case "camera_down": return "the camera \(camera) is offline"
    case "camera_up": return "the camera \(camera) is online"
    default: return (label.map { "\(type) of \($0)" } ?? type) + " at \(camera)\(place)"
    }
  }
}
