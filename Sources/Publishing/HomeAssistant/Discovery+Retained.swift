import Foundation
import JSON
import MQTT
import Outputs

extension Discovery {
  /// A device that was announced before, as far as it matters for taking it back: read from the retained message, so that
  /// what left the configuration while the service was stopped is taken back, too.
  func device(in message: MQTTMessage) -> Device? {
    guard message.isRetained, !message.payload.isEmpty, let id = device(at: message.topic),
      let object = (try? JSONSerialization.jsonObject(with: Data(message.payload))) as? [String: Any],
      let components = object["components"] as? [String: [String: Any]]
    else { return nil }
    return Device(
      id: id, frame: [],
      components: components.sorted { $0.key < $1.key }.map { key, value in
        let fields = ["platform", "state_topic", "image_topic"].compactMap { name in
          (value[name] as? String).map { (key: name, value: JSONValue.string($0)) }
        }
        return (key: key, value: .object(fields))
      })
  }
}

extension Discovery {
  /// What takes back of `old`, as the broker has it, what is not in `devices` any more.
  func corrections(of old: Device, to devices: [Device]) -> [MQTTMessage] {
    guard let new = devices.first(where: { $0.id == old.id }) else {
      return messages([], before: [old]) + clearings(of: old)
    }
    let isGone = old.components.contains { component in !new.components.contains { $0.key == component.key } }
    return isGone ? messages([new], before: [old]) : []
  }

  /// What removes the retained state of a camera that is gone.
  private func clearings(of device: Device) -> [MQTTMessage] {
    guard device.id.hasPrefix("camera_") else { return [] }
    let own = "\(topics.prefix)/\(device.id.dropFirst("camera_".count))/"
    let shown = device.components.flatMap { component in
      ["state_topic", "image_topic"].compactMap { name in
        if case .string(let topic)? = component.value[name], topic.hasPrefix(own) { topic } else { nil }
      }
    }
    return Set(shown).sorted().map { MQTTMessage(topic: $0, payload: [], isRetained: true) }
  }
}
