import Testing

@testable import Imaging

/// What the painter means, written for reading: floating point, one pixel at a time.
private struct ReadableLetterbox {
  let letterbox: Letterbox
  let image: RGBSamples

  /// An image as RGB levels, straight from the definition of its format.
  struct RGBSamples {
    var width: Int, height: Int
    var levels: [[Double]]

    init(_ buffer: borrowing PixelBuffer) {
      let layout = buffer.layout
      (width, height) = (layout.width, layout.height)
      levels = []
      for y in 0..<height {
        for x in 0..<width { levels.append(Self.pixel(buffer, layout, x, y)) }
      }
    }

    private static func pixel(_ buffer: borrowing PixelBuffer, _ layout: PixelLayout, _ x: Int, _ y: Int) -> [Double] {
      let full = layout.colour.isFullRange
      func luma(_ level: UInt8) -> Double { full ? Double(level) : (Double(level) - 16) * 255 / 219 }
      switch layout.format {
      case .rgb24: return (0..<3).map { Double(buffer.byte(0, x * 3 + $0, y)) }
      case .gray8: return Array(repeating: min(max(luma(buffer.byte(0, x, y)), 0), 255), count: 3)
      default: break
      }
      let (u, v) = (chroma(buffer, layout, 0, x, y), chroma(buffer, layout, 1, x, y))
      let (kr, kb): (Double, Double) =
        switch layout.colour.matrix {
        case .bt601: (0.299, 0.114)
        case .bt709: (0.2126, 0.0722)
        case .bt2020: (0.2627, 0.0593)
        }
      let kg = 1 - kr - kb, scale = full ? 1.0 : 255.0 / 224
      let l = luma(buffer.byte(0, x, y))
      let cb = (u - 128) * scale * 2, cr = (v - 128) * scale * 2
      let rgb = [l + cr * (1 - kr), l - cb * kb * (1 - kb) / kg - cr * kr * (1 - kr) / kg, l + cb * (1 - kb)]
      return rgb.map { min(max($0, 0), 255) }
    }

    /// U or V (`index` 0, 1) at pixel `x`, `y`: the sample it shares, or one between samples that lie in the middle of
    /// their pixels.
    private static func chroma(
      _ buffer: borrowing PixelBuffer, _ layout: PixelLayout, _ index: Int, _ x: Int, _ y: Int
    ) -> Double {
      let (acrossX, acrossY): (Int, Int) =
        switch layout.format {
        case .yuv420p, .nv12: (2, 2)
        case .yuv422p: (2, 1)
        case .yuv440p: (1, 2)
        default: (1, 1)
        }
      func sample(_ x: Int, _ y: Int) -> Double {
        let (x, y) = (
          min(max(x, 0), (layout.width - 1) / acrossX), min(max(y, 0), (layout.height - 1) / acrossY)
        )
        return Double(layout.format == .nv12 ? buffer.byte(1, x * 2 + index, y) : buffer.byte(1 + index, x, y))
      }
      guard layout.colour.siting == .centred, layout.colour.isFullRange, layout.format != .nv12 else {
        return sample(x / acrossX, y / acrossY)
      }
      let (column, row) = ((Double(x) + 0.5) / Double(acrossX) - 0.5, (Double(y) + 0.5) / Double(acrossY) - 0.5)
      let (left, top) = (Int(column.rounded(.down)), Int(row.rounded(.down)))
      let (fx, fy) = (column - Double(left), row - Double(top))
      return (sample(left, top) * (1 - fx) + sample(left + 1, top) * fx) * (1 - fy)
        + (sample(left, top + 1) * (1 - fx) + sample(left + 1, top + 1) * fx) * fy
    }

