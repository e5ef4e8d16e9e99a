import Scene
import Testing

@Suite struct BoxTests {
  @Test(
    arguments: [
      (Box(minX: 0, minY: 0, maxX: 2, maxY: 2), Box(minX: 1, minY: 1, maxX: 3, maxY: 3), Float(1) / 7),
      (Box(minX: 0, minY: 0, maxX: 2, maxY: 2), Box(minX: 2, minY: 0, maxX: 3, maxY: 3), 0),
      (Box(minX: 0, minY: 0, maxX: 0, maxY: 0), Box(minX: 0, minY: 0, maxX: 0, maxY: 0), 0),
    ] as [(Box, Box, Float)])
  func `intersection over union`(a: Box, b: Box, expected: Float) {
    #expect(abs(a.intersectionOverUnion(with: b) - expected) < 1e-6)
  }
}
