import Testing

@testable import Imaging

@Suite struct LumaGridTests {
  private func image(_ format: PixelFormat, width: Int = 640, height: Int = 360, box: (x: Int, y: Int)?) throws
    -> PixelBuffer
  {
    let layout = PixelLayout(width: width, height: height, format: format)
    guard let image = try PixelPool(layout: layout, capacity: 1).take() else { throw ImagingError(.badSize, "none") }
    var canvas = try Canvas(layout: layout)
    image.withView { view in
      canvas.fill(
        .init(minX: 0, minY: 0, maxX: Float(width), maxY: Float(height)), with: Ink(Colour(hex: 0x404040), for: layout),
        on: view)
      if let box {
        canvas.fill(
          .init(minX: Float(box.x), minY: Float(box.y), maxX: Float(box.x + 12), maxY: Float(box.y + 24)),
          with: Ink(Colour(hex: 0xC0C0C0), for: layout), on: view)
      }
    }
    return image
  }

  @Test(arguments: [PixelFormat.yuv420p, .rgb24, .gray8, .nv12])
  func `a small thing that moves is seen, an image like the last is not`(format: PixelFormat) throws {
    let empty = LumaGrid(try image(format, box: nil))
    #expect(empty.change(from: LumaGrid(try image(format, box: nil))) == 0)
    #expect(LumaGrid(try image(format, box: (300, 200))).change(from: empty) > 20)
    let moved = LumaGrid(try image(format, box: (320, 200)))
    #expect(moved.change(from: LumaGrid(try image(format, box: (300, 200)))) > 20)
  }

  @Test(arguments: [(1, 1), (3, 50), (49, 2), (1920, 1080)] as [(Int, Int)])
  func `any size has a grid, and sizes differ`(width: Int, height: Int) throws {
    let grid = LumaGrid(try image(.yuv420p, width: width, height: height, box: nil))
    #expect(grid.levels.count == grid.columns * grid.rows && grid.columns >= 1 && grid.rows >= 1)
    #expect(grid.change(from: LumaGrid(try image(.yuv420p, width: 700, height: 360, box: nil))) == 255)
  }

  @Test func `a covered polygon leaves no pixel of its area and rim, and nothing else changes`() throws {
    let layout = PixelLayout(width: 64, height: 48, format: .gray8)
    guard let image = try PixelPool(layout: layout, capacity: 1).take() else { throw ImagingError(.badSize, "none") }
    var canvas = try Canvas(layout: layout)
    let white = Ink(Colour(hex: 0xFFFFFF), for: layout), black = Ink(Colour(hex: 0x000000), for: layout)
    // A triangle that begins outside of the image, and a slim one.
    let shapes: [[(x: Float, y: Float)]] = [
      [(-5, 10.5), (30.2, 3.7), (22.9, 40.1)], [(40, 5), (60.5, 30.3), (41, 5.2)],
    ]
    image.withView { view in
      canvas.fill(.init(minX: 0, minY: 0, maxX: 64, maxY: 48), with: white, on: view)
      for shape in shapes { canvas.cover(shape, with: black, on: view) }
      for y in 0..<48 {
        for x in 0..<64 {
          // A pixel is touched if any of a fine raster of points in it is inside, and far off if none around it is.
          let level = unsafe view.planes[0].base[y * view.planes[0].stride + x]
          let isTouched = Self.touches(
            shapes, (0...8).map { Float(x) + Float($0) / 8 }, (0...8).map { Float(y) + Float($0) / 8 })
          if isTouched { #expect(level < 20, "\(x), \(y)") }
          let isNear = Self.touches(shapes, (-2...3).map { Float(x + $0) }, (-2...3).map { Float(y + $0) })
          if !isNear, y > 42 || x > 62 || (x < 20 && y > 36) { #expect(level > 230, "\(x), \(y)") }
        }
      }
    }
  }

  private static func touches(_ shapes: [[(x: Float, y: Float)]], _ columns: [Float], _ rows: [Float]) -> Bool {
    for shape in shapes {
      for y in rows {
        for x in columns where contains(shape, x, y) { return true }
      }
    }
    return false
  }

  private static func contains(_ corners: [(x: Float, y: Float)], _ x: Float, _ y: Float) -> Bool {
    var isInside = false
    for (one, other) in zip(corners, corners.dropFirst() + corners.prefix(1)) where (one.y > y) != (other.y > y) {
      if x < (other.x - one.x) * (y - one.y) / (other.y - one.y) + one.x { isInside.toggle() }
    }
    return isInside
  }
}
