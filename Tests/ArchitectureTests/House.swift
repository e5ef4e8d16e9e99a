/// The targets of the house, what each may see, and where unsafe code may stand: the table that `Sources/README.md` tells
/// in words.
struct Room: Sendable {
  let name: String
  let sees: Set<String>
  let mayBeUnsafe: Bool

  init(_ name: String, sees: Set<String> = [], mayBeUnsafe: Bool = false) {
    self.name = name
    self.sees = sees
    self.mayBeUnsafe = mayBeUnsafe
  }
}

enum House {
  /// Doors to C: a module map and a shim, no Swift.
  static let doors: Set<String> = ["CFFmpeg", "CV4L2", "COneDNN", "CFreeType", "CPixelRows", "Kernels", "CMPI"]

  static let rooms: [Room] = [
    Room("Scene"),
    Room("GELAN"),
    Room("Checkpoints", sees: ["GELAN"], mayBeUnsafe: true),
    Room("RingBuffer", mayBeUnsafe: true),
    Room("FFmpeg", sees: ["CFFmpeg"], mayBeUnsafe: true),
    Room("V4L2", sees: ["CV4L2"], mayBeUnsafe: true),
    Room("OneDNN", sees: ["COneDNN"], mayBeUnsafe: true),
    Room("FreeType", sees: ["CFreeType"], mayBeUnsafe: true),
    Room("MPI", sees: ["CMPI"], mayBeUnsafe: true),
    Room("Imaging", sees: ["CPixelRows", "Scene"], mayBeUnsafe: true),
    Room("Tracking", sees: ["Scene"]),
    Room("Rules", sees: ["Scene"]),
    Room("Evaluation", sees: ["Scene"], mayBeUnsafe: true),
    Room("Pipeline", sees: ["RingBuffer"], mayBeUnsafe: true),
    Room("Capture", sees: ["FFmpeg", "V4L2", "Imaging", "Pipeline", "Scene"], mayBeUnsafe: true),
    Room("Inference", sees: ["Kernels", "GELAN", "OneDNN", "Imaging", "Scene"], mayBeUnsafe: true),
    Room("ModelStore", sees: ["Checkpoints", "FFmpeg", "GELAN"], mayBeUnsafe: true),
    Room("Outputs", sees: ["FFmpeg", "FreeType", "Imaging", "Scene"], mayBeUnsafe: true),
    Room(
      "Streaming",
      sees: [
        "Capture", "FFmpeg", "Inference", "Tracking", "Outputs", "Pipeline", "RingBuffer", "GELAN", "Imaging", "Scene",
      ]),
    Room(
      "Training",
      sees: [
        "Kernels", "Checkpoints", "GELAN", "OneDNN", "MPI", "Imaging", "Inference", "Capture", "Evaluation", "Scene",
      ],
      mayBeUnsafe: true),
    Room("Settings", sees: ["Capture", "FFmpeg", "V4L2", "Outputs", "Scene", "Yams"]),
    Room(
      "Recording", sees: ["Settings", "FFmpeg", "Outputs", "Pipeline", "Imaging", "Scene"], mayBeUnsafe: true),
    Room("LiveView", sees: ["Capture", "FFmpeg", "Outputs", "Pipeline", "Imaging", "Scene"]),
    Room(
      "Web",
      sees: [
        "Settings", "Recording", "LiveView", "Outputs", "Pipeline", "Hummingbird", "HummingbirdCore", "HTTPTypes",
        "NIOCore", "NIOSSL", "Logging",
      ], mayBeUnsafe: true),
    Room(
      "Service",
      sees: [
        "Settings", "Recording", "LiveView", "Web", "Streaming", "Capture", "FFmpeg", "V4L2", "Checkpoints", "GELAN",
        "Inference", "Tracking", "Outputs", "Pipeline", "Imaging", "Scene",
      ], mayBeUnsafe: true),
    Room(
      "yolostream",
      sees: [
        "Service", "Settings", "Streaming", "Pipeline", "Capture", "Inference", "Training", "MPI", "Evaluation",
        "Checkpoints",
        "GELAN",
        "Outputs", "Tracking", "Rules", "V4L2", "Imaging", "Scene", "ModelStore", "ArgumentParser",
      ], mayBeUnsafe: true),
  ]

  /// What comes with Swift and the system.
  static let platform: Set<String> = [
    "Foundation", "Glibc", "Synchronization", "Dispatch", "FoundationEssentials",
    "FoundationXML",
  ]

  /// What others made, as Swift packages.
  static let guests: Set<String> = [
    "ArgumentParser", "Yams", "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOSSL", "Logging",
  ]

  static func room(_ name: String) -> Room? { rooms.first { $0.name == name } }
}
