package import Capture
package import Outputs
package import Scene
package import V4L2

/// Defaults of cameras.
package struct CameraDefaults: Hashable, Sendable {
  /// What is looked for, and how often.
  package var detect = DetectSettings()
  /// How objects are followed.
  package var track = TrackSettings()

  /// What makes a track an object, by class.
  package var filters: [FilterSettings] = []

  /// How active objects are put together to visits.
  package var visits = VisitOptions()

  /// What is kept of events.
  package var record = RecordSettings()
  /// When web servers are called.
  package var alerts = AlertSettings()

  /// The default values.
  package init() {}

  static let settings: [Setting<CameraDefaults>] = [
    .section("detect", \.detect, DetectSettings.settings, "What is looked for, and how often."),
    .section("track", \.track, TrackSettings.settings, "How objects are followed."),
    .sections(
      "filters", \.filters, FilterSettings.settings, names: .classes, example: "person",
      "What makes a track an object, by class; all is for classes that are not here."
    ) { name, defaults in FilterSettings(name: name, before: defaults.filters) },
    .section("visits", \.visits, VisitOptions.settings, "How active objects are put together to visits."),
    .section(
      "record", \.record, RecordSettings.settings, "What is recorded of events, in the folder outputs.storage.path."),
    .section("alerts", \.alerts, AlertSettings.settings, isInExample: false, "When webhooks are called."),
  ]
}

/// One camera.
package struct CameraSettings: Hashable, Sendable {
  /// Its name in events, addresses and metrics.
  package let name: String
  /// Address of its video, secrets included; `nil` if `inputs` has it.
  package var url: SourceAddress?
  /// Several streams of the camera, each with its roles; empty if one stream has all roles.
  package var inputs: [CameraInput] = []
  /// Whether it is watched.
  package var isEnabled = true
  /// How RTSP carries its packets.
  package var transport = SourceOptions.Transport.auto
  /// Silence in seconds after which it counts as stalled.
  package var timeout = 10.0
  /// Whether clips contain audio.
  package var hasAudio = false
  /// Requested settings of a camera of this machine.
  package var device = CaptureRequest()
  /// What is looked for, and how often.
  package var detect: DetectSettings
  /// How objects are followed.
  package var track: TrackSettings
  /// How active objects are put together to visits.
  package var visits: VisitOptions
  /// What is kept of events.
  package var record: RecordSettings
  /// When web servers are called.
  package var alerts: AlertSettings
  /// Areas that are painted over in each frame before anything else sees it, the network included.
  package var privacyMasks: [Polygon] = []
  /// Areas whose entries and exits are reported.
  package var zones: [ZoneSettings] = []
  /// Lines whose crossings are counted.
  package var lines: [LineSettings] = []
  /// What makes a track an object, by class.
  package var filters: [FilterSettings]
  /// Areas in which nothing becomes an object.
  package var objectMasks: [Polygon] = []
  /// Areas in which changes are no motion.
  package var motionMasks: [Polygon] = []
  /// Rules beside those of objects.
  package var rules = AddedRuleSettings()
  /// Address of the receiver of its annotated frames, secrets included.
  package var push: PushAddress?
  /// Its own outputs: target by kind, from the configuration's `outputs`.
  var outputs: [String: String] = [:]

  /// A camera called `name`, which has its place in URLs.
  package init(named name: String, defaults: CameraDefaults) {
    self.name = name
    filters = defaults.filters
    detect = defaults.detect
    track = defaults.track
    visits = defaults.visits
    record = defaults.record
    alerts = defaults.alerts
  }

  /// Its own outputs as sinks, in the order of the registry.
  package var sinkRequests: [SinkRequest] {
    SinkRegistry.kinds.compactMap { kind in outputs[kind.name].map { SinkRequest(kind, target: $0) } }
  }

  static let settings: [Setting<CameraSettings>] = [
    .value(
      "url", \.url, .sourceAddress, example: "\"rtsp://viewer:${FRONT_PASSWORD}@192.0.2.5/stream\"",
      "Where frames come from: rtsp://, http:// and the like, /dev/video0, or a file, which is repeated."),
    .value(
      "inputs", \.inputs, .inputs,
      "In place of url: several streams of the camera, such as a small one that is decoded and a large one that is "
        + "recorded: [{url: …, roles: [detect]}, {url: …, roles: [record, live]}]."),
    .value("enabled", \.isEnabled, .switched, example: "true", "Whether the camera is watched."),
    .value("transport", \.transport, .choice, "How RTSP carries its packets."),
    .value("timeout", \.timeout, .duration(0.1...600), "Silence after which the camera counts as stalled."),
    .value("audio", \.hasAudio, .switched, "Whether clips have audio, if the stream has it."),
    .section(
      "camera", \.device, CaptureRequest.settings, isInExample: false, "Requested settings of a camera of this machine."
    ),
    .section("detect", \.detect, DetectSettings.settings, isInExample: false, "As in defaults, for this camera."),
    .section("track", \.track, TrackSettings.settings, isInExample: false, "As in defaults, for this camera."),
    .section("visits", \.visits, VisitOptions.settings, isInExample: false, "As in defaults, for this camera."),
    .section("record", \.record, RecordSettings.settings, isInExample: false, "As in defaults, for this camera."),
    .section("alerts", \.alerts, AlertSettings.settings, isInExample: false, "As in defaults, for this camera."),
    .value(
      "privacy_masks", \.privacyMasks, .polygons,
      "Areas painted black in each frame before anything else: corners [x, y] from 0 to 1."),
    .sections(
      "zones", \.zones, ZoneSettings.settings, example: "yard", "Areas that objects enter and leave, by name.",
      initial: { name, _ in ZoneSettings(name: name) }, finish: { node, zone in zone.keepOthers(of: node) }),
    .sections(
      "lines", \.lines, LineSettings.settings, example: "gate", "Lines that are counted, by name.",
      initial: { name, _ in LineSettings(name: name) }, finish: { node, line in line.keepOthers(of: node) }),
    .sections(
      "filters", \.filters, FilterSettings.settings, isInExample: false, names: .classes, example: "person",
      "As in defaults, for this camera."
    ) { name, camera in FilterSettings(name: name, before: camera.filters) },
    .value(
      "object_masks", \.objectMasks, .polygons,
      "Areas in which nothing becomes an object, a statue for example: corners [x, y] from 0 to 1."),
    .value(
      "motion_masks", \.motionMasks, .polygons,
      "Areas in which changes are no motion, a tree or a clock for example: corners [x, y] from 0 to 1."),
    .section(
      "rules", \.rules, AddedRuleSettings.settings, isInExample: false, "What else is reported, by rule."),
    .value(
      "push", \.push, .pushAddress, example: "\"rtsp://192.0.2.9:8554/front\"",
      "Where annotated frames are sent: \(PushAddress.forms)."),
  ]
}

