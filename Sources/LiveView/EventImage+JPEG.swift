import Capture
import Imaging
package import Outputs
import Scene

extension EventImage {
  /// Share of the object's longer side that a crop shows around it.
  private static let margin: Float = 0.2

  /// The image as a JPEG in `form`; whole if it is not known where the object is. Throws if the file cannot be read.
  package func jpeg(as form: Form) throws -> [UInt8] {
    let pixels = try ImageFile(path: path).read()
    var writer = ImageWriter()
    guard let box = box(width: pixels.layout.width, height: pixels.layout.height) else {
      return try writer.encode(pixels, as: .jpeg, quality: 4)
    }
    if form.contains(.boxed) {
      var style = OverlayStyle()
      (style.trailSeconds, style.showsScores, style.showsIdentities) = (0, false, false)
      var overlay = try Overlay(layout: pixels.layout, classes: ClassCatalogue(names: [label]), style: style)
      try overlay.draw(detections: [Detection(box: box, score: 1, classID: 0)], on: pixels)
    }
    guard form.contains(.cropped) else { return try writer.encode(pixels, as: .jpeg, quality: 4) }
    let part = Self.part(around: box, in: pixels.layout)
    return try writer.encode(
      try pixels.part(x: part.x, y: part.y, width: part.width, height: part.height), as: .jpeg, quality: 4)
  }

  /// `jpeg` where a failure is no image.
  package static let drawn: Drawing = { image, form in form.isEmpty ? stored(image, form) : try? image.jpeg(as: form) }

  /// `box` with a margin, extended to whole chroma samples.
  private static func part(around box: Box, in layout: PixelLayout) -> (x: Int, y: Int, width: Int, height: Int) {
    let margin = margin * max(box.width, box.height)
    func range(_ low: Float, _ high: Float, _ limit: Int) -> (start: Int, length: Int) {
      let start = min(Int(max(0, low - margin)), max(0, limit - 2)) & ~1
      let end = min(limit, max(start + 2, Int((high + margin).rounded(.up))))
      return (start, end - start)
    }
    let columns = range(box.minX, box.maxX, layout.width), rows = range(box.minY, box.maxY, layout.height)
    return (columns.start, rows.start, columns.length, rows.length)
  }
}
