import Capture
import FFmpeg
import Foundation
import Imaging
import Outputs
import Scene
import Testing

@Suite struct ImageWriterTests {
  let folder = Result { try ScratchFolder() }

  /// An image of one colour with a bright rectangle in `box`.
  private func image(_ format: PixelFormat, width: Int = 100, height: Int = 50, box: Box) throws -> PixelBuffer {
    let layout = PixelLayout(
      width: width, height: height, format: format, colour: .init(matrix: .bt601, isFullRange: true))
    let pixels = try PixelBuffer(layout: layout)
    pixels.withView { view in
      for plane in 0..<format.planeCount {
        let size = layout.planeSize(plane)
        for row in 0..<size.rows {
          for byte in 0..<size.rowBytes {
            view.planes[plane].base[row * view.planes[plane].stride + byte] = plane == 0 ? 60 : 128
          }
        }
      }
      let bytes = format == .rgb24 ? 3 : 1
      for y in Int(box.minY)..<Int(box.maxY) {
        for x in Int(box.minX) * bytes..<Int(box.maxX) * bytes {
          view.planes[0].base[y * view.planes[0].stride + x] = 220
        }
      }
    }
    return pixels
  }

  private func mean(_ pixels: borrowing PixelBuffer) -> Int {
    let size = pixels.layout.planeSize(0)
    return pixels.withView { view in
      var sum = 0
      for y in 0..<size.rows {
        for x in 0..<size.rowBytes { sum += Int(view.planes[0].base[y * view.planes[0].stride + x]) }
      }
      return sum / (size.rows * size.rowBytes)
    }
  }

  @Test(arguments: [PixelFormat.yuv420p, .yuv422p, .yuv444p, .nv12, .gray8, .rgb24], ["jpg", "png"])
  func `an image is written whole and in part`(format: PixelFormat, ending: String) throws {
    let folder = try folder.get()
    let box = Box(minX: 20, minY: 10, maxX: 60, maxY: 40)
    let pixels = try image(format, width: 101, height: 51, box: box)
    var writer = ImageWriter()
    try writer.write(pixels, to: folder.path("whole.\(ending)"))
    try writer.write(pixels, to: folder.path("part.\(ending)"), cut: box)
    let whole = try ImageFile(path: folder.path("whole.\(ending)")).read(as: .rgb24)
    let part = try ImageFile(path: folder.path("part.\(ending)")).read(as: .rgb24)
    #expect(whole.layout.width == 101 && whole.layout.height == 51)
    #expect(part.layout.width == 40 && part.layout.height == 30)
    #expect(abs(mean(part) - 220) <= 4, "\(mean(part))")
    #expect(abs(mean(whole) - (60 * (101 * 51 - 1200) + 220 * 1200) / (101 * 51)) <= 4, "\(mean(whole))")
  }

  @Test(arguments: [
    Box(minX: -5, minY: -5, maxX: 0.4, maxY: 0.4), Box(minX: 99.9, minY: 49.9, maxX: 300, maxY: 300),
    Box(minX: 7, minY: 3, maxX: 8, maxY: 4),
  ])
  func `a part at the edge or smaller than a pixel is still an image`(box: Box) throws {
    let folder = try folder.get()
    let pixels = try image(.yuv420p, box: Box(minX: 0, minY: 0, maxX: 1, maxY: 1))
    var writer = ImageWriter()
    try writer.write(pixels, to: folder.path("part.png"), cut: box)
    let part = try ImageFile(path: folder.path("part.png")).read()
    #expect(part.layout.width >= 1 && part.layout.width <= 4 && part.layout.height >= 1)
  }

  @Test func `crops are called by class, source and number`() throws {
    let folder = try folder.get()
    let classes = ClassCatalogue(names: ["../person", "dog"])
    var crops = try CropFolder(path: folder.path("crops"), stem: "street", classes: classes)
    let pixels = try image(.yuv420p, box: Box(minX: 0, minY: 0, maxX: 1, maxY: 1))
    try crops.write(.example(0, [.dog, .person]), of: pixels)
    try crops.write(.example(1, [.dog], file: "bus.png"), of: pixels)
    try crops.write(.example(2, [.dog]), of: pixels)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path("crops")).sorted()
    #expect(
      names == ["_.._person", "_.._person/street.jpg", "dog", "dog/bus.jpg", "dog/street.jpg", "dog/street2.jpg"])
  }
}
