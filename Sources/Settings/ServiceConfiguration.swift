import Foundation
package import Outputs

/// The configuration of the service: a whole file.
package struct ServiceConfiguration: Hashable, Sendable {
  /// Version of the file's format.
  var version = 1
  /// Which network, and how it runs.
  package var model = ModelSettings()
  /// Defaults of cameras.
  package var defaults = CameraDefaults()
  /// The cameras, in the order of the file; names are unique.
  package var cameras: [CameraSettings] = []
  /// Where results go.
  package var outputs = OutputSettings()
  /// The web server.
  package var http = HTTPSettings()

  static let settings: [Setting<ServiceConfiguration>] = [
    .value("version", \.version, .whole(1...1), isRequired: true, example: "1", "Version of this format."),
    .section("model", \.model, ModelSettings.settings, "The network; without, the one that comes with the package."),
    .section("defaults", \.defaults, CameraDefaults.settings, "What holds for cameras that say nothing else."),
    .sections(
      "cameras", \.cameras, CameraSettings.settings, isRequired: true, example: "front", "The cameras, by name."
    ) { name, all in
      CameraSettings(named: name, defaults: all.defaults)
    },
    .section("outputs", \.outputs, OutputSettings.settings, "Where results go."),
    .section(
      "http", \.http, HTTPSettings.settings, "The web page, metrics and the interface for programs.",
      check: HTTPSettings.check),
  ]
}

/// Which network, and how it runs.
package struct ModelSettings: Hashable, Sendable {
  /// The checkpoint, or the name of one that was fetched; `nil` for the model that comes with the package.
  package var path: String?
  /// Longest sides of the network's input; `nil` for what the model was trained on.
  package var size: FrameSize?
  /// Threads that run the network, each on its own frame.
  package var workers = max(1, min(ProcessInfo.processInfo.activeProcessorCount, 64))

  static let settings: [Setting<ModelSettings>] = [
    .value(
      "path", \.path, .text("the path of a checkpoint"), example: "gelan-n",
      "Checkpoint (official .pt, Ultralytics .pt, .safetensors), or the name of one that 'model pull' has fetched."),
    .value(
      "imgsz", \.size, .optional(.inputSize),
      "Longest side of the input, or HxW; otherwise what the model was trained on, or 640."),
    .value(
      "workers", \.workers, .whole(1...64),
      "Frames analysed at the same time, each by a thread; by default one per processor."),
  ]
}

