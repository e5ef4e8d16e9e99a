import Capture
import Outputs
import V4L2

extension ServiceConfiguration {
  /// Gives each camera its part of the outputs.
  mutating func shareOutputs(_ root: ConfigurationNode, problems: inout ConfigurationProblems) {
    for (kind, target) in outputs.sinks.sorted(by: { $0.key < $1.key }) {
      if cameras.count > 1, !target.contains("{camera}") {
        let place = root.child("outputs")?.child(kind) ?? root
        problems.note(place.problem("\(target) would be written by several cameras: expected {camera} in it"))
      }
      for index in cameras.indices {
        cameras[index].outputs[kind] = target.replacing("{camera}", with: cameras[index].name)
      }
    }
  }

  /// Notes what does not go together, though each part of it may stand.
  func check(_ root: ConfigurationNode, problems: inout ConfigurationProblems) {
    // Looked up once: every camera of a large file may be wrong.
    let entries = (try? root.child("cameras")?.entries()) ?? []
    let sections = Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
    for camera in cameras where camera.device != CaptureRequest() {
      if case .camera = camera.address?.kind { continue }
      let place = sections[camera.name]?.child("camera") ?? root
      problems.note(place.problem("this is for cameras of this machine: expected a url such as /dev/video0"))
    }
    for camera in cameras {
      if let place = sections[camera.name] { camera.checkInputs(place, problems: &problems) }
      let rules = sections[camera.name]
      for place in emptyChoices(of: camera, rules ?? root, root) {
        problems.note(place.problem("expected at least one class; without this key it is all"))
      }
      for line in camera.lines where line.a != nil && line.a == line.b {
        let place = rules?.child("lines")?.child(line.name) ?? root
        problems.note(place.problem("expected two points, got the same one as a and b"))
      }
      for line in camera.lines where line.directions.map({ $0.count != 2 || $0[0] == $0[1] }) ?? false {
        let place = rules?.child("lines")?.child(line.name)?.child("directions") ?? root
        problems.note(place.problem("expected two different names"))
      }
      for zone in camera.zones {
        guard let problem = zone.speedProblem else { continue }
        problems.note((rules?.child("zones")?.child(zone.name)?.child("speed") ?? root).problem(problem))
      }
      let filters = camera.filters.map { ("filters", $0) } + camera.zones.map { ("zones", $0.filter) }
      for (key, filter) in filters where filter.isImpossible {
        let place = rules?.child(key)?.child(filter.name) ?? root
        problems.note(place.problem("expected the least value of area and ratio to be below the greatest"))
      }
    }
    let zones = Set(cameras.flatMap { $0.zones.map(\.name) })
    for camera in cameras {
      for (key, choice) in [("alerts", camera.visits.alerts), ("detections", camera.visits.detections)] {
        guard let missing = choice.zones?.first(where: { !zones.contains($0) }) else { continue }
        let section = [sections[camera.name], root.child("defaults")].lazy.compactMap {
          $0?.child("visits")?.child(key)
        }.first
        problems.note((section ?? root).problem("no camera has a zone \(missing)"))
      }
    }
    var receivers: Set<PushAddress> = []
    for camera in cameras {
      guard let address = camera.push, !receivers.insert(address).inserted else { continue }
      let place = sections[camera.name]?.child("push") ?? root
      problems.note(place.problem("another camera is pushed to \(address): expected an address for each"))
    }
    if outputs.storage.path == nil, let camera = cameras.first(where: \.record.isContinuous) {
      let section = [sections[camera.name], root.child("defaults")].lazy.compactMap { $0?.child("record") }.first
      problems.note(
        (section ?? root).problem("there is no folder for continuous recordings: expected outputs.storage"))
    }
  }
}

/// Lists of classes of `camera`, in the section `place`, that name none: nothing would ever be found.
private func emptyChoices(
  of camera: CameraSettings, _ place: ConfigurationNode, _ root: ConfigurationNode
) -> [ConfigurationNode] {
  var found: [ConfigurationNode] = []
  if camera.detect.classes?.isEmpty ?? false {
    let sections = [place, root.child("defaults")].compactMap { $0?.child("detect")?.child("classes") }
    found.append(sections.first ?? place)
  }
  for zone in camera.zones where zone.classes?.isEmpty ?? false {
    found.append(place.child("zones")?.child(zone.name)?.child("objects") ?? place)
  }
  for line in camera.lines where line.classes?.isEmpty ?? false {
    found.append(place.child("lines")?.child(line.name)?.child("objects") ?? place)
  }
  return found
}
