import Imaging
import Scene
import Testing

@testable import Streaming

/// Grids of a small frame, five a second: a scene, and a clock in its corner.
@Suite struct MotionGateTests {
  private let settings = MotionGate.Settings(threshold: 8, refresh: 10)

  /// A grid in which each of `cells`, by column and row, has its brightness.
  private func grid(_ cells: [(column: Int, row: Int, level: UInt8)]) throws -> LumaGrid {
    let buffer = try PixelBuffer(layout: PixelLayout(width: 96, height: 64, format: .gray8))
    buffer.withView { view in
      let plane = view.planes[0]
      for y in 0..<64 { for x in 0..<96 { unsafe plane.base[y * plane.stride + x] = 100 } }
      for cell in cells {
        for y in 0..<2 {
          for x in 0..<2 { unsafe plane.base[(cell.row * 2 + y) * plane.stride + cell.column * 2 + x] = cell.level }
        }
      }
    }
    return LumaGrid(buffer)
  }

  /// How often the network runs in the minute from `start`, where `scene` gives what is brighter at each time.
  private func passes(
    _ gate: inout MotionGate, from start: Int, finding boxes: [Box] = [],
    _ scene: (Double) -> [(column: Int, row: Int, level: UInt8)]
  ) throws -> Int {
    var count = 0
    for step in start * 5..<(start + 60) * 5 {
      let seconds = Double(step) / 5
      if !gate.isStill(try grid(scene(seconds)), at: seconds) {
        count += 1
        gate.note(boxes)
      }
    }
    return count
  }

  /// What a clock shows: seconds, and tens of them.
  private static func clock(_ seconds: Double) -> [(column: Int, row: Int, level: UInt8)] {
    let digits: [UInt8] = [200, 130, 170, 160, 140, 180, 190, 120, 210, 150]
    return [(46, 0, digits[Int(seconds) % 10]), (45, 0, digits[Int(seconds) / 10 % 10])]
  }

  @Test func `a clock runs the network no more often than a still scene once it is known`() throws {
    var still = MotionGate(settings), clock = MotionGate(settings)
    let expected = try passes(&still, from: 0) { _ in [] }
    #expect(expected == 6)
    let first = try passes(&clock, from: 0, Self.clock)
    #expect(first > 15)
    _ = try passes(&clock, from: 60, Self.clock)
    for minute in [120, 180, 240] { #expect(try passes(&clock, from: minute, Self.clock) == expected) }
    // What moves beside it is seen at once, and so is what covers it and more.
    #expect(try !clock.isStill(grid(Self.clock(300) + [(20, 20, 160)]), at: 300))
    #expect(try !clock.isStill(grid([(46, 0, 10), (45, 0, 10), (44, 1, 10)]), at: 300.2))
  }

  @Test func `where the network finds something, nothing is a clock`() throws {
    var gate = MotionGate(settings)
    let box = Box(minX: 0.9, minY: 0, maxX: 1, maxY: 0.1)
    for minute in [0, 60, 120] { #expect(try passes(&gate, from: minute, finding: [box], Self.clock) > 40) }
  }

  @Test func `what changes all the time, or in much of the frame, is no clock`() throws {
    var wind = MotionGate(settings), flag = MotionGate(settings)
    let leaves = { (seconds: Double) in [(column: 10, row: 10, level: UInt8(Int(seconds * 5) % 2 == 0 ? 100 : 140))] }
    for minute in [0, 60, 120] { #expect(try passes(&wind, from: minute, leaves) > 100) }
    let large = { (seconds: Double) in
      (0..<20).flatMap { column in
        (0..<20).map { (column: column, row: $0, level: UInt8(Int(seconds) % 2 == 0 ? 100 : 140)) }
      }
    }
    for minute in [0, 60, 120] { #expect(try passes(&flag, from: minute, large) > 40) }
  }
}