/// Where results go.
package struct OutputSettings: Hashable, Sendable {
  /// Log of events.
  package struct Events: Hashable, Sendable {
    /// A file of JSON lines.
    package struct JSONLines: Hashable, Sendable {
      /// Where it is; it is appended to.
      package var path: String?
      /// Bytes at which it goes on in another file; `nil` is never.
      package var rotate: Int64?
      /// Earlier files that stay.
      package var keep = 8

      /// When it goes on in another file; `nil` is never.
      package var rotation: LogRotation? { rotate.map { LogRotation(size: $0, keep: keep) } }

      static let settings: [Setting<JSONLines>] = [
        .value(
          "path", \.path, .text("the path of a file"), isRequired: true, example: "/var/lib/yolostream/events.jsonl",
          "The file; lines are appended. It is opened again on SIGHUP, so it may be moved away."),
        .value(
          "rotate", \.rotate, .optional(.size), example: "64MiB",
          "Size at which it goes on in another file; the full one becomes events.jsonl.1. Otherwise never."),
        .value("rotate_keep", \.keep, .whole(1...1000), example: "8", "Earlier files that stay."),
      ]
    }

    /// The event history.
    package struct Store: Hashable, Sendable {
      /// Where it is; `nil` for beside the log.
      package var path: String?

      static let settings: [Setting<Store>] = [
        .value(
          "path", \.path, .text("the path of a file"),
          "The file; without, events.sqlite beside the log. It may be deleted: it is built again from the log.")
      ]
    }

    /// A file of JSON lines.
    package var lines = JSONLines()
    /// The event history.
    package var store = Store()
    /// Folder of logs that are in the history as well.
    package var footage: String?

    static let settings: [Setting<Events>] = [
      .section("jsonl", \.lines, JSONLines.settings, "One JSON line for all that happens to an object or a camera."),
      .section(
        "sqlite", \.store, Store.settings, isInExample: false,
        "What can be asked for what happened: an index of the log."),
      .value(
        "footage", \.footage, .text("the path of a folder"),
        "Folder of logs (.jsonl) that runs over footage write; the history has their events, too."),
    ]
  }

  /// Log of events.
  package var events = Events()
  /// Clips and snapshots.
  package var storage = StorageSettings()
  /// A broker.
  package var mqtt = MQTTSettings()
  /// Web servers that are called.
  package var webhooks: [HookSettings] = []
  /// Folder of what outlives a restart: events that wait for a receiver, and what was switched off.
  package var state: String?
  /// Outputs of the registry: target by kind.
  var sinks: [String: String] = [:]

  /// The file of JSON lines: where `events` say, or beside the recordings; `nil` if events are not kept.
  package var eventLog: String? { events.lines.path ?? storage.path.map { "\($0)/events.jsonl" } }

  /// The store of events, which belongs to the log; `nil` if events are not kept.
  package var eventStore: String? {
    events.store.path
      ?? eventLog.map { $0.hasSuffix(".jsonl") ? $0.dropLast("jsonl".count) + "sqlite" : $0 + ".sqlite" }
  }

  /// The kinds of sinks that each camera of a service may have one of. The log of events is one for all of them and stands
  /// above; files that need an end, and pixels, only a run has.
  static let cameraSinks = SinkRegistry.kinds.filter {
    $0.name != SinkRegistry.events.name && !$0.isForFiles && !$0.needs.contains(.pixels)
  }

  static let settings: [Setting<OutputSettings>] =
    [
      .section("events", \.events, Events.settings, "What happened."),
      .section(
        "storage", \.storage, StorageSettings.settings, "Clips and snapshots of events, and how long they stay."),
      .section("mqtt", \.mqtt, MQTTSettings.settings, isInExample: false, "A broker that gets events and states."),
      .sections(
        "webhooks", \.webhooks, HookSettings.settings, isInExample: false, example: "phone",
        "Web servers that are called for events, by name."
      ) { name, _ in HookSettings(named: name) },
      .value(
        "state", \.state, .text("the path of a folder"),
        "Folder of events that wait for a receiver, and of what was switched off; otherwise the one beside the log."),
    ]
    + cameraSinks.map { kind in
      .value(
        kind.name, \.sinks[kind.name], .text("the path of a \(kind.target); {camera} is its name"),
        "\(kind.summary) A \(kind.target) for each camera: {camera} in it is the camera's name.")
    }
}

/// The web server.
package struct HTTPSettings: Hashable, Sendable {
  /// Files for TLS.
  package struct TLS: Hashable, Sendable {
    /// Its certificate and those that vouch for it; `nil` for plain HTTP.
    package var certificate: String?
    /// The certificate's key.
    package var key: String?

    static let settings: [Setting<TLS>] = [
      .value(
        "cert", \.certificate, .text("the path of a file"), isRequired: true,
        "The certificate, followed by its chain, in PEM form. Read again on SIGHUP."),
      .value(
        "key", \.key, .text("the path of a file"), isRequired: true, "The certificate's key in PEM form, not encrypted."
      ),
    ]
  }

  /// Where it listens; port 0 takes any that is free.
  package var listen = ListenAddress(host: "127.0.0.1", port: 8080)
  /// File with the token that callers must know; `nil` lets everyone on this machine in.
  package var tokenFile: String?
  /// File with a second token, that may change something, too; `nil` lets the first one do so.
  package var writeTokenFile: String?
  /// With files in it the server speaks HTTPS, and nothing else.
  package var tls = TLS()

  static let settings: [Setting<HTTPSettings>] = [
    .value(
      "listen", \.listen, .listenAddress, example: "127.0.0.1:8080",
      "Address and port. Addresses that other machines can reach need a token_file."),
    .value(
      "token_file", \.tokenFile, .text("the path of a file"),
      "File with the token that callers must give, at least 16 characters on one line."),
    .value(
      "write_token_file", \.writeTokenFile, .text("the path of a file"),
      "File with a second token. Then only callers with this one may change something, and the first one reads."),
    .section("tls", \.tls, TLS.settings, "Files that make it HTTPS."),
  ]

  /// Refuses an address that other machines can reach without a token.
  static let check: @Sendable (ConfigurationNode, HTTPSettings) throws(ConfigurationProblem) -> Void = {
    node, http throws(ConfigurationProblem) in
    guard http.writeTokenFile == nil || http.tokenFile != nil else {
      throw node.problem("write_token_file is a second token: expected a token_file, too")
    }
    guard http.listen.isLoopback || http.tokenFile != nil else {
      throw node.problem(
        "\(http.listen) can be reached from other machines: expected a token_file, or an address such as 127.0.0.1:8080"
      )
    }
  }
}
