import Outputs

/// The name of a segment of a continuous recording, which states when it begins and ends and whether something moved:
/// `CAM/2026-11-23/18/CAM_20261123T183927.123Z_20261123T184027.163Z_motion.mp4`. All times are UTC.
///
/// While it is written its end is not known: `CAM_20261123T183927.123Z_unfinished.mp4`.
struct SegmentName: Hashable, Sendable {
  /// What is known of a segment.
  enum Content: String, Hashable, Sendable {
    /// It is being written, or was when the program ended.
    case unfinished
    /// Nothing moved.
    case still
    /// Something moved.
    case motion
  }

  let camera: String
  /// `20261123T183927.123Z`; sorts as time does.
  let start: String
  /// The same form; `nil` while it is not known.
  let end: String?
  let content: Content

  /// A segment that begins at `milliseconds` since 1970, and is being written.
  init(camera: String, start milliseconds: Int64) {
    self.camera = camera
    start = MediaName.time(milliseconds)
    end = nil
    content = .unfinished
  }

  /// Reads a file's name; `nil` for any that is not a segment's.
  init?(parsing name: some StringProtocol) {
    guard name.utf8.count <= 160, name.hasSuffix(".mp4") else { return nil }
    let parts = String(name).dropLast(4).split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    guard let content = parts.last.flatMap(Content.init(rawValue:)) else { return nil }
    let count = content == .unfinished ? 1 : 2
    guard parts.count > count + 1 else { return nil }
    let times = Array(parts[(parts.count - 1 - count)..<(parts.count - 1)])
    let camera = parts.dropLast(count + 1).joined(separator: "_")
    guard MediaName.isCamera(camera), times.allSatisfy({ MediaName.isTime($0) }), times == times.sorted() else {
      return nil
    }
    self.camera = camera
    start = times[0]
    end = content == .unfinished ? nil : times[1]
    self.content = content
  }

  private init(_ name: SegmentName, end: String?, content: Content) {
    (camera, start) = (name.camera, name.start)
    (self.end, self.content) = (end, content)
  }

  /// The name when it is whole, having ended at `milliseconds` since 1970.
  func finished(at milliseconds: Int64, hasMotion: Bool) -> SegmentName {
    SegmentName(self, end: max(start, MediaName.time(milliseconds)), content: hasMotion ? .motion : .still)
  }

  /// The name when motion in it is noticed later.
  var withMotion: SegmentName { content == .still ? SegmentName(self, end: end, content: .motion) : self }

  /// The name of the file.
  var file: String { "\(camera)_\(start)_\(end.map { "\($0)_" } ?? "")\(content.rawValue).mp4" }

  /// When it begins and ends, in milliseconds since 1970; `nil` for one without an end.
  var span: (start: Int64, end: Int64)? {
    guard let end, let first = FootageTime.milliseconds(start), let last = FootageTime.milliseconds(end) else {
      return nil
    }
    return (first, last)
  }
}

/// The name of any recorded file: of an event, or a segment of a continuous recording.
enum RecordedName: Hashable, Sendable {
  case event(MediaName)
  case segment(SegmentName)

  /// Reads a file's name; `nil` for any that this program does not write.
  init?(parsing name: String) {
    if let event = MediaName(parsing: name) {
      self = .event(event)
    } else if let segment = SegmentName(parsing: name) {
      self = .segment(segment)
    } else {
      return nil
    }
  }

  /// The name of a file of an event.
  var event: MediaName? { if case .event(let name) = self { name } else { nil } }
  /// The name of a segment.
  var segment: SegmentName? { if case .segment(let name) = self { name } else { nil } }

  var camera: String {
    switch self {
    case .event(let name): name.camera
    case .segment(let name): name.camera
    }
  }
  /// When it begins; sorts as time does.
  var time: String {
    switch self {
    case .event(let name): name.time
    case .segment(let name): name.start
    }
  }
  /// The name of the file.
  var file: String {
    switch self {
    case .event(let name): name.file
    case .segment(let name): name.file
    }
  }
  /// `2026-11-23`.
  var day: String { MediaName.day(of: time) }
  /// `18`.
  var hour: String { MediaName.hour(of: time) }
  /// The folder, below that of all recordings.
  var folder: String { "\(camera)/\(day)/\(hour)" }
}
