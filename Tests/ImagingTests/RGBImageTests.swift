import Imaging
import TestSupport
import Testing

@Suite struct RGBImageTests {
  @Test(
    arguments: 0..<6, [RGBImage.Interpolation.bilinear, .area])
  func `resizing gives the bytes of OpenCV`(index: Int, interpolation: RGBImage.Interpolation) throws {
    let tensors = try ByteTensors("preprocess/resize.safetensors")
    let expected = try tensors.image("\(index).\(interpolation == .area ? "area" : "linear")")
    let resized = try tensors.image("\(index).source").resized(
      width: expected.width, height: expected.height, by: interpolation)
    let differences = zip(resized.bytes, expected.bytes).map { abs(Int($0) - Int($1)) }
    #expect(differences.max() == 0)
  }

  @Test func `an image of one colour keeps it at every size`() throws {
    let source = try RGBImage(width: 7, height: 5, bytes: Array(repeating: 201, count: 105))
    for (width, height) in [(1, 1), (3, 2), (7, 9), (64, 31)] {
      for interpolation in [RGBImage.Interpolation.bilinear, .area] {
        let resized = try source.resized(width: width, height: height, by: interpolation)
        #expect(resized.bytes.allSatisfy { $0 == 201 })
      }
    }
  }

  @Test func `bytes that do not fit the size are refused`() {
    #expect(throws: ImagingError.self) { try RGBImage(width: 2, height: 2, bytes: [1, 2, 3]) }
    #expect(throws: ImagingError.self) { try RGBImage(width: 0, height: 2, bytes: []) }
  }
}
