package import EventStore
package import LiveView
package import Outputs
package import Pipeline
package import Recording

/// A message of the event stream.
package struct ServerSentEvent: Sendable {
  /// `event` for lines of the event log, `detections` for what a frame shows, `camera` for the state of one, `cameras` for
  /// the names of all.
  package let name: String
  /// JSON on one line.
  package let data: String

  /// The message `name` with `data`.
  package init(name: String, data: String) {
    self.name = name
    self.data = data
  }

  /// The message as server-sent events have it.
  var text: String { "event: \(name)\ndata: \(data)\n\n" }
}

/// One camera, as the web server sees it.
package protocol WebCamera: Sendable {
  /// Its last frame.
  var latestFrame: LatestFrame { get }
  /// Its live view as HLS; `nil` if its packets must not be sent.
  var segments: SegmentFeed? { get }
  /// Whether there is a playlist now: browsers support the codec.
  var hasSegments: Bool { get }
  /// The image of a live view while no frames arrive.
  var statusImage: StatusImage { get }
  /// State and numbers, on one line.
  var json: String { get }
  /// Its zones, lines and masks, on one line.
  var marks: String { get }
  /// An image of where objects spent time. Draws on the calling thread, so shared threads must not call it.
  func heatMap(_ query: HeatMapQuery) throws -> HeatMapAnswer
}

/// Result of reading the configuration again.
package enum ReloadOutcome: Hashable, Sendable {
  /// It is in effect; what changed, in one sentence.
  case done(String)
  /// Nothing has changed; why.
  case refused(String)
}

/// Answers of Frigate's HTTP interface about the service as a whole.
package struct FrigateAnswers: Sendable {
  /// The text of `/api/version`, and the JSON of `/api/config` and `/api/stats`.
  package let version, configuration, statistics: String

  package init(version: String, configuration: String, statistics: String) {
    self.version = version
    self.configuration = configuration
    self.statistics = statistics
  }
}

/// The service, as the web server sees it.
package protocol WebService: Sendable {
  /// Version of the program.
  var version: String { get }
  /// Why the service is not ready; `nil` if it is.
  var unreadiness: String? { get }
  /// Whether something has stopped so that only a restart helps. A camera that is offline goes on trying: it has not.
  var isStuck: Bool { get }
  /// The text of `/metrics`.
  var metrics: String { get }
  /// Numbers about the process, as JSON.
  var statistics: String { get }
  /// The cameras, in the order of the configuration.
  var cameras: [any WebCamera] { get }
  /// The camera called `name`.
  func camera(_ name: String) -> (any WebCamera)?
  /// All messages of the event stream.
  var updates: Broadcast<ServerSentEvent> { get }
  /// The first messages for a new listener: the cameras and the last events.
  var opening: [ServerSentEvent] { get }
  /// The path of a recording of the event `identifier`; `nil` if there is none. `clip` is the index of one of its clips, and of
  /// its trace, or `nil` for the latest.
  func recording(_ kind: MediaName.Kind, of identifier: String, clip: Int?) async -> String?
  /// Continuous recordings; `nil` without a folder for them.
  var segments: SegmentFolder? { get }
  /// The event history; `nil` if events are not kept.
  var history: EventHistory? { get }
  /// The snapshot of the event `identifier`, and what is known of it; `nil` if there is none.
  func image(of identifier: String) async -> EventImage?
  /// Removes recordings at `paths`, and traces of `events`, which were removed.
  func removeRecordings(_ paths: [String], of events: [StoredEvent])
  /// Switches something of `camera`: `enabled`, `detect`, `record` or `alerts`, by name.
  func change(_ camera: String, _ values: [String: Bool]) async -> ReloadOutcome
  /// How `camera` is switched.
  func switches(of camera: String) -> [String: Bool]
  /// Answers of Frigate's HTTP interface; `nil` if it is not configured.
  var frigate: FrigateAnswers? { get }
  /// Reads the configuration again.
  func reload() async -> ReloadOutcome
}

extension WebService {
  package var isStuck: Bool { false }
  package var frigate: FrigateAnswers? { nil }
  package var segments: SegmentFolder? { nil }
}
