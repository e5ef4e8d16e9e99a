import Testing

@testable import Web

@Suite struct ByteRangeTests {
  @Test(
    arguments: [
      (nil, .whole), ("bytes=0-", .part(0...9)), ("Bytes=3-5", .part(3...5)), ("bytes=-3", .part(7...9)),
      ("bytes=-30", .part(0...9)), ("bytes=9-9", .part(9...9)), ("bytes=10-", .beyond), ("bytes=-0", .beyond),
      ("bytes=99999999999999999999-", .beyond), ("bytes=2-99999999999999999999", .part(2...9)),
      ("bytes=5-3", .whole), ("bytes=0-1,4-5", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole),
      ("items=0-1", .whole), ("bytes=0-1-2", .whole), ("bytes=+1-2", .whole), ("", .whole),
    ] as [(String?, ByteRange)])
  func `a header asks for a range`(header: String?, range: ByteRange) {
    #expect(ByteRange(header, size: 10) == range)
  }
}
