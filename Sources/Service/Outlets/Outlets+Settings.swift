import Foundation
import MQTT
import Publishing
import Settings
import Spooling
import Webhooks

extension OutputSettings {
  /// Folder of state that is kept over restarts: the configured one, that of the cameras' state, that of the service manager,
  /// or one of the user.
  func stateFolder(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    if let state { return state }
    if let folder = MemoryFolder(events: events.lines.path, recordings: storage.path) { return folder.path }
    if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first { return "\(folder)/state" }
    let home = environment["HOME"] ?? NSHomeDirectory()
    return (environment["XDG_STATE_HOME"] ?? "\(home)/.local/state") + "/yolostream"
  }
}

extension PublishingSettings {
  /// The settings for publishing by `outputs`; `nil` without a broker. Throws `configuration` for a file that cannot be read.
  init?(_ outputs: OutputSettings) throws(ServiceError) {
    let settings = outputs.mqtt
    guard settings.address != nil else { return nil }
    let form = Form(rawValue: settings.format) ?? .native
    let prefix = settings.prefix ?? (form == .frigate ? "frigate" : "yolostream")
    let broker = try MQTTOptions(settings, clientID: prefix.replacing("/", with: "-"), place: "outputs.mqtt")
    self.init(broker: broker, spool: outputs.stateFolder() + "/mqtt")
    self.form = form
    self.prefix = prefix
    discovery = settings.announces ? settings.discovery : nil
    limits = SpoolLimits(bytes: Int(settings.spoolSize), age: settings.spoolAge)
  }
}

extension MQTTOptions {
  /// The connection to the broker in `settings`, which must name one. Throws `configuration` for a file that cannot be read.
  ///
  /// - Parameters:
  ///   - clientID: the client identifier, unless the settings have one.
  ///   - place: the section, for messages.
  init(_ settings: MQTTSettings, clientID: String, place: String) throws(ServiceError) {
    guard let address = settings.address else {
      throw ServiceError(.configuration, "\(place).url: expected the address of a broker")
    }
    self.init(address: address, clientID: settings.clientID ?? clientID)
    user = settings.user ?? user
    password = try Secret.read(settings.password, file: settings.passwordFile, place + ".password_file") ?? password
    version = settings.version
    tls = .init(authorities: settings.authorities, certificate: settings.certificate, key: settings.key)
  }
}

extension WebhookSettings {
  /// The webhook of `settings`. Throws `configuration` for a file that cannot be read, or for a missing chat.
  init(_ settings: HookSettings) throws(ServiceError) {
    let place = "outputs.webhooks.\(settings.name)"
    self.init(name: settings.name, url: settings.url ?? "")
    secret = try Secret.read(settings.secret, file: settings.secretFile, place + ".secret_file")
    for header in settings.headers ?? [] {
      guard let colon = header.firstIndex(of: ":") else {
        throw ServiceError(.configuration, "\(place).headers: expected Name: value")
      }
      headers[String(header[..<colon])] = header[header.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    switch settings.template {
    case _ where settings.text != nil: template = .text(settings.text ?? "")
    case "ntfy": template = .ntfy
    case "gotify": template = .gotify
    case "apprise": template = .apprise
    case "telegram":
      guard let chat = settings.chat else {
        throw ServiceError(.configuration, "\(place).chat: expected the chat that Telegram writes in")
      }
      template = .telegram(chat: chat)
    case "discord": template = .discord
    case "slack": template = .slack
    default: template = .json
    }
    sendsImage = settings.sendsImage
    cameras = settings.cameras.map(Set.init)
    labels = settings.classes.map(Set.init)
    places = settings.zones.map(Set.init)
    types = settings.types.map(Set.init)
    severities = settings.severities.map(Set.init)
    moment = Moment(rawValue: settings.moment) ?? .first
    hours = settings.hours
    cooldown = settings.cooldown
    isOncePerObject = settings.isOncePerObject
  }
}

/// Secrets that are not in the configuration itself.
private enum Secret {
  /// `text`, or else the first line of `file`. Throws `configuration` for a file that cannot be read; `place` names its key.
  static func read(_ text: String?, file: String?, _ place: String) throws(ServiceError) -> String? {
    guard text == nil, let file else { return text }
    guard let content = try? String(contentsOfFile: file, encoding: .utf8),
      let line = content.split(separator: "\n").first
    else { throw ServiceError(.configuration, "\(place): cannot read \(file)") }
    return line.trimmingCharacters(in: .whitespaces)
  }
}
