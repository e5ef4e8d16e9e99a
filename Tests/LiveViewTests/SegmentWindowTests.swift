import FFmpeg
import Testing

@testable import LiveView

@Suite struct SegmentWindowTests {
  @Test(
    arguments: [
      (0, 3600, 3600), (3600, 3600, nil), (3600, 0, nil), (.min, .max, nil), (.max, .min, nil), (0, 90_000 * 3600, nil),
    ] as [(Int64, Int64, Int64?)])
  func `only a time soon after the last goes on with the segment`(before: Int64, time: Int64, step: Int64?) {
    #expect(SegmentFeed.step(from: before, to: time, in: .video) == step)
  }

  @Test func `a stream that changes with each frame leaves no headers behind`() {
    var window = SegmentWindow()
    for number in 0..<5000 {
      window.begin(header: [UInt8](repeating: 1, count: 700))
      // Changes within a part never become a segment.
      if number % 100 == 0 { window.append([1], seconds: 1, began: 0) }
    }
    let kept = (0..<5000).count { window.bytes(of: .header($0)) != nil }
    #expect(kept <= 14, "\(kept)")
    #expect(window.bytes(of: .header(4999)) != nil)
    for line in window.playlist.split(separator: "\n") where line.hasPrefix("#EXT-X-MAP") {
      let number = line.split(separator: "\"")[1].prefix { $0 != "." }
      #expect(window.bytes(of: .header(Int(number) ?? -1)) != nil, "\(line)")
    }
  }

  @Test(arguments: [1 << 20, 20 << 20, 60 << 20])
  func `large segments are fewer, and the playlist counts on`(size: Int) {
    var window = SegmentWindow()
    var seen = 0
    for number in 0..<30 {
      window.begin(header: [UInt8(number)])
      window.append([UInt8](repeating: 0, count: size), seconds: 1, began: 0)
      window.endSegment()
      #expect(window.byteCount <= max(SegmentWindow.byteLimit, size))
      let lines = window.playlist.split(separator: "\n")
      let passed = lines.first { $0.hasPrefix("#EXT-X-DISCONTINUITY-SEQUENCE:") }.flatMap {
        Int($0.split(separator: ":")[1])
      }
      let first = lines.first { $0.hasPrefix("#EXT-X-MEDIA-SEQUENCE:") }.flatMap { Int($0.split(separator: ":")[1]) }
      // Each segment is a change: what has left has taken as many with it.
      #expect(passed == first && (first ?? -1) >= seen, "\(lines.prefix(8))")
      seen = first ?? 0
    }
  }

  @Test
  func `the playlist names the last segments, each after the header that belongs to it, and parts of what is new`() {
    var window = SegmentWindow()
    #expect(window.isEmpty)
    window.begin(header: [1])
    for number in 0..<2 { window.appendSegment([UInt8(number)], seconds: 1) }
    window.begin(header: [2])
    window.append([8], seconds: 0.5, began: 2_000)
    window.append([9, 9], seconds: 0.48, began: 2_500)
    #expect(
      window.playlist == """
        #EXTM3U
        #EXT-X-VERSION:7
        #EXT-X-TARGETDURATION:1
        #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3.0
        #EXT-X-PART-INF:PART-TARGET=1.0
        #EXT-X-MEDIA-SEQUENCE:0
        #EXT-X-DISCONTINUITY-SEQUENCE:0
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-MAP:URI="0.mp4"
        #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z
        #EXT-X-PART:DURATION=1.0,URI="0.0.m4s",INDEPENDENT=YES
        #EXTINF:1.0,
        0.m4s
        #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z
        #EXT-X-PART:DURATION=1.0,URI="1.0.m4s",INDEPENDENT=YES
        #EXTINF:1.0,
        1.m4s
        #EXT-X-DISCONTINUITY
        #EXT-X-MAP:URI="1.mp4"
        #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:02.000Z
        #EXT-X-PART:DURATION=0.5,URI="2.0.m4s",INDEPENDENT=YES
        #EXT-X-PART:DURATION=0.48,URI="2.1.m4s"
        #EXT-X-PRELOAD-HINT:TYPE=PART,URI="2.2.m4s"

        """)
    #expect(window.bytes(named: "1.mp4") == [2] && window.bytes(named: "2.1.m4s") == [9, 9])
    #expect(window.bytes(named: "2.m4s") == nil && window.bytes(named: "2.2.m4s") == nil)
    window.endSegment()
    #expect(window.playlist.hasSuffix("#EXTINF:0.98,\n2.m4s\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"3.0.m4s\"\n"))
    #expect(window.bytes(named: "2.m4s") == [8, 9, 9])
  }

  @Test func `it holds no more than a dozen segments, and counts the changes that have gone by`() {
    var window = SegmentWindow()
    for number in 0..<100 {
      if number % 10 == 0 { window.begin(header: [UInt8(number)]) }
      window.appendSegment([UInt8(number)], seconds: 1)
    }
    #expect(window.playlist.contains("#EXT-X-MEDIA-SEQUENCE:94\n#EXT-X-DISCONTINUITY-SEQUENCE:9\n"))
    #expect(window.playlist.matches(of: /EXT-X-PART:/).count == 3)
    #expect(window.bytes(named: "88.m4s") == [88] && window.bytes(named: "87.m4s") == nil)
    #expect(window.bytes(named: "8.mp4") == [80] && window.bytes(named: "7.mp4") == nil)
  }

  @Test func `a stream that breaks off ends its segment with the parts that came`() {
    var window = SegmentWindow()
    window.begin(header: [1])
    window.append([1], seconds: 0.5, began: 0)
    #expect(window.next == .init(segment: 0, part: 1))
    window.begin(header: [2])
    #expect(window.next == .init(segment: 1) && window.bytes(named: "0.m4s") == [1])
    #expect(window.playlist.contains("#EXTINF:0.5,\n0.m4s\n#EXT-X-PRELOAD-HINT"))
  }

  @Test(arguments: [
    "", "0", "0.m4s/..", "../0.m4s", "-1.m4s", "0.ts", "99999999999999999999.m4s", "%30.m4s", "٠.m4s", "0.0.mp4",
    "0..m4s", "0.-1.m4s", "0.0.0.m4s", "0.99999.m4s",
  ])
  func `names that no playlist has are nothing`(name: String) {
    #expect(SegmentWindow.Name(name) == nil)
  }
}

extension SegmentWindow {
  fileprivate mutating func appendSegment(_ bytes: [UInt8], seconds: Double) {
    append(bytes, seconds: seconds, began: 0)
    endSegment()
  }

  fileprivate func bytes(named name: String) -> [UInt8]? {
    Name(name).flatMap { bytes(of: $0) }.map { Array($0.joined()) }
  }
}
