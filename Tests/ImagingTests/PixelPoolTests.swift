import Dispatch
import Imaging
import Testing

@Suite struct PixelPoolTests {
  @Test func `a pool lends no more than it has and takes back what ends`() throws {
    let pool = try PixelPool(layout: PixelLayout(width: 33, height: 17, format: .yuv420p), capacity: 2)
    do {
      let first = Held(pool.take())
      let second = Held(pool.take())
      let third = Held(pool.take())
      #expect(first.isThere && second.isThere && !third.isThere)
      #expect(pool.lent == 2)
    }
    #expect(pool.lent == 0)
    let again = Held(pool.take())
    #expect(again.isThere && pool.lent == 1)
  }

  @Test(arguments: PixelFormat.allCases)
  func `planes are apart and hold what is written`(format: PixelFormat) throws {
    for (width, height) in [(1, 1), (7, 5), (64, 3)] {
      let layout = PixelLayout(width: width, height: height, format: format)
      let image = try PixelBuffer.filled(layout) { plane, x, y in UInt8(truncatingIfNeeded: plane * 97 + x + y * 31) }
      var expected: [UInt8] = []
      for plane in 0..<format.planeCount {
        let size = layout.planeSize(plane)
        for y in 0..<size.rows {
          for x in 0..<size.rowBytes { expected.append(UInt8(truncatingIfNeeded: plane * 97 + x + y * 31)) }
        }
      }
      #expect(image.bytes == expected)
    }
  }

  @Test(arguments: PixelFormat.allCases)
  func `a copy has the bytes of its image and memory of its own`(format: PixelFormat) throws {
    let layout = PixelLayout(width: 37, height: 9, format: format)
    let pool = try PixelPool(layout: layout, capacity: 1)
    let image = try PixelBuffer.noise(layout)
    let before = image.bytes
    switch try pool.copy(of: image) {
    case .some(let copy):
      #expect(copy.bytes == before)
      copy.withView { $0.planes[0].base[0] ^= 0xFF }
      #expect(image.bytes == before)
    case .none: Issue.record("the pool had a slot")
    }
    let other = try PixelBuffer(layout: PixelLayout(width: 38, height: 9, format: format))
    #expect(throws: ImagingError.self) { _ = try pool.copy(of: other) }
  }

  @Test func `a buffer outlives its pool`() throws {
    var pool: PixelPool? = try PixelPool(layout: PixelLayout(width: 8, height: 8, format: .gray8), capacity: 1)
    let image = Held(pool?.take())
    pool = nil
    #expect(image.count == 64)
  }

  @Test func `threads take and return without losing a slot`() throws {
    let pool = try PixelPool(layout: PixelLayout(width: 16, height: 16, format: .gray8), capacity: 3)
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<2000 {
        if let image = pool.take() { image.withView { $0.planes[0].base[0] = 1 } }
      }
    }
    #expect(pool.lent == 0)
  }

  @Test(arguments: [(0, 4), (4, 0), (-1, 4), (40_000, 4)] as [(Int, Int)])
  func `a layout without pixels is refused`(width: Int, height: Int) {
    #expect(throws: ImagingError.self) {
      _ = try PixelPool(layout: PixelLayout(width: width, height: height, format: .rgb24), capacity: 1)
    }
  }

  /// An image that the test macros may hold.
  private final class Held {
    private let buffer: PixelBuffer?
    init(_ buffer: consuming PixelBuffer?) { self.buffer = buffer }
    var isThere: Bool { count > 0 }
    var count: Int {
      switch buffer {
      case .some(let buffer): buffer.bytes.count
      case .none: 0
      }
    }
  }
}
