import GELAN
import Testing

@Suite struct QuantisationTests {
  @Test(
    arguments: [
      (-1, 4, 51), (0, 1, 0), (0, 0, 0), (.nan, 1, 0), (-1, .nan, 255), (-.infinity, 1, 0), (0, .infinity, 0),
    ] as [(Float, Float, UInt8)])
  func `every range has a scale`(low: Float, high: Float, zeroPoint: UInt8) {
    let scale = Quantisation.Scale(low: low, high: high)
    #expect(scale.step > 0 && scale.zeroPoint == zeroPoint)
  }
}
