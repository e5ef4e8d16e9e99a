import Imaging
import Scene
import Testing

@Suite struct CanvasTests {
  private let white = Colour(hex: 0xFFFFFF)

  private func image(_ format: PixelFormat, _ width: Int, _ height: Int, full: Bool = true) throws -> PixelBuffer {
    let colour = ColourEncoding(matrix: .bt601, isFullRange: full)
    return try .filled(PixelLayout(width: width, height: height, format: format, colour: colour)) { plane, _, _ in
      plane == 0 ? 0 : 128
    }
  }

  private func grey(_ width: Int, _ height: Int) throws -> PixelBuffer { try image(.gray8, width, height) }

  /// The rows of the first plane.
  private func rows(_ image: borrowing PixelBuffer) -> [[UInt8]] {
    let layout = image.layout
    let bytes = image.bytes
    return (0..<layout.height).map { Array(bytes[($0 * layout.width)..<(($0 + 1) * layout.width)]) }
  }

  @Test func `a filled box covers its pixels and shares of its edge pixels`() throws {
    let image = try grey(8, 5)
    var canvas = try Canvas(layout: image.layout)
    let ink = Ink(white, for: image.layout)
    image.withView { canvas.fill(Box(minX: 1.5, minY: 1, maxX: 5.25, maxY: 3.5), with: ink, on: $0) }
    let black = [UInt8](repeating: 0, count: 8)
    let found = rows(image)
    #expect(found[0] == black && found[4] == black)
    #expect(found[1] == [0, 128, 255, 255, 255, 64, 0, 0])
    #expect(found[2] == found[1])
    #expect(found[3] == [0, 64, 128, 128, 128, 32, 0, 0])
  }

  @Test(arguments: [(4, 3, .gray8), (8, 5, .rgb24)] as [(Int, Int, PixelFormat)])
  func `an image of another size or format is left as it is`(width: Int, height: Int, format: PixelFormat) throws {
    var canvas = try Canvas(layout: PixelLayout(width: 8, height: 5, format: .gray8))
    let image = try image(format, width, height)
    let ink = Ink(white, for: image.layout), before = image.bytes
    image.withView { canvas.fill(Box(minX: 0, minY: 0, maxX: 8, maxY: 5), with: ink, on: $0) }
    image.withView { canvas.stroke([.init(x: 0, y: 2), .init(x: 8, y: 2)], width: 2, with: ink, on: $0) }
    let after = image.bytes
    #expect(after == before)
  }

  @Test func `an outline leaves the inside alone`() throws {
    let image = try grey(12, 10)
    var canvas = try Canvas(layout: image.layout)
    let ink = Ink(white, for: image.layout)
    image.withView { canvas.outline(Box(minX: 1, minY: 1, maxX: 11, maxY: 9), width: 2, with: ink, on: $0) }
    for (y, row) in rows(image).enumerated() {
      for (x, level) in row.enumerated() {
        let inOuter = (1..<11).contains(x) && (1..<9).contains(y), inInner = (3..<9).contains(x) && (3..<7).contains(y)
        #expect(level == (inOuter && !inInner ? 255 : 0), "\(x) \(y)")
      }
    }
  }

  @Test(arguments: PixelFormat.allCases, [(40, 40), (41, 37)])
  func `round corners and outlines are symmetric`(format: PixelFormat, size: (Int, Int)) throws {
    let image = try image(format, size.0, size.1)
    var canvas = try Canvas(layout: image.layout)
    let ink = Ink(white, opacity: 0.7, for: image.layout)
    let box = Box(minX: 4, minY: 4, maxX: Float(size.0 - 4), maxY: Float(size.1 - 4))
    image.withView { canvas.outline(box, width: 3, radius: 7, with: ink, on: $0) }
    let samples = format == .rgb24 ? 3 : 1
    for y in 0..<size.1 {
      for x in 0..<size.0 {
        let level = image.byte(0, x * samples, y)
        #expect(level == image.byte(0, (size.0 - 1 - x) * samples, y))
        #expect(level == image.byte(0, x * samples, size.1 - 1 - y))
      }
    }
    #expect(image.byte(0, size.0 / 2 * samples, 5) > 150)
    #expect(image.byte(0, size.0 / 2 * samples, size.1 / 2) == 0)
  }

  @Test func `shared chroma takes the mean coverage of its pixels`() throws {
    let red = Colour(hex: 0xFF0000)
    for format in [PixelFormat.yuv420p, .nv12, .yuv422p, .yuv440p, .yuv444p] {
      let image = try image(format, 8, 8)
      let ink = Ink(red, for: image.layout)
      var canvas = try Canvas(layout: image.layout)
      // Three of four pixels of one chroma sample at (2, 2) in two parts: a row of two and one below.
      image.withView { canvas.fill(Box(minX: 2, minY: 2, maxX: 4, maxY: 3), with: ink, on: $0) }
      func v(_ x: Int, _ y: Int) -> UInt8 {
        switch format {
        case .nv12: image.byte(1, x / 2 * 2 + 1, y / 2)
        case .yuv420p: image.byte(2, x / 2, y / 2)
        case .yuv422p: image.byte(2, x / 2, y)
        case .yuv440p: image.byte(2, x, y / 2)
        default: image.byte(2, x, y)
        }
      }
      let strong = v(2, 2)
      #expect(v(0, 2) == 128 && v(4, 2) == 128 && v(2, 4) == 128)
      if format == .yuv420p || format == .nv12 || format == .yuv440p {
        #expect((191...193).contains(strong))
      } else {
        #expect(strong == 255)
        #expect(v(2, 3) == 128)
      }
    }
  }

