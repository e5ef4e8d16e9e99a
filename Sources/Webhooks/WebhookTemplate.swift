import JSON
import Outputs

/// What the body of a call is.
package enum WebhookTemplate: Hashable, Sendable {
  /// The event itself.
  case json
  /// What a known service takes.
  case ntfy, gotify, apprise, telegram(chat: String), discord, slack
  /// A text with `{camera}`, `{label}`, `{type}`, `{places}`, `{time}`, `{event}` and `{text}` in it.
  case text(String)

  /// The body for `event`, and its media type.
  func body(of event: WebhookEvent) -> (text: String, type: String) {
    let sentence = event.sentence.json
    switch self {
    case .json: return (event.payload, Self.jsonType)
    case .ntfy: return (event.sentence, "text/plain; charset=utf-8")
    case .gotify: return ("{\"title\":\(event.camera.json),\"message\":\(sentence),\"priority\":5}", Self.jsonType)
    case .apprise: return ("{\"title\":\(event.camera.json),\"body\":\(sentence),\"type\":\"info\"}", Self.jsonType)
    case .telegram(let chat): return ("{\"chat_id\":\(chat.json),\"text\":\(sentence)}", Self.jsonType)
    case .discord: return ("{\"content\":\(sentence)}", Self.jsonType)
    case .slack: return ("{\"text\":\(sentence)}", Self.jsonType)
    case .text(let text): return (fill(text, with: event), "text/plain; charset=utf-8")
    }
  }

  private static let jsonType = "application/json"

  /// What stands for each word in braces.
  static func values(of event: WebhookEvent) -> [String: String] {
    [
      "camera": event.camera, "label": event.label ?? "", "type": event.type,
      "places": event.places.joined(separator: ", "), "time": EventClock.text(event.milliseconds), "event": event.key,
      "text": event.sentence,
    ]
  }

  private func fill(_ text: String, with event: WebhookEvent) -> String {
    let values = Self.values(of: event)
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      rest = rest[open...]
      if let close = rest.firstIndex(of: "}"), let value = values[String(rest[rest.index(after: open)..<close])] {
        result += value
        rest = rest[rest.index(after: close)...]
      } else {
        result += "{"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }
}
