import Imaging
import Scene
import Testing

@testable import Inference

@Suite struct TileTests {
  private let suppression = NonMaximumSuppression(DetectionOptions(confidence: 0, overlap: 0.45))

  @Test(arguments: ["2x2", "3x2:0.25", "1x4:0", "4x3:0.5"], [(640, 480), (1921, 1081), (3840, 2160), (101, 99)])
  func `tiles cover the frame, begin at even places and share what was asked for`(text: String, size: (Int, Int)) throws
  {
    let grid = try #require(TileGrid(parsing: text))
    let (width, height) = size
    let tiles = grid.tiles(width: width, height: height)
    if tiles.isEmpty { return #expect(width < 32 * grid.columns || height < 32 * grid.rows) }
    #expect(tiles.count == grid.columns * grid.rows)
    #expect(
      tiles.allSatisfy { $0.x % 2 == 0 && $0.y % 2 == 0 && $0.x + $0.width <= width && $0.y + $0.height <= height })
    for x in 0..<width { #expect(tiles.contains { $0.x <= x && x < $0.x + $0.width && $0.y == 0 }) }
    for y in 0..<height { #expect(tiles.contains { $0.y <= y && y < $0.y + $0.height && $0.x == 0 }) }
    if grid.columns > 1 {
      let shared = tiles[0].width - tiles[1].x
      #expect(Double(shared) > grid.overlap * Double(tiles[0].width) - 4, "\(tiles)")
    }
  }

  @Test(arguments: ["", "2", "1x1", "2x2:0.6", "17x1", "2x2x2", "0x3", "-1x2", "2x2:", "axb"])
  func `what is no grid is refused`(text: String) { #expect(TileGrid(parsing: text) == nil) }

  /// Two tiles of 60 by 50 in a frame of 100 by 50.
  private let left = Tile(x: 0, y: 0, width: 60, height: 50), right = Tile(x: 40, y: 0, width: 60, height: 50)

  private func detection(_ box: (Float, Float, Float, Float), score: Float = 0.8, classID: Int = 0) -> Detection {
    Detection(box: Box(minX: box.0, minY: box.1, maxX: box.2, maxY: box.3), score: score, classID: classID)
  }

  private func merged(
    whole: [Detection] = [], left inLeft: [Detection] = [], right inRight: [Detection] = []
  ) -> [(Float, Float, Float, Float)] {
    var merge = TileMerge(width: 100, height: 50)
    merge.add(whole)
    merge.add(inLeft, in: left)
    merge.add(inRight, in: right)
    return merge.merged(suppression).map { ($0.box.minX, $0.box.minY, $0.box.maxX, $0.box.maxY) }.sorted { $0.0 < $1.0 }
  }

  @Test func `an object in the part that tiles share is one`() {
    let found = merged(left: [detection((45, 10, 55, 20))], right: [detection((5, 10, 15, 20), score: 0.7)])
    #expect(found.count == 1 && found[0] == (45, 10, 55, 20))
  }

  @Test func `a piece gives way to the whole object`() {
    // The left tile ends in the middle of an object that the right one sees whole.
    let found = merged(
      left: [detection((52, 10, 60, 30), score: 0.9)], right: [detection((12, 10, 30, 30), score: 0.6)])
    #expect(found.count == 1 && found[0] == (52, 10, 70, 30))
    let seen = merged(whole: [detection((20, 5, 80, 45), score: 0.5)], left: [detection((20, 5, 60, 45), score: 0.9)])
    #expect(seen.count == 1 && seen[0] == (20, 5, 80, 45))
  }

  @Test func `pieces on both sides of an edge are joined`() {
    let found = merged(left: [detection((20, 10, 60, 30))], right: [detection((0, 11, 40, 31))])
    #expect(found.count == 1 && found[0] == (20, 10, 80, 31))
  }

  @Test func `neighbours stay two`() {
    // Side by side within a tile, near an edge but of other classes, and cut at heights that do not fit.
    #expect(merged(left: [detection((10, 10, 20, 30)), detection((21, 10, 31, 30))]).count == 2)
    let classes = merged(left: [detection((20, 10, 60, 30))], right: [detection((0, 10, 40, 30), classID: 1)])
    #expect(classes.count == 2)
    #expect(merged(left: [detection((20, 0, 60, 15))], right: [detection((0, 30, 40, 50))]).count == 2)
    // A box that ends with the frame is not cut.
    #expect(merged(right: [detection((50, 10, 60, 30))]).count == 1)
  }

  @Test func `a part of an image is read where it lies`() throws {
    for format in [PixelFormat.yuv420p, .nv12, .yuv422p, .gray8, .rgb24] {
      let pool = try PixelPool(layout: PixelLayout(width: 70, height: 40, format: format), capacity: 1)
      guard let image = pool.take() else {
        Issue.record("the pool is empty")
        continue
      }
      image.withView { view in
        for index in 0..<format.planeCount {
          let size = view.layout.planeSize(index)
          for row in 0..<size.rows {
            for column in 0..<size.rowBytes {
              (view.planes[index].base + row * view.planes[index].stride + column).pointee =
                UInt8(truncatingIfNeeded: row * 7 + column)
            }
          }
        }
      }
      let part = try image.part(x: 12, y: 8, width: 20, height: 10)
      part.withView { view in
        let first = view.planes[0].base.pointee
        #expect(first == UInt8(8 * 7 + 12 * (format == .rgb24 ? 3 : 1)), "\(format)")
        #expect(view.layout.width == 20 && view.layout.height == 10)
      }
      for (x, width) in [(1, 4), (60, 12)] {
        do throws(ImagingError) {
          _ = try image.part(x: x, y: 0, width: width, height: 4)
          Issue.record("a part at \(x) of \(width) columns was given")
        } catch { #expect(error.code == .badSize) }
      }
    }
  }
}
