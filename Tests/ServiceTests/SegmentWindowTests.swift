import Testing

@testable import Service

@Suite struct SegmentWindowTests {
  @Test func `the playlist names the last pieces, each after the header that belongs to it`() {
    var window = SegmentWindow()
    #expect(window.isEmpty)
    window.begin(header: [1])
    for number in 0..<2 { window.append([UInt8(number)], seconds: 1) }
    window.begin(header: [2])
    window.append([9], seconds: 2.5)
    #expect(
      window.playlist == """
        #EXTM3U
        #EXT-X-VERSION:7
        #EXT-X-TARGETDURATION:3
        #EXT-X-MEDIA-SEQUENCE:0
        #EXT-X-DISCONTINUITY-SEQUENCE:0
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-MAP:URI="0.mp4"
        #EXTINF:1.0,
        0.m4s
        #EXTINF:1.0,
        1.m4s
        #EXT-X-DISCONTINUITY
        #EXT-X-MAP:URI="1.mp4"
        #EXTINF:2.5,
        2.m4s

        """)
    #expect(window.bytes(named: "1.mp4") == [2] && window.bytes(named: "2.m4s") == [9])
  }

  @Test func `it holds no more than a dozen pieces, and counts the changes that have gone by`() {
    var window = SegmentWindow()
    for number in 0..<100 {
      if number % 10 == 0 { window.begin(header: [UInt8(number)]) }
      window.append([UInt8(number)], seconds: 1)
    }
    #expect(window.playlist.contains("#EXT-X-MEDIA-SEQUENCE:94\n#EXT-X-DISCONTINUITY-SEQUENCE:9\n"))
    #expect(window.bytes(named: "88.m4s") == [88] && window.bytes(named: "87.m4s") == nil)
    #expect(window.bytes(named: "8.mp4") == [80] && window.bytes(named: "7.mp4") == nil)
  }

  @Test(arguments: ["", "0", "0.m4s/..", "../0.m4s", "-1.m4s", "0.ts", "99999999999999999999.m4s", "%30.m4s", "٠.m4s"])
  func `names that the playlist does not know are nothing`(name: String) {
    var window = SegmentWindow()
    window.begin(header: [1])
    window.append([1], seconds: 1)
    #expect(window.bytes(named: name) == nil)
  }
}
