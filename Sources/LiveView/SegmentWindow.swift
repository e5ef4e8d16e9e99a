import JSON
import Outputs

/// The last seconds of a live view as an HLS playlist (RFC 8216) with its segments. A plain value.
///
/// Each segment starts with a keyframe and consists of parts. The playlist lists parts before their segment is complete, as in
/// low-latency HLS (draft-pantos-hls-rfc8216bis): players that support it have a delay of a second, others ignore them.
package struct SegmentWindow {
  /// A position in a playlist: part `part` of segment `segment`.
  package struct Position: Comparable, Sendable {
    var segment: Int
    var part = 0

    package init(segment: Int, part: Int = 0) {
      self.segment = segment
      self.part = part
    }

    package static func < (one: Position, other: Position) -> Bool {
      (one.segment, one.part) < (other.segment, other.part)
    }
  }

  private struct Part {
    let seconds: Double
    let bytes: [UInt8]
  }

  private struct Segment {
    let number: Int
    let header: Int
    /// When its first frame arrived, in milliseconds since 1970.
    let began: Int64
    var parts: [Part] = []
    var seconds: Double { parts.reduce(0) { $0 + $1.seconds } }
    var byteCount: Int { parts.reduce(0) { $0 + $1.bytes.count } }
  }

  /// Complete segments in the playlist; as many older ones are kept for slow players.
  private static let listed = 6
  /// Maximum size of the complete segments that are kept, in bytes.
  static let byteLimit = 48 << 20
  /// Number of last segments whose parts are listed.
  private static let inParts = 3
  /// Length of a part in seconds; longer only if frames are further apart.
  static let partSeconds = 0.5

  private var headers: [Int: [UInt8]] = [:]
  private var segments: [Segment] = []
  /// The segment under construction.
  private var current: Segment?
  private var nextSegment = 0
  private var nextHeader = 0
  /// Number of stream changes that have left the playlist.
  private var passedChanges = 0
  private var longestPart = Self.partSeconds

  /// The complete segments and the current one.
  private var all: [Segment] { segments + (current.map { [$0] } ?? []) }
  /// Whether there is no complete segment.
  var isEmpty: Bool { segments.isEmpty }
  /// Whether players can start: they need three segments, and Chromium gives up with one.
  var isPlayable: Bool { segments.count >= 3 }
  /// The first part that does not exist yet.
  var next: Position { Position(segment: nextSegment, part: current?.parts.count ?? 0) }

  /// From now on parts belong to another stream, or to one after a gap, that starts with `header`.
  mutating func begin(header: [UInt8]) {
    endSegment()
    headers[nextHeader] = header
    nextHeader += 1
    forgetHeaders()
  }

  /// Keeps the headers that segments need, and the last.
  private mutating func forgetHeaders() {
    let needed = Set(segments.map(\.header) + [nextHeader - 1])
    headers = headers.filter { needed.contains($0.key) }
  }

  /// Adds a part of some seconds; `began` is when its first frame arrived, in milliseconds since 1970.
  mutating func append(_ bytes: [UInt8], seconds: Double, began: Int64) {
    var segment = current ?? Segment(number: nextSegment, header: nextHeader - 1, began: began)
    segment.parts.append(Part(seconds: seconds, bytes: bytes))
    longestPart = max(longestPart, seconds)
    current = segment
  }

  /// Completes the current segment; the next part starts with a keyframe.
  mutating func endSegment() {
    guard let segment = current else { return }
    current = nil
    segments.append(segment)
    nextSegment += 1
    let before = segments.suffix(Self.listed + 1)
    if segments.count > Self.listed * 2 { segments.removeFirst() }
    while segments.count > 1, byteCount > Self.byteLimit { segments.removeFirst() }
    // Count stream changes that leave the playlist.
    let first = segments.suffix(Self.listed).first?.number ?? nextSegment
    for (gone, next) in zip(before, before.dropFirst()) where gone.number < first && gone.header != next.header {
      passedChanges += 1
    }
    forgetHeaders()
  }

  /// Size of all complete segments in bytes.
  var byteCount: Int { segments.reduce(0) { $0 + $1.byteCount } }

  /// The playlist.
  var playlist: String {
    let shown = all.suffix(Self.listed + (current == nil ? 0 : 1))
    let longest = (segments.map(\.seconds).max() ?? current?.seconds) ?? 1
    var lines = [
      "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:\(max(1, Int(longest.rounded())))",
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=\((longestPart * 3).json(places: 3))",
      "#EXT-X-PART-INF:PART-TARGET=\(longestPart.json(places: 3))",
      "#EXT-X-MEDIA-SEQUENCE:\(shown.first?.number ?? nextSegment)",
      "#EXT-X-DISCONTINUITY-SEQUENCE:\(passedChanges)", "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    var header: Int?
    for segment in shown {
      if segment.header != header {
        if header != nil { lines.append("#EXT-X-DISCONTINUITY") }
        lines.append("#EXT-X-MAP:URI=\"\(segment.header).mp4\"")
        header = segment.header
      }
      lines.append("#EXT-X-PROGRAM-DATE-TIME:\(EventClock.text(segment.began))")
      if segment.number + Self.inParts >= nextSegment {
        for (number, part) in segment.parts.enumerated() {
          lines.append(
            "#EXT-X-PART:DURATION=\(part.seconds.json(places: 3)),URI=\"\(segment.number).\(number).m4s\""
              + (number == 0 ? ",INDEPENDENT=YES" : ""))
        }
      }
      if segment.number < nextSegment {
        lines += ["#EXTINF:\(segment.seconds.json(places: 3)),", "\(segment.number).m4s"]
      }
    }
    lines.append("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"\(next.segment).\(next.part).m4s\"")
    return lines.joined(separator: "\n") + "\n"
  }

  /// A name in a playlist: `3.mp4` is a header, `17.m4s` a segment, `17.2.m4s` a part of it.
  package enum Name: Equatable, Sendable {
    case header(Int), segment(Int), part(Position)

    /// `nil` if `text` is not such a name.
    package init?(_ text: String) {
      guard let match = text.wholeMatch(of: /([0-9]{1,9})(?:\.([0-9]{1,4}))?\.(mp4|m4s)/), let number = Int(match.1)
      else { return nil }
      switch (match.3, match.2) {
      case ("mp4", nil): self = .header(number)
      case ("mp4", _): return nil
      case (_, nil): self = .segment(number)
      case (_, let part?): self = .part(Position(segment: number, part: Int(part) ?? 0))
      }
    }
  }

  /// The bytes of `name`, part by part, if it exists.
  func bytes(of name: Name) -> [[UInt8]]? {
    switch name {
    case .header(let number): headers[number].map { [$0] }
    case .segment(let number): segments.first { $0.number == number }?.parts.map(\.bytes)
    case .part(let position):
      all.first { $0.number == position.segment }.flatMap {
        position.part < $0.parts.count ? [$0.parts[position.part].bytes] : nil
      }
    }
  }
}
