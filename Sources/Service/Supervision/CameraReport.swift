package import Capture
import Foundation
import LiveView
import Pipeline
import Publishing
import Settings
import Streaming

/// State and counts of a camera.
package struct CameraReport: Sendable {
  /// Its name.
  package var name: String
  /// Address of its video, without secrets.
  package var address: String
  /// Whether it is watched.
  package var isEnabled: Bool
  /// Whether frames arrive; `nil` before the first attempt.
  package var state: SourceState?
  /// When that state began.
  var since = Date.now
  /// When frames stopped, and the last known cause; `nil` while they arrive.
  var outage: (began: Date, cause: SourceState.Cause)?
  /// Size of the last frame; 0 before the first.
  var width = 0, height = 0

  /// Decoded frames.
  var decoded = 0
  /// Frames on which the network ran.
  var inferred = 0
  /// Frames of a still scene, which kept the last detections.
  var still = 0
  /// Frames that were due while the last one still waited: lost by overload.
  var missed = 0
  /// Frames dropped because they had waited too long.
  var stale = 0
  /// Frames lost by the source.
  var losses = SourceLosses()
  /// How often frames stopped, by cause.
  var outages: [String: Int] = [:]
  /// Report of its push, if it has one.
  var push: StreamPush.Report?
  /// Its streams that are not decoded.
  var inputs: [InputReport] = []
  /// Reports of its outputs.
  var sinks: [SinkReport] = []
  /// Failures of the network or of drawing, and the last one.
  var failures = 0
  var lastFailure: String?

  /// Age of a frame when its result is available.
  var age = DurationHistogram()
  /// Duration of the motion gate, of the network, and of everything after it.
  var gateTime = DurationHistogram(), inferTime = DurationHistogram(), trackTime = DurationHistogram()
  /// Detections by class.
  var detections: [String: Int] = [:]
  /// Tracks in the last frame, by class.
  var tracks: [String: Int] = [:]
  /// How many objects are in the frame and in each zone.
  var counts: [HomeCount] = []
  /// How often each line was crossed, by direction and class.
  var lines: [LineCount] = []
  /// Names of its zones.
  var zones: [String]

  /// What viewers get as HLS: nothing, the packets of the stream, or those that were encoded again with privacy masks.
  enum LiveVideo: Sendable { case none, own, masked }

  private let video: LiveVideo

  init(_ settings: CameraSettings, video: LiveVideo = .own) {
    self.video = video
    zones = settings.zones.map(\.name)
    name = settings.name
    address = settings.address?.description ?? ""
    isEnabled = settings.isEnabled
  }

  /// Whether it has a live view as HLS: browsers must support the codec.
  var hasSegments: Bool {
    let decoded = if case .up(let facts) = state { facts.codec } else { nil as String? }
    let live = inputs.first { $0.roles.contains(.live) }
    guard let codec = live.map(\.codec) ?? decoded else { return false }
    return switch video {
    case .none: false
    case .own: SegmentFeed.codecs.contains(codec)
    case .masked: true
    }
  }

  /// How many objects are where while frames arrive; classes that are not there are left out.
  var presentCounts: [HomeCount] { stateName == "up" ? counts : [] }

  /// One word for the state.
  package var stateName: String {
    switch state {
    case _ where !isEnabled: "disabled"
    case nil, .connecting: "connecting"
    case .up: "up"
    case .down: "down"
    }
  }
}
