import Foundation
import GELAN

/// Initial weights as published: convolutions uniform in ±1/√fan-in, normalisations neutral, box biases 1, class
/// biases for a few expected objects in a 640-pixel image.
enum InitialWeights {
  static func write(to buffer: FloatBuffer, table: ParameterTable, graph: Graph, seed: UInt64) {
    var random = SampleRandom(seed: seed, epoch: -1, index: -1)
    for (_, convolution) in graph.convolutions {
      let bound = 1 / Float(convolution.weightCount / convolution.outputChannels).squareRoot()
      func fill(_ name: String, _ value: () -> Float) {
        guard let range = table[name]?.range else { return }
        for index in range { buffer[index] = value() }
      }
      fill("\(convolution.parameters).weight") { random.uniform(-bound, bound) }
      if let normalisation = convolution.normalisation {
        fill("\(normalisation).weight") { 1 }
        fill("\(normalisation).running_var") { 1 }
      } else {
        fill("\(convolution.parameters).bias") { random.uniform(-bound, bound) }
      }
    }
    for head in graph.heads {
      for level in head.levels {
        let cells = 640 / Double(level.stride)
        let prior = Float(log(5 / Double(head.classCount) / (cells * cells)))
        for (node, value) in [(level.boxes, Float(1)), (level.classes, prior)] {
          guard case .convolution(let convolution) = graph.nodes[node].operation,
            let range = table["\(convolution.parameters).bias"]?.range
          else { continue }
          for index in range { buffer[index] = value }
        }
      }
    }
  }
}
