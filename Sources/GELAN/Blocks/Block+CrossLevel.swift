/// Parts of a `crossLinear` layer and the stride they are at.
struct CrossParts {
  var parts: [Graph.Node.ID]
  var stride: Int
}

extension GraphBuilder {
  /// CBLinear: one 1×1 convolution with bias, split into parts at the resolution of the source.
  mutating func crossLinear(_ name: String, _ input: Graph.Node.ID, _ widths: [Int]) -> [Graph.Node.ID] {
    let all = projection(name, parameters: "\(name).conv", input, widths.reduce(0, +))
    var start = 0
    return widths.enumerated().map { index, width in
      defer { start += width }
      return slice("\(name).part\(index)", all, start..<(start + width))
    }
  }

  /// CBFuse: `target` plus the selected part of each source, upsampled to the target's size.
  mutating func crossFusion(
    _ name: String, sources: [CrossParts], parts: [Int], target: Graph.Node.ID, stride: Int
  ) -> Graph.Node.ID {
    var operands: [Graph.Node.ID] = []
    for (index, source) in sources.enumerated() {
      let part = source.parts[parts[index]]
      let factor = source.stride / stride
      operands.append(factor == 1 ? part : upsample("\(name).part\(index)", part, factor: factor))
    }
    return sum(name, operands + [target])
  }
}
