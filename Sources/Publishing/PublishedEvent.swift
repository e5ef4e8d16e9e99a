/// An event on its way to those outside.
package struct PublishedEvent: Hashable, Sendable {
  /// Identifies it for good: who gets it twice can drop the second.
  package var key: String
  /// Name of the camera.
  package var camera: String
  /// The event as one JSON object on a line.
  package var json: String
  /// Path of the image that shows it, if there is one.
  package var snapshot: String?

  package init(key: String, camera: String, json: String, snapshot: String? = nil) {
    self.key = key
    self.camera = camera
    self.json = json
    self.snapshot = snapshot
  }

  /// The JSON with the key in front, as `event`.
  var payload: String { "{\"event\":\"\(key)\"," + json.dropFirst() }

  /// The event as it lies in a spool: four lines.
  var spooled: [UInt8] { Array("\(key)\n\(camera)\n\(snapshot ?? "")\n\(json)".utf8) }

  /// Reads what `spooled` wrote; `nil` for anything else.
  init?(spooled bytes: [UInt8]) {
    let parts = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, parts[3].hasPrefix("{") else { return nil }
    self.init(
      key: String(parts[0]), camera: String(parts[1]), json: String(parts[3]),
      snapshot: parts[2].isEmpty ? nil : String(parts[2]))
  }
}