/// What is looked for, and how often.
package struct DetectSettings: Hashable, Sendable {
  /// The motion gate: changes in brightness decide whether the network runs.
  package struct Motion: Hashable, Sendable {
    /// Whether a still scene keeps its last detections without a run of the network.
    package var isGate = true
    /// Change in brightness (0...255) of a small area that counts as motion.
    package var threshold = 8.0
    /// Seconds after which the network runs on a still scene, too.
    package var refresh = 10.0

    /// The default values.
    package init() {}

    static let settings: [Setting<Motion>] = [
      .value("gate", \.isGate, .switched, example: "true", "Whether a still scene keeps the answer it had."),
      .value("threshold", \.threshold, .number(1...255), "Change of brightness that counts as motion, 1 to 255."),
      .value(
        "refresh", \.refresh, .duration(0.1...86_400), "Time after which the network runs on a still scene, too."),
    ]
  }

  /// Maximum number of frames analysed per second.
  package var rate = 5.0
  /// Lowest probability of a detection.
  package var confidence: Float = 0.25
  /// The same for single classes, by name or number; it replaces `confidence`.
  package var classConfidence: [String: Float] = [:]
  /// Overlap (IoU) above which the box with the lower score is removed.
  package var overlap: Float = 0.45
  /// Classes looked for, by name or number; `nil` is all.
  package var classes: [String]?
  /// Age in seconds at which a waiting frame is dropped.
  package var maxAge = 1.0
  /// When the network is run.
  package var motion = Motion()

  static let settings: [Setting<DetectSettings>] = [
    .value("fps", \.rate, .number(0.01...240), example: "5", "Maximum number of frames analysed per second."),
    .value("conf", \.confidence, .share, example: "25%", "Lowest probability of a detection."),
    .value(
      "class_conf", \.classConfidence, .ofClasses(.share), "The same for single classes: {person: 50%, car: 40%}."),
    .value("iou", \.overlap, .share, "Overlap above which the weaker of two boxes goes."),
    .value("classes", \.classes, .names("names of classes"), example: "[person, car]", "Classes looked for."),
    .value("max_age", \.maxAge, .duration(0.01...60), "Age at which a waiting frame is dropped."),
    .section("motion", \.motion, Motion.settings, "When the network is run."),
  ]
}

/// How objects are followed.
package struct TrackSettings: Hashable, Sendable {
  /// Whether objects are followed at all.
  package var isEnabled = true
  /// Seconds an object may be out of sight and keep its identity.
  package var buffer = 2.0
  /// Seconds in one place after which an object is stationary.
  package var stationaryAfter = 10.0
  /// Seconds between two reports of an object that is there; `nil` reports what changes, and better images once a minute.
  package var updates: Double?

  static let settings: [Setting<TrackSettings>] = [
    .value("enabled", \.isEnabled, .switched, "Whether objects are followed; without, there are no events."),
    .value(
      "buffer", \.buffer, .duration(0...3600), example: "2s",
      "How long an object may be out of sight and stay the same."),
    .value(
      "stationary_after", \.stationaryAfter, .duration(1...3600), example: "10s",
      "Time in one place after which an object is stationary and no longer reported."),
    .value(
      "updates", \.updates, .optional(.duration(0.2...3600)),
      "Reports each object that is there so often, such as 1s; without, only what changes, at most once a minute."),
  ]
}
