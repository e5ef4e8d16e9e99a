import FFmpeg
import Foundation
import Outputs

/// The segments of continuous recordings in a folder.
package struct SegmentFolder: Sendable {
  /// A segment that is whole.
  package struct Segment: Hashable, Sendable {
    /// When it begins and ends, in milliseconds since 1970.
    package let start, end: Int64
    /// Whether something moved in it.
    package let hasMotion: Bool
    /// Where it is.
    package let path: String
  }

  private let path: String

  /// The segments below the folder of all recordings at `path`.
  package init(path: String) { self.path = path }

  /// Whether there is a folder of a camera called `name`.
  package func has(_ name: String) -> Bool {
    guard MediaName.isCamera(name), let root = OpenFolder(path: path) else { return false }
    return OpenFolder(name, in: root) != nil
  }

  /// The whole segments of `camera` that touch `span`, in milliseconds since 1970, by their start.
  package func segments(of camera: String, touching span: Range<Int64>) -> [Segment] {
    // A segment lies in the folder of the hour in which it begins.
    let first = MediaName.day(of: MediaName.time(span.lowerBound - 86_400_000))
    let last = MediaName.day(of: MediaName.time(span.upperBound))
    guard first <= last else { return [] }
    return names(of: camera, days: first...last).compactMap { name in
      guard let (start, end) = name.span, start < span.upperBound, end > span.lowerBound else { return nil }
      return Segment(start: start, end: end, hasMotion: name.content == .motion, path: place(of: name))
    }
  }

  /// Gives their names to segments of `camera` that were being written when the program ended.
  func adoptUnfinished(of camera: String) {
    for name in names(of: camera, days: nil) where name.content == .unfinished {
      let path = place(of: name)
      // Times in a damaged file can be arbitrary.
      guard let start = FootageTime.milliseconds(name.start), let length = Self.duration(of: path), length < 86_400
      else { continue }
      // What moved in it is not known.
      let finished = name.finished(at: start + Int64((length * 1e3).rounded()), hasMotion: true)
      try? FileManager.default.moveItem(atPath: path, toPath: place(of: finished))
    }
  }

  /// Where the segment called `name` is.
  private func place(of name: SegmentName) -> String { "\(path)/\(RecordedName.segment(name).folder)/\(name.file)" }

  /// Segments of `camera`, by their start; `days` limits them to folders of these days.
  func names(of camera: String, days: ClosedRange<String>?) -> [SegmentName] {
    guard MediaName.isCamera(camera), let root = OpenFolder(path: path), let all = OpenFolder(camera, in: root)
    else { return [] }
    var found: [SegmentName] = []
    for day in all.names where MediaName.isDay(day) && days?.contains(day) ?? true {
      guard let hours = OpenFolder(day, in: all) else { continue }
      for hour in hours.names where MediaName.isHour(hour) {
        guard let inner = OpenFolder(hour, in: hours) else { continue }
        found += inner.names.compactMap(SegmentName.init(parsing:)).filter {
          RecordedName.segment($0).folder == "\(camera)/\(day)/\(hour)"
        }
      }
    }
    return found.sorted { ($0.start, $0.file) < ($1.start, $1.file) }
  }

  /// Seconds of video in the file at `path`; `nil` if it cannot be read.
  private static func duration(of path: String) -> Double? {
    guard var demuxer = try? Demuxer(.file(path)), let video = demuxer.mainVideo else { return nil }
    demuxer.ignoreStreams(except: [video.index])
    var end: Double?
    while case .packet(let packet)? = try? demuxer.read() {
      guard let time = packet.decodingTimestamp ?? packet.timestamp else { continue }
      end = max(end ?? 0, packet.timeBase.seconds(of: time) + (packet.duration ?? 0))
    }
    return end
  }
}
