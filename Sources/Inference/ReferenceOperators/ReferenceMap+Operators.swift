import GELAN

extension ReferenceMap {
  /// Convolution: each result is the sum of input times weight over its window, plus the channel's bias.
  ///
  /// - Parameters:
  ///   - weights: out × in/groups × kernel × kernel.
  ///   - bias: one value per output channel, or empty.
  ///   - groups: each group of output channels reads only its group of input channels.
  func convolved(_ weights: [Float], bias: [Float], window: Graph.Window, groups: Int = 1) -> ReferenceMap {
    let kernel = window.kernel, perGroup = channels / groups
    let outputs = weights.count / (perGroup * kernel * kernel)
    return ReferenceMap(channels: outputs, height: window.output(height), width: window.output(width)) { output, y, x in
      let firstInput = output / (outputs / groups) * perGroup
      var sum = bias.isEmpty ? 0 : Double(bias[output])
      for input in 0..<perGroup {
        for row in 0..<kernel {
          for column in 0..<kernel {
            let (fromY, fromX) = (y * window.stride + row - window.padding, x * window.stride + column - window.padding)
            guard let value = value(firstInput + input, fromY, fromX) else { continue }
            sum += Double(value) * Double(weights[((output * perGroup + input) * kernel + row) * kernel + column])
          }
        }
      }
      return Float(sum)
    }
  }

  /// Maximum of each window; padding is ignored.
  func maximumPooled(_ window: Graph.Window) -> ReferenceMap { pooled(window) { $0.max() ?? -.infinity } }

  /// Mean of each window over the cells inside the map.
  func averagePooled(_ window: Graph.Window) -> ReferenceMap {
    pooled(window) { $0.reduce(0, +) / Float(max($0.count, 1)) }
  }

  private func pooled(_ window: Graph.Window, _ summary: ([Float]) -> Float) -> ReferenceMap {
    ReferenceMap(channels: channels, height: window.output(height), width: window.output(width)) { channel, y, x in
      var cells: [Float] = []
      for row in 0..<window.kernel {
        for column in 0..<window.kernel {
          let (fromY, fromX) = (y * window.stride + row - window.padding, x * window.stride + column - window.padding)
          if let value = value(channel, fromY, fromX) { cells.append(value) }
        }
      }
      return summary(cells)
    }
  }

  /// Nearest-neighbour upsampling.
  func upsampled(_ factor: Int) -> ReferenceMap {
    ReferenceMap(channels: channels, height: height * factor, width: width * factor) {
      self[$0, $1 / factor, $2 / factor]
    }
  }

  /// A range of channels.
  func sliced(_ range: Range<Int>) -> ReferenceMap {
    ReferenceMap(channels: range.count, height: height, width: width) { self[range.lowerBound + $0, $1, $2] }
  }

  /// Concatenates `maps` along channels.
  static func concatenated(_ maps: [ReferenceMap]) -> ReferenceMap {
    ReferenceMap(
      channels: maps.reduce(0) { $0 + $1.channels }, height: maps[0].height, width: maps[0].width,
      values: maps.flatMap(\.values))
  }

  /// Elementwise sum of `maps`.
  static func summed(_ maps: [ReferenceMap]) -> ReferenceMap {
    var sum = maps[0]
    for map in maps.dropFirst() {
      for index in sum.values.indices { sum.values[index] += map.values[index] }
    }
    return sum
  }

  /// Applies `activation` to each value.
  func activated(_ activation: Graph.Activation) -> ReferenceMap {
    switch activation {
    case .none: self
    case .silu: mapped { $0 / (1 + Exponential.exp(-$0)) }
    case .relu: mapped { max($0, 0) }
    }
  }

  /// Batch normalisation with running statistics.
  func normalised(_ normalisation: BatchNormalisation) -> ReferenceMap {
    ReferenceMap(channels: channels, height: height, width: width) { channel, y, x in
      let deviation = (normalisation.variance[channel] + BatchNormalisation.epsilon).squareRoot()
      return (self[channel, y, x] - normalisation.mean[channel]) / deviation * normalisation.scale[channel]
        + normalisation.shift[channel]
    }
  }

  /// Applies `function` to each value.
  func mapped(_ function: (Float) -> Float) -> ReferenceMap {
    var copy = self
    for index in copy.values.indices { copy.values[index] = function(copy.values[index]) }
    return copy
  }
}
