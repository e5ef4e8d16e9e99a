/// A target of the house: what it may see, which is also what it imports, and how many lines of it may be unsafe. The same
/// table stands in `Package.swift` and, with words, in `Sources/README.md`.
struct Room: Sendable {
  let name: String
  let sees: Set<String>
  /// Lines with unsafe code, at most. May only fall: take away what a change saves.
  let unsafeLines: Int

  init(_ name: String, sees: Set<String> = [], unsafeLines: Int = 0) {
    self.name = name
    self.sees = sees
    self.unsafeLines = unsafeLines
  }
}

enum House {
  /// Doors to C: a module map and a shim, no Swift.
  static let doors: Set<String> = [
    "CFFmpeg", "CV4L2", "COneDNN", "CFreeType", "CMosquitto", "CPixelRows", "Kernels", "CMPI",
  ]

  static let rooms: [Room] = [
    Room("Scene"),
    Room("JSON"),
    Room("GELAN"),
    Room("Checkpoints", sees: ["GELAN", "JSON"], unsafeLines: 45),
    Room("RingBuffer", unsafeLines: 23),
    Room("Spooling"),
    Room("FFmpeg", sees: ["CFFmpeg"], unsafeLines: 444),
    Room("V4L2", sees: ["CV4L2"], unsafeLines: 46),
    Room("OneDNN", sees: ["COneDNN"], unsafeLines: 116),
    Room("FreeType", sees: ["CFreeType"], unsafeLines: 27),
    Room("MPI", sees: ["CMPI"], unsafeLines: 14),
    Room("MQTT", sees: ["CMosquitto"], unsafeLines: 51),
    Room("Imaging", sees: ["CPixelRows", "Scene"], unsafeLines: 197),
    Room("Tracking", sees: ["Scene"]),
    Room("Rules", sees: ["Scene"]),
    Room("Evaluation", sees: ["JSON", "Scene", "Yams"], unsafeLines: 2),
    Room("Pipeline", sees: ["RingBuffer"], unsafeLines: 48),
    Room("Capture", sees: ["FFmpeg", "Imaging", "Pipeline", "Scene", "V4L2"], unsafeLines: 30),
    Room("Inference", sees: ["Kernels", "GELAN", "Imaging", "OneDNN", "Scene"], unsafeLines: 86),
    Room("ModelStore", sees: ["Checkpoints", "FFmpeg", "GELAN"], unsafeLines: 1),
    Room("Outputs", sees: ["FFmpeg", "FreeType", "Imaging", "JSON", "Scene"], unsafeLines: 45),
    Room("Publishing", sees: ["JSON", "MQTT", "Outputs", "Pipeline", "Scene", "Spooling"]),
    Room(
      "Webhooks", sees: ["AsyncHTTPClient", "FFmpeg", "JSON", "NIOCore", "NIOHTTP1", "Outputs", "Pipeline", "Spooling"]),
    Room(
      "Streaming",
      sees: [
        "Capture", "FFmpeg", "Imaging", "Inference", "Outputs", "Pipeline", "RingBuffer", "Rules", "Scene",
        "Tracking",
      ]),
    Room("Batch", sees: ["Capture", "FFmpeg", "Imaging", "Inference", "Outputs", "Pipeline", "Scene", "Streaming"]),
    Room("Diagnosis", sees: ["FFmpeg", "FreeType", "GELAN", "Inference", "V4L2"]),
    Room(
      "Training",
      sees: [
        "Kernels", "Capture", "Checkpoints", "Evaluation", "GELAN", "Imaging", "Inference", "MPI", "OneDNN",
        "Outputs", "Pipeline", "Scene",
      ], unsafeLines: 217),
    Room("EventStore", sees: ["GRDB", "JSON", "Outputs", "Pipeline", "Scene"], unsafeLines: 1),
    Room("Settings", sees: ["Capture", "FFmpeg", "JSON", "MQTT", "Outputs", "Rules", "Scene", "V4L2", "Yams"]),
    Room(
      "Recording", sees: ["FFmpeg", "Imaging", "JSON", "Outputs", "Pipeline", "Scene", "Settings"], unsafeLines: 12),
    Room("LiveView", sees: ["Capture", "FFmpeg", "Imaging", "JSON", "Outputs", "Pipeline", "Scene"]),
    Room(
      "Web",
      sees: [
        "EventStore", "HTTPTypes", "Hummingbird", "HummingbirdCore", "JSON", "LiveView", "Logging", "NIOCore",
        "NIOHTTPTypes", "NIOSSL", "Outputs", "Pipeline", "Recording", "Settings",
      ], unsafeLines: 2),
    Room(
      "Service",
      sees: [
        "Capture", "Checkpoints", "EventStore", "FFmpeg", "GELAN", "Imaging", "Inference", "JSON", "LiveView", "MQTT",
        "Outputs", "Pipeline", "Publishing", "Recording", "Rules", "Scene", "Settings", "Spooling", "Streaming",
        "Tracking", "Web", "Webhooks",
      ], unsafeLines: 5),
    Room(
      "yolostream",
      sees: [
        "ArgumentParser", "Batch", "Capture", "Checkpoints", "Diagnosis", "Evaluation", "EventStore", "FFmpeg", "GELAN",
        "Imaging", "Inference", "JSON", "MPI", "ModelStore", "MQTT", "Outputs", "Pipeline", "Publishing", "Recording",
        "Scene", "Service", "Settings", "Streaming", "Tracking", "Rules", "Training", "V4L2",
      ], unsafeLines: 4),
  ]

  /// What comes with Swift and the system.
  static let platform: Set<String> = [
    "Foundation", "Glibc", "Synchronization", "Dispatch", "FoundationEssentials",
    "FoundationXML",
  ]

  /// What others made, as Swift packages.
  static let guests: Set<String> = [
    "ArgumentParser", "GRDB", "Yams", "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOHTTPTypes",
    "NIOSSL", "Logging", "AsyncHTTPClient", "NIOHTTP1",
  ]

  static func room(_ name: String) -> Room? { rooms.first { $0.name == name } }
}
