import Foundation
import Rules

extension ServiceConfiguration {
  /// Notes outputs that could be read and would never do anything, or harm each other.
  func checkOutputs(_ root: ConfigurationNode, problems: inout ConfigurationProblems) {
    let section = root.child("outputs")
    for (key, topic) in [("prefix", outputs.mqtt.prefix), ("discovery_prefix", outputs.mqtt.discovery)] {
      guard let topic, topic.unicodeScalars.contains(where: { "+#".unicodeScalars.contains($0) || $0.value < 0x20 })
      else { continue }
      problems.note(
        (section?.child("mqtt")?.child(key) ?? root).problem(
          "expected a topic to publish to, such as house/yolostream: + and # only stand in what others subscribe to"))
    }
    let events = section?.child("events")
    if let log = outputs.eventLog {
      if let store = outputs.eventStore, Self.isSame(store, log) {
        problems.note(
          (events?.child("sqlite") ?? root).problem("this is the log of events itself: expected a file of its own"))
      }
    } else {
      for key in ["sqlite", "footage"] {
        guard let place = events?.child(key) else { continue }
        problems.note(place.problem("events are not kept: expected outputs.events.jsonl or outputs.storage"))
      }
    }
    for hook in outputs.webhooks {
      let place = section?.child("webhooks")?.child(hook.name) ?? root
      for problem in hookProblems(hook, place) { problems.note(problem) }
    }
  }

  private static func isSame(_ path: String, _ other: String) -> Bool {
    URL(filePath: path).standardizedFileURL == URL(filePath: other).standardizedFileURL
  }

  /// Why `hook`, in the section `place`, would never be called, or not for all that it names.
  private func hookProblems(_ hook: HookSettings, _ place: ConfigurationNode) -> [ConfigurationProblem] {
    let zones = cameras.flatMap { $0.zones.map(\.name) + $0.lines.map(\.name) }
    let choices: [(key: String, words: [String]?, known: [String]?, what: String)] = [
      ("cameras", hook.cameras, cameras.map(\.name), "there is no camera"),
      ("zones", hook.zones, zones, "no camera has a zone or line"),
      ("types", hook.types, HookSettings.types, "there is no kind of event"),
      ("severity", hook.severities, HookSettings.severities, "there is no severity"),
      ("classes", hook.classes, nil, ""),
    ]
    var problems: [ConfigurationProblem] = []
    for choice in choices {
      guard let words = choice.words else { continue }
      let place = place.child(choice.key) ?? place
      if words.isEmpty { problems.append(place.problem("expected at least one; without this key it is for all")) }
      guard let known = choice.known, let word = words.first(where: { !known.contains($0) }) else { continue }
      let hint = NearestName.of(word, in: known).map { "; did you mean \($0)?" } ?? ""
      problems.append(place.problem("\(choice.what) \(word)\(hint)"))
    }
    if hook.severities != nil, !(hook.types ?? []).contains("visit") {
      problems.append((place.child("severity") ?? place).problem("only visits have one: expected types: [visit], too"))
    }
    return problems
  }
}

extension HookSettings {
  /// Kinds of events.
  static let types =
    [
      "start", "update", "end", "stationary", "active", "zone_enter", "zone_exit", "loiter", "line", "visit",
      "camera_down", "camera_up",
    ] + RuleRegistry.kinds.map(\.name)
  /// Severities of visits.
  static let severities = ["alert", "detection"]
}
