import Capture
import FFmpeg
import JSON
import LiveView
import Outputs
import Pipeline
import Publishing
import Recording
import Settings

/// The packets of one camera: those of the stream that is decoded, and those of its other streams, which have a thread each.
/// What is made of packets all the time, the live view and continuous recordings, is here as well.
final class CameraStreams: Sendable {
  /// A stream that is not decoded.
  private struct Input: Sendable {
    let address: String
    let roles: [CameraInput.Role]
    let ring: PacketRing
    let feed: PacketFeed
    let thread = OwnedThread()
  }

  /// The packets that clips are made of, privacy masks painted; `nil` for a camera with masks of which nothing is recorded.
  let recorded: PacketRing?
  /// The live view.
  let segments: SegmentFeed?
  /// Records all that is sent, with times of frames and motion from the analysis; `nil` where that is not recorded.
  let continuous: ContinuousRecorder?
  private let inputs: [Input]
  /// Paints privacy masks on what is recorded.
  private let masked: MaskedPackets?

  /// The streams of the camera with `settings`, whose decoded stream goes through `ring`.
  init(
    _ settings: CameraSettings, ring: PacketRing?, media: MediaFolder?, switches: CameraSwitches,
    log: @escaping @Sendable (LogLine) -> Void
  ) {
    inputs = settings.inputs.compactMap { input in
      guard !input.roles.contains(.detect), ring != nil, let address = input.address,
        case .network(let url) = address.kind
      else { return nil }
      var options = SourceOptions()
      options.timeout = settings.timeout
      options.transport = settings.transport
      let packets = PacketRing(takesAudio: settings.hasAudio && input.roles.contains(.record))
      let feed = PacketFeed(network: url, ring: packets, options: options) { state in
        if let line = LogLine(state, of: settings.name, input.roles) { log(line) }
      }
      return Input(address: address.description, roles: input.roles, ring: packets, feed: feed)
    }
    func packets(_ role: CameraInput.Role, in inputs: [Input]) -> PacketRing? {
      inputs.first { $0.roles.contains(role) }?.ring ?? ring
    }
    let plain = packets(.record, in: inputs)
    if settings.privacyMasks.isEmpty {
      masked = nil
      recorded = plain
      segments = packets(.live, in: inputs).map { SegmentFeed($0) }
    } else {
      // The same stream is for recordings and for the live view: each costs an encoder.
      let masked = (media == nil || !settings.record.usesPackets ? nil : plain).map { ring in
        MaskedPackets(ring, of: settings.name, masks: settings.privacyMasks) {
          log(LogLine(.warning, camera: settings.name, $0))
        }
      }
      self.masked = masked
      recorded = masked?.ring
      segments = masked.map { SegmentFeed($0.ring) }
    }
    continuous = media.flatMap { [recorded] in
      ContinuousRecorder(settings, ring: recorded, folder: $0) { switches.isOn(.record) }
    }
  }

  /// Opens the streams. Throws if there is no thread for one.
  func start() throws(PipelineError) {
    try masked?.start()
    try continuous?.start()
    for input in inputs {
      try input.thread.start("packets \(input.roles[0].rawValue)") { input.feed.run() }
    }
  }

  /// Closes the streams and ends recordings.
  func stop() async {
    for input in inputs { input.feed.interrupt() }
    for input in inputs { await input.thread.stop() }
    await continuous?.stop()
    await masked?.stop()
  }

  /// What viewers get as HLS.
  var video: CameraReport.LiveVideo { masked != nil ? .masked : segments == nil ? .none : .own }

  /// How the streams are doing that are not decoded.
  var reports: [InputReport] {
    inputs.map { InputReport(roles: $0.roles, address: $0.address, feed: $0.feed.report) }
  }
}

/// How a stream of a camera is doing that is not decoded.
struct InputReport: Sendable {
  let roles: [CameraInput.Role]
  /// Its address without credentials.
  let address: String
  let feed: PacketFeed.Report

  /// Name of the codec while packets arrive.
  var codec: String? { if case .up(let facts) = feed.state { facts.codec } else { nil } }

  /// The report on one line.
  var json: String {
    var object: JSONValue = ["url": .string(address), "roles": .strings(roles.map(\.rawValue))]
    switch feed.state {
    case nil, .connecting: object.add("state", "connecting")
    case .up(let facts):
      object.add("state", "up")
      object.add("width", facts.width)
      object.add("height", facts.height)
    case .down(let cause, let message, _):
      object.add("state", "down")
      object.add("cause", cause.rawValue)
      object.add("last_failure", message)
    }
    object.add("failures", feed.failures)
    return object.text
  }
}

extension LogLine {
  /// What a state means of a stream of `camera` that is not decoded; attempts to open it are not logged.
  fileprivate init?(_ state: SourceState, of camera: String, _ roles: [CameraInput.Role]) {
    let name = roles.map(\.rawValue).joined(separator: ", ")
    switch state {
    case .connecting: return nil
    case .up(let facts):
      self.init(
        .info, camera: camera, "stream to \(name): online, \(facts.width)x\(facts.height), \(facts.codec ?? "unknown")")
    case .down(let cause, let message, let pause):
      self.init(
        .warning, camera: camera,
        "stream to \(name): offline (\(cause.rawValue)): \(message); next attempt in \(pause.json(places: 1)) s")
    }
  }
}
