import GELAN
import Testing

@testable import Inference

/// Boxes are computed only where a class is likely; there they must be what the whole network gives.
@Suite struct TileSelectionTests {
  @Test func `surroundings are the tiles that touch the selected ones, inside the map`() {
    var selection = TileSelection(height: 9, width: 13)
    selection.insert(x: 0, y: 0)
    selection.insert(x: 3, y: 3)
    #expect(selection.numbers == [0])
    #expect(Set(selection.surroundings.numbers) == [0, 1, 4, 5])
    selection.insert(x: 12, y: 8)
    #expect(Set(selection.surroundings.numbers) == [0, 1, 4, 5, 6, 7, 10, 11])
  }

  /// f32 in both orders, and what else the processor computes natively.
  private static let ways: [CompilationOptions] =
    [.init(height: 160, width: 224, order: .channelsLast)]
    + CompilationOptions.Precision.allCases.filter(\.isNative).map { .init(height: 160, width: 224, precision: $0) }

  @Test(arguments: ways, [HeadStyle.official, .ultralytics])
  func `boxes of chosen cells equal those of a whole run`(options: CompilationOptions, style: HeadStyle) throws {
    var spec = try #require(NetworkSpec.named("gelan-t"))
    spec.headStyle = style
    var model = InferenceModel(randomWeightsFor: spec)
    if options.precision == .int8 { model = try NetworkBenchmark.quantised(model) }
    let network = try CompiledNetwork(model.graph, options: options, quantisation: model.quantisation) {
      model.weights[$0]?.values
    }
    func image(_ execution: NetworkExecution) throws {
      let values: [Float] = (0..<3 * 160 * 224).map { (index: Int) in Float(index &* 7919 % 256) }
      try execution.setInput(values)
    }
    let whole = try NetworkExecution(network), parts = try NetworkExecution(network)
    try image(whole)
    try whole.run()
    try image(parts)
    try parts.runClasses()
    for (index, level) in network.head.levels.enumerated() {
      #expect(try parts.values(of: level.classes) == whole.values(of: level.classes))
      let expected = try whole.values(of: level.boxes)
      let count = 160 / level.stride * (224 / level.stride)
      let cells = [0, count / 2 + 3, count - 1]
      try parts.runBoxes(level: index, at: cells)
      let values = try parts.values(of: level.boxes)
      for channel in 0..<64 {
        for cell in cells { #expect(values[channel * count + cell] == expected[channel * count + cell]) }
      }
      #expect(index > 0 || values != expected, "nothing was left out")
    }
  }
}
