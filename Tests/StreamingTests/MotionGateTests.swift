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
    _ gate: inout MotionGate, from start: Int, finding boxes: [Box] = [], rate: Int = 5,
    _ scene: (Double) -> [(column: Int, row: Int, level: UInt8)]
  ) throws -> Int {
    var count = 0
    for step in start * rate..<(start + 60) * rate {
      let seconds = Double(step) / Double(rate)
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

  /// A clock with tenths of a second, and a counter of the frames of a camera of 25 a second.
  private static func counters(_ seconds: Double) -> [(column: Int, row: Int, level: UInt8)] {
    let digits: [UInt8] = [200, 130, 170, 160, 140, 180, 190, 120, 210, 150]
    let frame = Int((seconds * 25).rounded())
    var cells = clock(seconds)
    cells.append((47, 0, digits[frame * 2 / 5 % 10]))
    for (column, size) in [(0, 1), (1, 10), (2, 100)] { cells.append((column, 0, digits[frame / size % 10])) }
    return cells
  }

  @Test(arguments: [5, 10, 25]) func `tenths of a second and a counter of frames are learned at any rate`(
    rate: Int
  ) throws {
    var gate = MotionGate(settings)
    #expect(try passes(&gate, from: 0, rate: rate, Self.counters) >= 300)
    for minute in [60, 120] { _ = try passes(&gate, from: minute, rate: rate, Self.counters) }
    // As in a still scene: one every ten seconds.
    for minute in [180, 240] {
      let count = try passes(&gate, from: minute, rate: rate, Self.counters)
      #expect((5...7).contains(count), "\(count)")
    }
    _ = gate.isStill(try grid(Self.counters(300) + [(20, 20, 160)]), at: 300)
    #expect(gate.hasMotion, "what moves beside it is seen at once")
  }

  /// Gusts of some seconds, in each of which single leaves turn.
  private static func leaves(_ seconds: Double) -> [(column: Int, row: Int, level: UInt8)] {
    (0..<12).map { leaf in
      // The same numbers in each run.
      func number(_ step: Int) -> Int {
        var random = UInt64(step * 1009 + leaf * 7919 + 1) &* 0x9E37_79B9_7F4A_7C15
        random ^= random >> 29
        return Int((random &* 0xBF58_476D_1CE4_E5B9) >> 33)
      }
      let isMoving = number(Int(seconds / 3) + 1_000_000) % 100 < 75
      let turn = isMoving ? number(Int((seconds * 50).rounded())) % 40 : 0
      return (column: 5 + leaf % 4, row: 5 + leaf / 4, level: UInt8(100 + turn))
    }
  }

  @Test(arguments: [5, 10]) func `leaves in the wind and somebody who walks are no clock`(rate: Int) throws {
    var wind = MotionGate(settings)
    for minute in stride(from: 0, to: 600, by: 60) {
      #expect(try passes(&wind, from: minute, rate: rate, Self.leaves) > 100)
    }
    // Somebody walks to and fro before them, found now and then; then the way is as it was.
    var walk = MotionGate(settings)
    for minute in stride(from: 0, to: 300, by: 60) {
      let count = try passes(
        &walk, from: minute, finding: [Box(minX: 0.1, minY: 0.5, maxX: 0.9, maxY: 0.6)], rate: rate
      ) {
        [(column: 5 + Int($0 * 2) % 38, row: 17, level: UInt8(200))]
      }
      #expect(count > 100)
    }
  }

  @Test func `a cell that never rested is watched again soon after it does`() throws {
    var gate = MotionGate(settings)
    let busy = { (seconds: Double) in [(column: 10, row: 10, level: UInt8(Int(seconds * 5) % 2 == 0 ? 100 : 140))] }
    for minute in [0, 60, 120] { _ = try passes(&gate, from: minute, busy) }
    #expect(try passes(&gate, from: 180, busy) <= 7)
    _ = try passes(&gate, from: 240) { _ in [] }
    _ = gate.isStill(try grid([(10, 10, 140)]), at: 300)
    #expect(gate.hasMotion)
  }

  @Test func `what changes in a motion mask is no motion, and does not count for what is learned`() throws {
    var masked = settings
    // The left half.
    let corners: [(Float, Float)] = [(0, 0), (0.5, 0), (0.5, 1), (0, 1)]
    masked.masks = [Polygon(corners: corners.map { .init(x: $0.0, y: $0.1) })]
    var gate = MotionGate(masked)
    // A flag in the mask and a clock beside it.
    let scene = { (seconds: Double) in
      (0..<20).flatMap { column in
        (0..<20).map { (column: column, row: $0, level: UInt8(Int(seconds) % 2 == 0 ? 100 : 140)) }
      } + Self.clock(seconds)
    }
    for minute in [0, 60] { _ = try passes(&gate, from: minute, scene) }
    #expect(try passes(&gate, from: 120, scene) <= 7)
    #expect(!gate.hasMotion)
    // Beside the mask everything is motion, in it nothing.
    _ = gate.isStill(try grid(scene(180) + [(30, 20, 200)]), at: 180)
    #expect(gate.hasMotion)
    #expect(try gate.isStill(grid(scene(180) + [(30, 20, 200), (3, 25, 200)]), at: 180.2))
  }

  @Test func `what changes in much of the frame is no clock`() throws {
    var flag = MotionGate(settings)
    let large = { (seconds: Double) in
      (0..<20).flatMap { column in
        (0..<20).map { (column: column, row: $0, level: UInt8(Int(seconds) % 2 == 0 ? 100 : 140)) }
      }
    }
    for minute in [0, 60, 120] { #expect(try passes(&flag, from: minute, large) > 40) }
  }
}
