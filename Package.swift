// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same rules: no warning passes, every unsafe operation is marked, and what a file
/// imports stays an implementation detail unless it is a `public import`.
let rules: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// `Tests/run.sh` builds with `-Onone`, which takes less time. Targets that compute are optimised even then: the compiler reads
/// `-Xfrontend` last.
let optimised: [SwiftSetting] =
  Context.environment["YOLOSTREAM_FOR_TESTS"] == nil ? [] : [.unsafeFlags(["-Xfrontend", "-O"])]

/// A library of the house and the only targets it may see. `Tests/ArchitectureTests` holds the imports to this table.
/// Files of its `Resources` that it `embeds` are compiled into it. What `computes` is optimised in tests, too.
func room(
  _ name: String, sees dependencies: [Target.Dependency] = [], embeds files: [String] = [], computes: Bool = false
) -> Target {
  .target(
    name: name, dependencies: dependencies, resources: files.map { .embedInCode("Resources/\($0)") },
    swiftSettings: computes ? rules + optimised : rules)
}

let testRules: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func tests(of name: String, sees dependencies: [Target.Dependency] = [], computes: Bool = false) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    swiftSettings: computes ? testRules + optimised : testRules)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

/// The service with its web server takes most of a first build, and training much of the rest. A build for detection in videos and
/// images, or of the libraries, leaves them out: `swift build --disable-default-traits --product yolostream`, or `traits: []` in a
/// manifest. One trait for both: the compiler gets the names of several in another order each time, and builds everything again.
let whenFull: TargetDependencyCondition? = .when(traits: ["Full"])

let service: [Target.Dependency] = [
  .target(name: "Service", condition: whenFull),
  .target(name: "EventStore", condition: whenFull),
  .target(name: "Recording", condition: whenFull),
]

let training: [Target.Dependency] = [
  .target(name: "Training", condition: whenFull),
  .target(name: "Evaluation", condition: whenFull),
  .target(name: "MPI", condition: whenFull),
]

let database: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift", condition: whenFull)

let webServer: [Target.Dependency] = [
  .product(name: "Hummingbird", package: "hummingbird", condition: whenFull),
  .product(name: "HummingbirdCore", package: "hummingbird", condition: whenFull),
  .product(name: "NIOCore", package: "swift-nio", condition: whenFull),
  .product(name: "NIOSSL", package: "swift-nio-ssl", condition: whenFull),
  .product(name: "HTTPTypes", package: "swift-http-types", condition: whenFull),
  .product(name: "Logging", package: "swift-log", condition: whenFull),
  .product(name: "NIOHTTPTypes", package: "swift-nio-extras", condition: whenFull),
]

let webClient: [Target.Dependency] = [
  .product(name: "AsyncHTTPClient", package: "async-http-client", condition: whenFull),
  .product(name: "NIOCore", package: "swift-nio", condition: whenFull),
  .product(name: "NIOHTTP1", package: "swift-nio", condition: whenFull),
]

