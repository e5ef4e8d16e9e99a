public import Capture
import Foundation
import LiveView
import Pipeline
import Publishing
import Settings
import Streaming

/// How a camera is doing.
public struct CameraReport: Sendable {
  /// Its name.
  public var name: String
  /// Where its pictures come from, fit to be shown.
  public var address: String
  /// Whether it is watched.
  public var isEnabled: Bool
  /// Whether pictures come; `nil` before it was first tried.
  public var state: SourceState?
  /// When that state began.
  var since = Date.now
  /// When frames stopped coming, and why, as last found out; `nil` while they come.
  var outage: (began: Date, cause: SourceState.Cause)?
  /// Size of the last picture; 0 before there was one.
  var width = 0, height = 0

  /// Pictures that came.
  var decoded = 0
  /// Pictures that the network looked at.
  var inferred = 0
  /// Pictures that showed nothing new, and kept the answer of the one before.
  var still = 0
  /// Pictures that were due while the one before still waited for its turn: what overload costs.
  var missed = 0
  /// Pictures thrown away because they had waited too long.
  var stale = 0
  /// What the source lost.
  var losses = SourceLosses()
  /// How often pictures stopped coming, by cause.
  var outages: [String: Int] = [:]
  /// What became of its push, if it has one.
  var push: StreamPush.Report?
  /// Its streams that are not decoded.
  var inputs: [InputReport] = []
  /// What became of its outputs.
  var sinks: [SinkReport] = []
  /// Failures of the network or of drawing, and the last one.
  var failures = 0
  var lastFailure: String?

  /// Age of a picture when its result is there.
  var age = DurationHistogram()
  /// Time that the look at the brightness, the network and all after it took.
  var gateTime = DurationHistogram(), inferTime = DurationHistogram(), trackTime = DurationHistogram()
  /// Detections by class.
  var detections: [String: Int] = [:]
  /// Tracks in the last picture, by class.
  var tracks: [String: Int] = [:]
  /// How many objects are in the frame and in each zone.
  var counts: [HomeCount] = []

  /// Whether its packets may be given out as they are: not where privacy masks are painted on pictures.
  private let showsPackets: Bool

  init(_ settings: CameraSettings) {
    showsPackets = settings.privacyMasks.isEmpty
    name = settings.name
    address = settings.address?.description ?? ""
    isEnabled = settings.isEnabled
  }

  /// Whether it has a live view as HLS: of packets that browsers know.
  var hasSegments: Bool {
    let decoded = if case .up(let facts) = state { facts.codec } else { nil as String? }
    let live = inputs.first { $0.roles.contains(.live) }
    guard showsPackets, let codec = live.map(\.codec) ?? decoded else { return false }
    return SegmentFeed.codecs.contains(codec)
  }

  /// One word for the state.
  public var stateName: String {
    switch state {
    case _ where !isEnabled: "disabled"
    case nil, .connecting: "connecting"
    case .up: "up"
    case .down: "down"
    }
  }
}