    func sample(_ x: Double, _ y: Double, _ channel: Int) -> Double {
      let left = Int(x.rounded(.down)), top = Int(y.rounded(.down))
      func at(_ x: Int, _ y: Int) -> Double {
        levels[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)][channel]
      }
      let (fx, fy) = (x - Double(left), y - Double(top))
      let upper = at(left, top) * (1 - fx) + at(left + 1, top) * fx
      let lower = at(left, top + 1) * (1 - fx) + at(left + 1, top + 1) * fx
      return upper * (1 - fy) + lower * fy
    }
  }

  func level(_ x: Int, _ y: Int, _ channel: Int) -> Double {
    let (column, row) = (x - letterbox.left, y - letterbox.top)
    guard column >= 0, column < letterbox.resizedWidth, row >= 0, row < letterbox.resizedHeight else { return 114 }
    let (sx, sy) = (
      Double(image.width) / Double(letterbox.resizedWidth), Double(image.height) / Double(letterbox.resizedHeight)
    )
    return image.sample((Double(column) + 0.5) * sx - 0.5, (Double(row) + 0.5) * sy - 0.5, channel)
  }
}

@Suite struct LetterboxPainterTests {
  private static let sizes = [(37, 23), (64, 64), (33, 70), (131, 50), (500, 33), (1, 1), (2, 3), (1001, 17)]
  private static let colours = [
    ColourEncoding(matrix: .bt601, isFullRange: false), .init(matrix: .bt709, isFullRange: true),
    .init(matrix: .bt2020, isFullRange: false), .init(matrix: .bt601, isFullRange: true),
    .init(matrix: .bt601, isFullRange: true, siting: .centred),
    .init(matrix: .bt709, isFullRange: true, siting: .centred),
    .init(matrix: .bt601, isFullRange: false, siting: .centred),
  ]

  private static func paint(
    _ image: borrowing PixelBuffer, _ letterbox: Letterbox, order: LetterboxPainter.ChannelOrder,
    usesVectors: Bool = true
  ) throws -> [UInt8] {
    var painter = try LetterboxPainter(
      source: image.layout, letterbox: letterbox, rows: PixelRows(usesVectors: usesVectors))
    var input = [UInt8](repeating: 7, count: letterbox.width * letterbox.height * 3)
    var span = input.mutableSpan
    try painter.paint(image, into: &span, order: order)
    return input
  }

  @Test(arguments: PixelFormat.allCases, colours)
  func `every format and size comes within four levels of the definition`(format: PixelFormat, colour: ColourEncoding)
    throws
  {
    for (width, height) in Self.sizes {
      let layout = PixelLayout(width: width, height: height, format: format, colour: colour)
      // Smooth chroma and luma, so that levels are rarely cut to 0...255 before they are mixed.
      let image = try PixelBuffer.filled(layout) { plane, x, y in
        UInt8(128 + 60 * (((x * 7 + y * 3 + plane * 11) % 29) - 14) / 14)
      }
      let letterbox = try Letterbox(sourceWidth: width, sourceHeight: height, targetWidth: 64, targetHeight: 64)
      let painted = try Self.paint(image, letterbox, order: .last)
      let reference = ReadableLetterbox(letterbox: letterbox, image: .init(image))
      var worst = 0.0
      for y in 0..<letterbox.height {
        for x in 0..<letterbox.width {
          for channel in 0..<3 {
            let level = Double(painted[(y * letterbox.width + x) * 3 + channel])
            worst = max(worst, abs(level - reference.level(x, y, channel)))
          }
        }
      }
      // Three products cut off to whole levels lose up to three; one more is lost in the resize.
      #expect(worst < 3.6, "\(layout.summary): \(worst)")
    }
  }

  @Test(arguments: PixelFormat.allCases)
  func `vectors and plain Swift give the same bytes`(format: PixelFormat) throws {
    for (index, (width, height)) in Self.sizes.enumerated() {
      for colour in Self.colours {
        let image = try PixelBuffer.noise(
          PixelLayout(width: width, height: height, format: format, colour: colour), seed: UInt64(index))
        for enlarges in [true, false] {
          let letterbox = try Letterbox(
            sourceWidth: width, sourceHeight: height, targetWidth: 96, targetHeight: 64, shape: .square,
            enlarges: enlarges)
          let fast = try Self.paint(image, letterbox, order: .last)
          let plain = try Self.paint(image, letterbox, order: .last, usesVectors: false)
          #expect(fast == plain, "\(image.layout.summary)")
        }
      }
    }
  }