  @Test func `an ink is the colour that the decoder's way back shows`() throws {
    for format in PixelFormat.allCases where format != .gray8 {
      for matrix in [ColourEncoding.Matrix.bt601, .bt709, .bt2020] {
        for full in [true, false] {
          let layout = PixelLayout(
            width: 6, height: 6, format: format, colour: ColourEncoding(matrix: matrix, isFullRange: full))
          let image = try PixelBuffer(layout: layout)
          var canvas = try Canvas(layout: layout)
          let ink = Ink(Colour(hex: 0xD07030), for: layout)
          image.withView { canvas.fill(Box(minX: 0, minY: 0, maxX: 6, maxY: 6), with: ink, on: $0) }
          let pixel = Array(RGBImage(image).bytes[0..<3])
          let differences = zip(pixel, [0xD0, 0x70, 0x30]).map { abs(Int($0) - $1) }
          #expect(differences.allSatisfy { $0 <= 4 }, "\(format) \(matrix) \(full): \(pixel)")
        }
      }
    }
  }

  @Test func `a line is as wide as asked, round at its ends, and fades`() throws {
    let image = try grey(24, 9)
    var canvas = try Canvas(layout: image.layout)
    let ink = Ink(white, for: image.layout)
    let line = [Canvas.Vertex(x: 4, y: 4.5, strength: 1), .init(x: 20, y: 4.5, strength: 0)]
    image.withView { canvas.stroke(line, width: 3, with: ink, on: $0) }
    let found = rows(image)
    #expect(found[3] == found[5] && found[2].allSatisfy { $0 == 0 } && found[6].allSatisfy { $0 == 0 })
    #expect(found[4][4] > 240 && found[4][12] > 110 && found[4][12] < 130 && found[4][19] < 15)
    #expect(zip(found[4][4...], found[4][5...]).allSatisfy { $0 >= $1 })
  }

  @Test func `joints of a line leave no dots`() throws {
    let image = try grey(30, 9)
    var canvas = try Canvas(layout: image.layout)
    let ink = Ink(white, opacity: 0.5, for: image.layout)
    let line = (0..<10).map { Canvas.Vertex(x: Float(3 + $0 * 2), y: 4.5) }
    image.withView { canvas.stroke(line, width: 3, with: ink, on: $0) }
    #expect(Set(rows(image)[4][4..<20]) == [128])
  }

  @Test(arguments: PixelFormat.allCases)
  func `nothing outside a shape changes, wherever it lies`(format: PixelFormat) throws {
    let wild: [Float] = [-.infinity, -1e30, -50, -0.3, 3.7, 20, 33, 1e9, .infinity, .nan]
    let image = try image(format, 33, 21)
    var canvas = try Canvas(layout: image.layout)
    let ink = Ink(white, for: image.layout)
    let clear = image.bytes
    // Shapes off the image, or without a size, change nothing.
    image.withView { view in
      canvas.fill(Box(minX: 40, minY: 2, maxX: 60, maxY: 9), with: ink, on: view)
      canvas.outline(Box(minX: -20, minY: -20, maxX: -1, maxY: -1), width: 2, radius: 3, with: ink, on: view)
      canvas.fill(Box(minX: 9, minY: 9, maxX: 9, maxY: 12), with: ink, on: view)
      canvas.stroke([.init(x: 100, y: 5), .init(x: 200, y: 5)], width: 4, with: ink, on: view)
      canvas.stroke([.init(x: .nan, y: 5), .init(x: 5, y: 5)], width: 4, with: ink, on: view)
    }
    #expect(image.bytes == clear)
    for minX in wild {
      for maxX in wild {
        image.withView { view in
          let box = Box(minX: minX, minY: maxX, maxX: maxX, maxY: minX)
          canvas.outline(box, width: 3, radius: 4, with: ink, on: view)
          canvas.outline(Box(minX: minX, minY: minX, maxX: maxX, maxY: maxX), width: 2, with: ink, on: view)
          canvas.fill(Box(minX: minX, minY: -4, maxX: maxX, maxY: 50), radius: 2, with: ink, on: view)
          canvas.stroke([.init(x: minX, y: 5), .init(x: maxX, y: 15)], width: 4, with: ink, on: view)
        }
      }
    }
  }

  @Test func `a glyph lands where it is put and is cut at the edges`() throws {
    let image = try grey(6, 4)
    var canvas = try Canvas(layout: image.layout)
    let ink = Ink(white, for: image.layout)
    let glyph = try GlyphBitmap(width: 3, height: 2, coverage: [255, 128, 0, 0, 255, 64])
    image.withView { canvas.draw([(glyph, 1, 1), (glyph, 5, 3), (glyph, -2, -1)], with: ink, on: $0) }
    #expect(
      rows(image) == [
        [64, 0, 0, 0, 0, 0], [0, 255, 128, 0, 0, 0], [0, 0, 255, 64, 0, 0], [0, 0, 0, 0, 0, 255],
      ])
  }
}