let package = Package(
  name: "yolostream",
  products: [
    .executable(name: "yolostream", targets: ["yolostream"]),
    // Frames in, tracked detections out.
    .library(
      name: "YOLOStream", targets: ["Capture", "Inference", "Tracking", "Checkpoints", "GELAN", "Imaging", "Scene"]),
    // Networks as data, and files of their weights.
    .library(name: "GELAN", targets: ["GELAN", "Checkpoints"]),
  ],
  traits: [
    .trait(name: "Full", description: "The service with its page, the history of events, training, validation."),
    .default(enabledTraits: ["Full"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
  ],
  targets: [
    // Level 0: doors to C, and leaves of pure Swift.
    .systemLibrary(name: "CFFmpeg"),
    .systemLibrary(name: "CV4L2"),
    .systemLibrary(name: "COneDNN"),
    .systemLibrary(name: "CFreeType", pkgConfig: "freetype2", providers: [.apt(["libfreetype-dev"])]),
    .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .target(name: "CPixelRows"),
    .target(name: "Kernels"),
    .target(name: "CMPI"),
    room("Scene"),
    room("JSON"),
    room("GELAN", computes: true),
    room("RingBuffer"),
    room("Spooling"),

    // Level 1: owning wrappers and the domains that know only the scene.
    room("Checkpoints", sees: ["JSON", "GELAN"], computes: true),
    room("FFmpeg", sees: ["CFFmpeg"]),
    room("V4L2", sees: ["CV4L2"]),
    room("OneDNN", sees: ["COneDNN"]),
    room("FreeType", sees: ["CFreeType"]),
    room("MPI", sees: ["CMPI"]),
    room("MQTT", sees: ["CMosquitto"]),
    room("Imaging", sees: ["CPixelRows", "Scene"], computes: true),
    room("Tracking", sees: ["Scene"], computes: true),
    room("Rules", sees: ["Scene"]),
    room("Evaluation", sees: ["JSON", "Scene", yams], computes: true),
    room("Pipeline", sees: ["RingBuffer"]),

    // Level 2: a source, a detector, a delivery.
    room("Capture", sees: ["FFmpeg", "V4L2", "Imaging", "Pipeline", "Scene"]),
    room("Inference", sees: ["Kernels", "GELAN", "OneDNN", "Imaging", "Scene"], computes: true),
    room("ModelStore", sees: ["Checkpoints", "FFmpeg", "GELAN"]),
    room("Outputs", sees: ["JSON", "FFmpeg", "FreeType", "Imaging", "Scene"]),

    room("Publishing", sees: ["JSON", "MQTT", "Spooling", "Outputs", "Pipeline", "Scene"]),

    room("Webhooks", sees: ["JSON", "Spooling", "FFmpeg", "Outputs", "Pipeline"] + webClient),

    // Level 3: where they meet.
    room(
      "Streaming",
      sees: [
        "RingBuffer", "Capture", "FFmpeg", "Inference", "Tracking", "Rules", "Outputs", "Pipeline", "Imaging", "Scene",
      ]),
    room("Diagnosis", sees: ["FFmpeg", "FreeType", "V4L2", "GELAN", "Inference"]),
    room(
      "Training",
      sees: [
        "Kernels", "Checkpoints", "GELAN", "OneDNN", "MPI", "Imaging", "Inference", "Capture", "Evaluation",
        "Outputs", "Pipeline", "Scene",
      ], computes: true),

    room("EventStore", sees: ["JSON", "Outputs", "Pipeline", "Scene", database]),

    // Level 4: many files as a batch.
    room(
      "Batch",
      sees: ["Capture", "FFmpeg", "Imaging", "Inference", "Outputs", "Pipeline", "Scene", "Streaming"]),

    // Level 4: many cameras as a service, from what a user asks for to what a browser shows.
    room("Settings", sees: ["JSON", "Capture", "FFmpeg", "V4L2", "MQTT", "Outputs", "Rules", "Scene", yams]),
    room("Recording", sees: ["JSON", "Settings", "FFmpeg", "Outputs", "Pipeline", "Imaging", "Scene"]),
    room("LiveView", sees: ["JSON", "Capture", "FFmpeg", "Outputs", "Pipeline", "Imaging", "Scene"]),
    room(
      "Web", sees: ["JSON", "EventStore", "Settings", "Recording", "LiveView", "Outputs", "Pipeline"] + webServer,
      embeds: [
        "page.html",
        "login.html",
        "icon.svg",
        "manifest.webmanifest",
        "base.css",
        "live.css",
        "events.css",
        "activity.js",
        "app.js",
        "boxes.js",
        "dom.js",
        "editor.js",
        "editor-yaml.js",
        "events.js",
        "film.js",
        "filters.js",
        "footage.js",
        "history.js",
        "live.js",
        "player.js",
        "rows.js",
        "stream.js",
        "strip.js",
        "system.js",
        "tile.js",
        "watch.js",
        "words.js",
      ]),
    room(
      "Service",
      sees: [
        "JSON", "EventStore", "Settings", "Recording", "LiveView", "Web", "MQTT", "Publishing", "Rules", "Spooling",
        "Webhooks", "Streaming", "Capture", "FFmpeg", "Checkpoints", "GELAN", "Inference", "Tracking", "Outputs",
        "Pipeline", "Imaging", "Scene",
      ]),

    // Level 5: commands.
    .executableTarget(
      name: "yolostream",
      dependencies: [
        "JSON", "Batch", "Settings", "Streaming", "Capture", "Diagnosis", "FFmpeg", "Inference", "ModelStore", "MQTT",
        "Publishing", "Tracking", "Rules", "Checkpoints", "GELAN", "Outputs", "Pipeline", "V4L2", "Imaging", "Scene",
        argumentParser,
      ] + service + training,
      resources: [.copy("Resources/gelan-n.safetensors"), .copy("Resources/gelan-n.md")],
      swiftSettings: rules),

    .target(
      name: "TestSupport", dependencies: ["GELAN"], path: "Tests/TestSupport",
      swiftSettings: testRules),
    // The rules of the house: reads the sources and sees none of them.
    .testTarget(name: "ArchitectureTests", swiftSettings: testRules),
    tests(of: "Scene"),
    tests(of: "JSON"),
    tests(of: "GELAN"),
    tests(of: "Checkpoints", sees: ["GELAN", "Inference"]),
    tests(of: "RingBuffer"),
    tests(of: "Spooling"),
    tests(of: "MQTT"),
    tests(of: "Publishing", sees: ["MQTT", "Spooling"]),
    tests(of: "Webhooks", sees: ["Spooling"]),
    tests(of: "FFmpeg", sees: ["Checkpoints", "GELAN"]),
    tests(of: "V4L2"),
    tests(of: "OneDNN"),
    tests(of: "FreeType"),
    tests(of: "MPI"),
    tests(of: "Imaging", sees: ["Scene"]),
    tests(of: "Tracking", sees: ["Scene", "Evaluation"]),
    tests(of: "Rules", sees: ["Scene", "Evaluation"]),
    tests(of: "Evaluation", sees: ["Scene"]),
    tests(of: "Pipeline", sees: ["RingBuffer"]),
    tests(of: "Capture", sees: ["FFmpeg", "V4L2", "Imaging", "Scene"]),
    tests(
      of: "Inference", sees: ["Kernels", "Checkpoints", "GELAN", "OneDNN", "Imaging", "Scene", "Capture"],
      computes: true),
    tests(of: "ModelStore", sees: ["Checkpoints", "FFmpeg", "GELAN"]),
    tests(of: "Outputs", sees: ["FFmpeg", "Imaging", "Scene", "Capture"]),
    tests(
      of: "Streaming",
      sees: [
        "RingBuffer", "Capture", "FFmpeg", "GELAN", "Inference", "Tracking", "Rules", "Outputs", "Pipeline", "Imaging",
        "Scene",
      ]),
    tests(of: "Batch", sees: ["Capture"]),
    tests(of: "Diagnosis", sees: ["FFmpeg", "V4L2"]),
    tests(of: "EventStore"),
    tests(of: "Settings", sees: ["Capture", "Rules", "Scene"]),
    tests(
      of: "Recording",
      sees: ["Settings", "Rules", "Capture", "FFmpeg", "Outputs", "Pipeline", "Imaging", "Scene"]),
    tests(of: "LiveView", sees: ["FFmpeg"]),
    tests(of: "Web"),
    tests(
      of: "Service",
      sees: [
        "EventStore", "Settings", "Recording", "Web", "MQTT", "Publishing", "Checkpoints", "GELAN", "Streaming",
        "Capture", "FFmpeg", "Inference", "Outputs", "Rules", "Imaging", "Scene",
      ]),
    tests(
      of: "Training",
      sees: ["Checkpoints", "GELAN", "OneDNN", "Inference", "Imaging", "Capture", "Evaluation", "Scene"],
      computes: true),
    // Starts the program itself.
    .testTarget(
      name: "CommandTests", dependencies: ["yolostream", "TestSupport", "Capture", "Checkpoints", "FFmpeg", "GELAN"],
      swiftSettings: testRules),
  ]
)

/// `YOLOSTREAM_TESTS=RingBuffer,Pipeline` leaves out the tests of all other targets, and with them what only these need:
/// `Tests/tsan` builds no more than it runs.
if let names = Context.environment["YOLOSTREAM_TESTS"]?.split(separator: ",").map({ "\($0)Tests" }) {
  package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}