  @Test func `an RGB image is resized as OpenCV does and framed in grey`() throws {
    let image = try PixelBuffer.noise(PixelLayout(width: 77, height: 41, format: .rgb24))
    let letterbox = try Letterbox(
      sourceWidth: 77, sourceHeight: 41, targetWidth: 64, targetHeight: 64, shape: .square)
    let painted = try Self.paint(image, letterbox, order: .last)
    let resized = try RGBImage(image).resized(
      width: letterbox.resizedWidth, height: letterbox.resizedHeight, by: .bilinear)
    for y in 0..<64 {
      let row = painted[(y * 64 * 3)..<((y + 1) * 64 * 3)]
      if y < letterbox.top || y >= letterbox.top + letterbox.resizedHeight {
        #expect(row.allSatisfy { $0 == Letterbox.borderLevel })
      } else {
        let from = (y - letterbox.top) * letterbox.resizedWidth * 3
        #expect(Array(row) == Array(resized.bytes[from..<from + letterbox.resizedWidth * 3]))
      }
    }
  }

  @Test func `bytes and floats, channels first and last, hold the same numbers`() throws {
    let image = try PixelBuffer.noise(PixelLayout(width: 50, height: 31, format: .yuv420p))
    let letterbox = try Letterbox(sourceWidth: 50, sourceHeight: 31, targetWidth: 64, targetHeight: 64)
    let last = try Self.paint(image, letterbox, order: .last)
    let first = try Self.paint(image, letterbox, order: .first)
    var painter = try LetterboxPainter(source: image.layout, letterbox: letterbox)
    var floatsLast = [Float](repeating: -1, count: last.count), floatsFirst = floatsLast
    var span = floatsLast.mutableSpan
    try painter.paint(image, into: &span, order: .last)
    var other = floatsFirst.mutableSpan
    try painter.paint(image, into: &other, order: .first)
    #expect(floatsLast == last.map(Float.init))
    #expect(floatsFirst == first.map(Float.init))
    let plane = letterbox.width * letterbox.height
    #expect(
      (0..<plane).allSatisfy { pixel in (0..<3).allSatisfy { first[$0 * plane + pixel] == last[pixel * 3 + $0] } })
  }

  @Test func `the border is left alone when the caller still has it`() throws {
    let image = try PixelBuffer.noise(PixelLayout(width: 64, height: 20, format: .gray8))
    let letterbox = try Letterbox(sourceWidth: 64, sourceHeight: 20, targetWidth: 64, targetHeight: 64)
    var painter = try LetterboxPainter(source: image.layout, letterbox: letterbox)
    var input = [UInt8](repeating: 7, count: 64 * 32 * 3)
    var span = input.mutableSpan
    try painter.paint(image, into: &span, order: .last, paintsBorder: false)
    #expect(input[..<(6 * 64 * 3)].allSatisfy { $0 == 7 })
    #expect(input[(26 * 64 * 3)...].allSatisfy { $0 == 7 })
  }

  @Test func `another layout or a wrong input size is refused`() throws {
    let image = try PixelBuffer(layout: PixelLayout(width: 64, height: 64, format: .gray8))
    let letterbox = try Letterbox(sourceWidth: 64, sourceHeight: 64, targetWidth: 64, targetHeight: 64)
    var painter = try LetterboxPainter(
      source: PixelLayout(width: 64, height: 64, format: .yuv420p), letterbox: letterbox)
    var input = [UInt8](repeating: 0, count: 64 * 64 * 3)
    #expect(throws: ImagingError.self) {
      var span = input.mutableSpan
      try painter.paint(image, into: &span, order: .last)
    }
    let matching = try PixelBuffer(layout: painter.source)
    input.removeLast()
    #expect(throws: ImagingError.self) {
      var span = input.mutableSpan
      try painter.paint(matching, into: &span, order: .last)
    }
    #expect(throws: ImagingError.self) {
      _ = try LetterboxPainter(source: PixelLayout(width: 65, height: 64, format: .gray8), letterbox: letterbox)
    }
  }
}
