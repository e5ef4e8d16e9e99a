import Foundation
import JSON
package import Outputs

/// A web server that is called for events.
package struct HookSettings: Hashable, Sendable {
  /// Its name in metrics and messages.
  package let name: String
  /// The address, secrets included.
  package var url: String?
  /// More headers, `Name: value`.
  package var headers: [String]?
  /// Key of the signature.
  package var secret: String?
  /// A file with that key on its first line.
  package var secretFile: String?
  /// Form of the body, by name.
  package var template = "json"
  /// A body of one's own.
  package var text: String?
  /// The chat that Telegram is to write in.
  package var chat: String?
  /// Whether the image is sent.
  package var sendsImage = false
  /// What it is for; `nil` is all.
  package var cameras, classes, zones, types, severities: [String]?
  /// Which event of an object, where no kinds are named.
  package var moment = "first"
  /// When it is called, in minutes of the day; `nil` is always.
  package var hours: DayHours?
  /// Seconds of silence about a class at a camera.
  package var cooldown = 0.0
  /// Whether an object is reported once only.
  package var isOncePerObject = false

  /// Names of the forms of bodies.
  static let templates = ["json", "ntfy", "gotify", "apprise", "telegram", "discord", "slack"]
  /// Names of the events of an object.
  static let moments = ["first", "snapshot", "end"]

  init(named name: String) {
    self.name = name
  }

  static let settings: [Setting<HookSettings>] = [
    .value(
      "url", \.url, .webAddress, isRequired: true, example: "https://192.0.2.20/hook", "The address that is called."),
    .value("headers", \.headers, .names("headers such as Authorization: Bearer ${TOKEN}"), "More headers."),
    .value("secret", \.secret, .text("a key"), "Key of the signature, such as ${HOOK_SECRET}."),
    .value("secret_file", \.secretFile, .text("the path of a file"), "A file with that key on its first line."),
    .value("template", \.template, .oneOf(templates), "Form of the body: \(templates.joined(separator: ", "))."),
    .value(
      "text", \.text, .text("a text"),
      "A body of one's own, with {camera}, {label}, {type}, {places}, {time}, {event} and {text} in it."),
    .value("chat", \.chat, .text("a chat"), "The chat that Telegram writes in."),
    .value("image", \.sendsImage, .switched, "Whether the image is sent, too, where there is one."),
    .value("cameras", \.cameras, .names("names of cameras"), "Cameras that it is for."),
    .value("classes", \.classes, .names("names of classes"), example: "[person]", "Classes that it is for."),
    .value("zones", \.zones, .names("names of zones and lines"), "Zones and lines that it is for."),
    .value("types", \.types, .names("kinds of events"), "Kinds of events that it is for, such as loiter or line."),
    .value("severity", \.severities, .names("alert or detection"), "Severities of visits that it is for."),
    .value(
      "when", \.moment, .oneOf(moments),
      "Without types: first (the start), snapshot (the end, with an image) "
        + "or end."),
    .value("hours", \.hours, .optional(.dayHours), "When it is called: 22:00-06:00, local time."),
    .value(
      "cooldown", \.cooldown, .duration(0...86_400), "How long it is silent about a class at a camera after a call."),
    .value("once", \.isOncePerObject, .switched, "Whether an object is reported once only."),
  ]
}

extension SettingKind where Value == DayHours {
  /// A part of each day.
  static var dayHours: SettingKind {
    parsed(
      "\"type\":\"string\",\"pattern\":\("^[0-9:]+-[0-9:]+$".json)", "hours such as 22:00-06:00",
      DayHours.init(parsing:))
  }
}

extension SettingKind where Value == String? {
  /// An address of a web server.
  static var webAddress: SettingKind {
    .optional(
      .parsed("\"type\":\"string\",\"pattern\":\"^https?://\"", "an address such as https://192.0.2.20/hook") { text in
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host() != nil else { return nil }
        return text
      })
  }
}
