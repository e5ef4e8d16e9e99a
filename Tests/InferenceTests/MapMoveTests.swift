import OneDNN
import Testing

@testable import GELAN
@testable import Inference

/// Pooling and upsampling of u8 and bf16 against their definition.
@Suite(.enabled(if: Engine.instructionSet >= .avx2, "skipped: needs AVX2")) struct MapMoveTests {
  private static let windows = [
    (Graph.Window(kernel: 5, stride: 1, padding: 2), true), (Graph.Window(kernel: 3, stride: 2, padding: 1), true),
    (Graph.Window(kernel: 2, stride: 1, padding: 0), false),
  ]

  @Test(arguments: [MapElement.u8, .bf16], windows)
  func `windows give their largest value or their mean`(element: MapElement, window: (Graph.Window, Bool)) throws {
    let (window, isMaximum) = window
    let map = ReferenceMap(channels: 24, height: 9, width: 13, values: Self.values(24 * 9 * 13))
    let expected = isMaximum ? map.maximumPooled(window) : map.averagePooled(window)
    let found = try run(.pool(window, isMaximum: isMaximum), element, map, to: expected)
    // A mean is at most half a unit off; the values are small enough to be exact in bf16.
    #expect(zip(found, expected.values).allSatisfy { abs($0 - $1) <= (isMaximum ? 0 : 0.5) })
  }

  @Test(arguments: [MapElement.u8, .bf16], [2, 3])
  func `each value comes as often as asked`(element: MapElement, factor: Int) throws {
    let map = ReferenceMap(channels: 16, height: 5, width: 7, values: Self.values(16 * 35))
    let expected = map.upsampled(factor)
    #expect(try run(.upsample(factor: factor), element, map, to: expected) == expected.values)
  }

  private static func values(_ count: Int) -> [Float] {
    (0..<count).map { (index: Int) in
      let value: Int = index &* 7919 &+ index / 13
      return Float(value % 251)
    }
  }

  private func run(
    _ operation: MapMove.Operation, _ element: MapElement, _ map: ReferenceMap, to result: ReferenceMap
  ) throws -> [Float] {
    let maps = try TestMaps()
    let source = try maps.map([1, map.channels, map.height, map.width], element, .blocked8, map.values)
    let destination = try maps.map([1, result.channels, result.height, result.width], element)
    let move = MapMove(
      operation, element, channels: map.channels,
      source: MapPlacement(.blocked8, channels: map.channels, height: map.height, width: map.width),
      destination: MapPlacement(.blocked8, channels: result.channels, height: result.height, width: result.width),
      threads: 2)
    move.run(source: source, destination: destination, addend: nil, scratch: source, selection: nil)
    return try maps.values(destination)
  }
}
