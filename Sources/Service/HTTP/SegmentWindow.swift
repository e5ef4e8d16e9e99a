import Outputs

/// The last seconds of a live view as an HLS playlist (RFC 8216) and the pieces that it names. Pure.
struct SegmentWindow {
  /// One piece, which begins with a key picture.
  private struct Segment {
    let number: Int
    let header: Int
    let seconds: Double
    let bytes: [UInt8]
  }

  /// Pieces in the playlist; as many are kept beyond, for who is slow.
  private static let listed = 6

  private var headers: [Int: [UInt8]] = [:]
  private var segments: [Segment] = []
  private var nextSegment = 0
  private var nextHeader = 0
  /// Changes of the stream that have left the playlist.
  private var passedChanges = 0

  /// Whether there is something to play.
  var isEmpty: Bool { segments.isEmpty }
  /// Whether there is enough to begin with: players want three pieces, and Chromium gives up on one.
  var isPlayable: Bool { segments.count >= 3 }

  /// The pieces from now on belong to another stream, or one with a gap, that begins with `header`.
  mutating func begin(header: [UInt8]) {
    headers[nextHeader] = header
    nextHeader += 1
  }

  /// Adds a piece of so many seconds.
  mutating func append(_ bytes: [UInt8], seconds: Double) {
    segments.append(Segment(number: nextSegment, header: nextHeader - 1, seconds: seconds, bytes: bytes))
    nextSegment += 1
    let before = segments.suffix(Self.listed + 1)
    if before.count > Self.listed, let gone = before.first, gone.header != before.dropFirst().first?.header {
      passedChanges += 1
    }
    if segments.count > Self.listed * 2 { segments.removeFirst() }
    if let oldest = segments.first?.header { headers = headers.filter { $0.key >= oldest } }
  }

  /// The playlist.
  var playlist: String {
    let shown = segments.suffix(Self.listed)
    let longest = segments.map(\.seconds).max() ?? 1
    var lines = [
      "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:\(max(1, Int(longest.rounded())))",
      "#EXT-X-MEDIA-SEQUENCE:\(shown.first?.number ?? 0)", "#EXT-X-DISCONTINUITY-SEQUENCE:\(passedChanges)",
      "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    var header: Int?
    for segment in shown {
      if segment.header != header {
        if header != nil { lines.append("#EXT-X-DISCONTINUITY") }
        lines.append("#EXT-X-MAP:URI=\"\(segment.header).mp4\"")
        header = segment.header
      }
      lines.append("#EXTINF:\(segment.seconds.json(places: 3)),")
      lines.append("\(segment.number).m4s")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the playlist calls `name`: `3.mp4` is a header, `17.m4s` a piece.
  func bytes(named name: String) -> [UInt8]? {
    guard let match = name.wholeMatch(of: /([0-9]{1,9})\.(mp4|m4s)/), let number = Int(match.1) else { return nil }
    return match.2 == "mp4" ? headers[number] : segments.first { $0.number == number }?.bytes
  }
}
