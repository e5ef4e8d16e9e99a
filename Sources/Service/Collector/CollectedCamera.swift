import Foundation
import JSON
import LiveView
import Outputs
import Scene
import Web

/// A camera of a box, in its last published state.
final class CollectedCamera: WebCamera {
  /// The payload of a camera's state topic.
  private struct State: Decodable {
    var state: String
    var cause: String?
    var message: String?
    var width: Int?
    var height: Int?
  }

  /// Its name in the fleet.
  let name: String
  /// The box that watches it.
  let box: String
  private let state: State
  /// Always empty: frames stay at the box.
  let latestFrame = LatestFrame(classes: ClassCatalogue(names: []))

  /// The camera `name` of `box` in the state of `payload`; without one it is connecting.
  init(_ name: String, box: String, payload: [UInt8]? = nil, isBoxThere: Bool = true) {
    self.name = name
    self.box = box
    var state =
      payload.flatMap { try? JSONDecoder().decode(State.self, from: Data($0)) } ?? State(state: "connecting")
    if !isBoxThere { state = State(state: "down", cause: "unreachable", message: "\(box) is offline") }
    self.state = state
  }

  var segments: SegmentFeed? { nil }
  var statusImage: StatusImage { StatusImage(saying: "live view: at \(box)") }
  var hasSegments: Bool { false }
  var isUp: Bool { state.state == "up" }

  var json: String {
    let report: JSONValue = [
      "name": .string(name), "box": .string(box), "state": .string(state.state), "hls": false,
      "cause": .optional(state.cause), "last_cause": .optional(state.cause), "last_failure": .optional(state.message),
      "width": .integer(state.width ?? 0), "height": .integer(state.height ?? 0),
    ]
    return report.text
  }

  var marks: String {
    "{\"zones\":[],\"lines\":[],\"object_masks\":[],\"motion_masks\":[],\"privacy_masks\":[],\"classes\":[]}"
  }
}
