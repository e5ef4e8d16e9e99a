import Foundation
import JSON
import Outputs
import Recording

/// An event that a box published, for the log of a fleet.
struct CollectedEvent: Sendable {
  /// The fields that are read.
  private struct Facts: Decodable {
    let event: String
    let id: String
    let type: String
    let camera: String
    let label: String?
    let start: String?
    let ts: String
    let snapshot: String?
  }

  /// The message, field by field.
  private let fields: JSONFields
  private let box: String
  private let facts: Facts

  /// The event in `payload`, which `box` sent; `nil` if it is none.
  init?(_ payload: [UInt8], box: String) {
    guard let facts = try? JSONDecoder().decode(Facts.self, from: Data(payload)), MediaName.isIdentifier(facts.event),
      MediaName.isIdentifier(facts.id), !payload.contains(UInt8(ascii: "\n")), let fields = JSONFields(payload)
    else { return nil }
    self.fields = fields
    self.box = box
    self.facts = facts
  }

  /// The camera as the box calls it.
  var cameraOfBox: String { facts.camera }

  /// The camera's name in the fleet.
  var camera: String { Self.camera(facts.camera, of: box) }

  /// The name in the fleet of what `box` calls `camera`.
  static func camera(_ camera: String, of box: String) -> String { "\(box).\(camera)" }

  /// The line of the log: with the camera's name in the fleet, and no file of the box. `keep` keeps the snapshot, and returns its path.
  func line(
    keep: (_ identifier: String, _ label: String, _ camera: String, _ milliseconds: Int64) -> String?
  ) -> String {
    var fields = fields
    fields["camera"] = camera.json
    guard fields["snapshot"] != nil || fields["clip"] != nil else { return fields.json }
    let began = FootageTime.milliseconds(facts.start ?? facts.ts) ?? 0
    let snapshot = facts.snapshot.flatMap { _ in keep(facts.id, facts.label ?? "object", camera, began) }
    fields["snapshot"] = snapshot?.json ?? "null"
    if snapshot == nil { fields["snapshot_box"] = nil }
    // Clips stay with the box.
    fields["clip"] = "null"
    (fields["clip_offset"], fields["clips"]) = (nil, nil)
    return fields.json
  }
}
