package import Imaging
import JSON
package import Scene

/// A heat map drawn over a frame: the frame dimmed and grey, colours where objects spent time, and the scale in seconds below it.
package struct HeatMapImage: Sendable {
  /// What of a map is shown.
  package struct Choice: Hashable, Sendable {
    /// The class; `nil` is all.
    package var label: String?
    /// Whether objects count that have stopped moving.
    package var includesStationary = false

    package init(label: String? = nil, includesStationary: Bool = false) {
      self.label = label
      self.includesStationary = includesStationary
    }
  }

  /// Width of the image in pixels, within these limits that of the frame.
  private static let widths = 640...1280
  /// The same for its height.
  private static let heights = 160...1280
  /// Opacity of the colours, and the level from which they have it.
  private static let opacity = 0.75, opaqueLevel = 0.12

  private let map: HeatMap
  private let choice: Choice
  private let title: String

  /// The image of what `choice` selects of `map`.
  ///
  /// - Parameter title: the source and the time that it is about.
  package init(_ map: HeatMap, _ choice: Choice = Choice(), title: String) {
    self.map = map
    self.choice = choice
    self.title = title
  }

  /// The image encoded as `format`, over `frame`, or over black without one. The scale has text if there is a font.
  package func encoded(over frame: RGBImage?, as format: ImageWriter.Format) throws(OutputError) -> [UInt8] {
    var image: RGBImage
    do throws(ImagingError) { image = try drawn(over: frame) } catch {
      throw OutputError(.writeFailed, "cannot draw a heat map: \(error)")
    }
    return try image.withPixels { (pixels) throws(OutputError) in
      var writer = ImageWriter()
      return try writer.encode(pixels, as: format)
    }
  }

  /// The image.
  func drawn(over frame: RGBImage?) throws(ImagingError) -> RGBImage {
    let backdrop = try Self.fitted(frame)
    let grid = HeatGrid(map.seconds(label: choice.label, includesStationary: choice.includesStationary))
    let text = OverlayStyle().sizes(width: backdrop.width, height: backdrop.height).text
    let legend = (text * 4 + 1) & ~1
    var bytes = Self.dimmed(backdrop)
    Self.paint(grid, on: &bytes, width: backdrop.width, height: backdrop.height)
    bytes += [UInt8](repeating: 16, count: backdrop.width * legend * 3)
    var image = try RGBImage(width: backdrop.width, height: backdrop.height + legend, bytes: bytes)
    try image.withPixels { (pixels) throws(ImagingError) in
      try drawLegend(grid, on: pixels, top: backdrop.height, textSize: text)
    }
    return image
  }

  /// `frame` in a size that suits a heat map.
  private static func fitted(_ frame: RGBImage?) throws(ImagingError) -> RGBImage {
    guard let frame else { return RGBImage(width: widths.lowerBound, height: widths.lowerBound * 9 / 16, level: 0) }
    let width = min(max(frame.width, widths.lowerBound), widths.upperBound)
    let height = Int((Double(frame.height) * Double(width) / Double(frame.width)).rounded())
    return try frame.resized(
      width: width, height: min(max(height, heights.lowerBound), heights.upperBound), by: .area)
  }

  /// The pixels of `image`, darker and with little colour.
  private static func dimmed(_ image: RGBImage) -> [UInt8] {
    var bytes = image.bytes
    for start in stride(from: 0, to: bytes.count - 2, by: 3) {
      let (red, green, blue) = (Int(bytes[start]), Int(bytes[start + 1]), Int(bytes[start + 2]))
      let grey = (77 * red + 150 * green + 29 * blue) >> 8
      // A third of the colour and two thirds of grey, at 55 %.
      bytes[start] = UInt8((red + 2 * grey) * 55 / 300)
      bytes[start + 1] = UInt8((green + 2 * grey) * 55 / 300)
      bytes[start + 2] = UInt8((blue + 2 * grey) * 55 / 300)
    }
    return bytes
  }

  /// Mixes the colours of `grid` into the pixels of an image.
  private static func paint(_ grid: HeatGrid, on bytes: inout [UInt8], width: Int, height: Int) {
    guard grid.top > 0 else { return }
    let colours = (0...255).map { HeatScale.colour(at: Double($0) / 255) }
    for y in 0..<height {
      for x in 0..<width {
        let level = grid.level(x: (Double(x) + 0.5) / Double(width), y: (Double(y) + 0.5) / Double(height))
        guard level > 0.004 else { continue }
        let share = opacity * min(level / opaqueLevel, 1)
        let colour = colours[Int((min(level, 1) * 255).rounded())]
        let start = (y * width + x) * 3
        bytes[start] = mix(bytes[start], colour.red, share)
        bytes[start + 1] = mix(bytes[start + 1], colour.green, share)
        bytes[start + 2] = mix(bytes[start + 2], colour.blue, share)
      }
    }
  }

  private static func mix(_ below: UInt8, _ above: UInt8, _ share: Double) -> UInt8 {
    let start = Double(below), end = Double(above)
    return UInt8((start + (end - start) * share).rounded())
  }

  /// Draws title, scale and figures from row `top` on.
  private func drawLegend(
    _ grid: HeatGrid, on pixels: borrowing PixelBuffer, top: Int, textSize: Int
  ) throws(ImagingError) {
    var pen = try HeatLegend(pixels.layout, textSize: textSize)
    let margin = textSize, gap = textSize / 2, second = top + textSize * 3 - textSize / 4
    pixels.withView { view in
      pen.write(heading, x: margin, baseline: top + textSize * 3 / 2, on: view)
      let start = pen.write("0 s", x: margin, baseline: second, on: view) + gap
      let end = pen.drawScale(
        x: start, baseline: second, width: min(textSize * 14, pixels.layout.width / 3), height: textSize * 3 / 4,
        on: view)
      let cell = "in 1/\(HeatMap.columns) × 1/\(HeatMap.rows) of the frame"
      let figures = grid.top > 0 ? "≥ \(Self.text(seconds: grid.top)) \(cell)" : "nothing was there"
      pen.write(figures, x: end + gap, baseline: second, on: view)
    }
  }

  /// What is shown, in a line: `front · car · moving · 3.4 h in all · last 24 h`.
  var heading: String {
    let seconds = map.seconds(label: choice.label, includesStationary: choice.includesStationary).reduce(0, +)
    return [
      title, choice.label ?? "all classes", choice.includesStationary ? "moving and stationary" : "moving",
      "\(Self.text(seconds: seconds)) in all",
    ].joined(separator: " · ")
  }

  /// `3.2 s`, `34 s`, `34 min`, `5.2 h`.
  static func text(seconds: Double) -> String {
    switch seconds {
    case ..<9.95: "\(seconds.json(places: 1)) s"
    case ..<120: "\(Int(seconds.rounded())) s"
    case ..<7200: "\(Int((seconds / 60).rounded())) min"
    default: "\((seconds / 3600).json(places: 1)) h"
    }
  }
}
