import GELAN
import TestSupport
import Testing

@testable import Inference

/// What a network can be compiled for.
@Suite struct CompilationOptionsTests {
  @Test(arguments: [0, -1, 257]) func `a team that cannot be is refused with a sentence`(threads: Int) throws {
    let model = try #require(MadeUpModel.make())
    let error = #expect(throws: InferenceError.self) {
      _ = try CompiledNetwork(model.graph, options: .init(height: 32, width: 32, threads: threads)) {
        model.weights[$0]?.values
      }
    }
    #expect(error?.code == .threads && error?.description.contains("\(threads) threads") == true)
  }

  @Test(arguments: [0, -32, 33, 1 << 40, Int.max / 32 * 32])
  func `a size that cannot be is refused with a sentence`(side: Int) throws {
    let model = try #require(MadeUpModel.make())
    let error = #expect(throws: InferenceError.self) {
      _ = try CompiledNetwork(model.graph, options: .init(height: side, width: 32)) { model.weights[$0]?.values }
    }
    #expect(error?.code == .size && error?.description.contains("32x\(side)") == true)
  }
}
