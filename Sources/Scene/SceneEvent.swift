/// Something that happened in front of a camera, or to the camera itself.
///
/// A plain value without text or time of day. Rules make it from the findings of each frame; the host adds camera,
/// identifier and clock time; sinks turn it into JSON, rows or messages.
package struct SceneEvent: Hashable, Sendable {
  /// What happened.
  package var kind: Kind
  /// The frame in which it was noticed. For an event of the camera only `arrival` has a meaning: the moment it happened.
  package var stamp: FrameStamp
  /// Width of that frame in pixels; 0 for an event of the camera.
  package var width: Int
  /// Height of that frame in pixels; 0 for an event of the camera.
  package var height: Int
  /// The object it is about; `nil` for an event of the camera and for a visit.
  package var object: SceneObject?

  /// What happened.
  package enum Kind: Hashable, Sendable {
    /// An object was confirmed.
    case start
    /// A confirmed object is still there.
    case update
    /// An object has left, or was out of sight for too long.
    case end
    /// An object stopped moving.
    case stationary
    /// A stationary object moves again.
    case active
    /// An object entered the zone called `zone`.
    case zoneEnter(zone: String)
    /// An object left the zone called `zone` after `dwell` seconds; `speed` if the sides of the zone are measured and it moved.
    case zoneExit(zone: String, dwell: Double, speed: StaySpeed? = nil)
    /// An object has been in the zone called `zone` for longer than allowed: `dwell` seconds so far.
    case loiter(zone: String, dwell: Double)
    /// An object crossed the line called `line` in the direction called `direction`, as number `count` in that direction.
    case line(line: String, direction: String, count: Int)
    /// A visit began, grew or ended.
    case visit(Visit)
    /// The added rule called `rule` reports `value`.
    case added(rule: String, value: Double)
    /// The source delivers no frames any more, for `cause`; `message` explains it in a sentence.
    case cameraDown(cause: String, message: String)
    /// The source delivers frames.
    case cameraUp(CameraFacts)

    /// The name of the kind in logs, messages and metrics.
    package var name: String {
      switch self {
      case .start: "start"
      case .update: "update"
      case .end: "end"
      case .stationary: "stationary"
      case .active: "active"
      case .zoneEnter: "zone_enter"
      case .zoneExit: "zone_exit"
      case .loiter: "loiter"
      case .line: "line"
      case .visit: "visit"
      case .added(let rule, _): rule
      case .cameraDown: "camera_down"
      case .cameraUp: "camera_up"
      }
    }
  }

  /// What is known of a source that has come up.
  package struct CameraFacts: Hashable, Sendable {
    /// Size of its frames in pixels.
    package var width, height: Int
    /// Name of the codec; `nil` for uncompressed video.
    package var codec: String?
    /// Frames per second, if the source reports it.
    package var rate: Double?
    /// Seconds it was down; `nil` if it was not.
    package var outage: Double?

    /// Facts from their parts.
    package init(width: Int, height: Int, codec: String?, rate: Double?, outage: Double?) {
      self.width = width
      self.height = height
      self.codec = codec
      self.rate = rate
      self.outage = outage
    }
  }

  /// An event about `object`, noticed in the frame that `findings` describe.
  package init(_ kind: Kind, of object: SceneObject, in findings: FrameFindings) {
    self.init(kind, of: object, stamp: findings.stamp, width: findings.width, height: findings.height)
  }

  /// An event about `object`, noticed in the frame at `stamp` of `width` by `height` pixels.
  package init(_ kind: Kind, of object: SceneObject, stamp: FrameStamp, width: Int, height: Int) {
    self.kind = kind
    self.stamp = stamp
    self.width = width
    self.height = height
    self.object = object
  }

  /// An event about no single object, noticed in the frame at `stamp` of `width` by `height` pixels.
  package init(_ kind: Kind, stamp: FrameStamp, width: Int, height: Int) {
    self.kind = kind
    self.stamp = stamp
    self.width = width
    self.height = height
    object = nil
  }

  /// An event of the camera itself at `time`, in monotonic nanoseconds.
  package init(_ kind: Kind, at time: UInt64) {
    self.kind = kind
    stamp = FrameStamp(index: 0, seconds: 0, arrival: time)
    width = 0
    height = 0
    object = nil
  }
}
