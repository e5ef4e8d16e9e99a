import Scene
import Testing

@Suite struct SidesTests {
  @Test(
    arguments: [
      ("640x480", 640, 480), ("1x100000", 1, 100_000), ("640", nil, nil), ("640x", nil, nil), ("x480", nil, nil),
      ("640x480x3", nil, nil), ("640X480", nil, nil), ("0x480", nil, nil), ("640x100001", nil, nil), ("", nil, nil),
      ("-1x5", nil, nil), ("6.5x5", nil, nil),
    ] as [(String, Int?, Int?)])
  func `two sides are numbers in range`(text: String, first: Int?, second: Int?) {
    #expect(text.sides()?.0 == first && text.sides()?.1 == second)
  }

  @Test func `another range holds for both`() {
    #expect("32x31".sides(in: 32...64) == nil && "65x32".sides(in: 32...64) == nil)
    #expect("32x64".sides(in: 32...64)?.1 == 64)
  }
}
