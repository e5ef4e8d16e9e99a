/// For each output of one axis its two source samples and their weights (sum 2048).
///
/// Positions and weights as in OpenCV for 8-bit images: pixel centres at halves, repeated edges, 11-bit weights.
struct ResampleTable {
  /// How the weights are computed.
  enum Rule {
    /// Bilinear: the distance between pixel centres.
    case bilinear
    /// OpenCV's area interpolation when enlarging: the fraction of each sample in the output's cell.
    case areaEnlarging
  }

  /// How samples beyond the edge are treated.
  enum Axis {
    /// The whole weight goes to the edge sample.
    case columns
    /// The edge sample is taken twice, with both weights; not quite the same, because each product is truncated.
    case rows
  }

  /// The two samples.
  let first, second: [Int32]
  /// Their weights.
  let weights: [(Int16, Int16)]

  init(source: Int, output: Int, axis: Axis, rule: Rule = .bilinear) {
    let inverse = Double(output) / Double(source)
    let scale = 1 / inverse
    var first: [Int32] = [], second: [Int32] = [], weights: [(Int16, Int16)] = []
    for index in 0..<output {
      var position: Int, fraction: Float
      switch rule {
      case .bilinear:
        let centre = Float((Double(index) + 0.5) * scale - 0.5)
        position = Int(centre.rounded(.down))
        fraction = centre - Float(position)
      case .areaEnlarging:
        position = Int((Double(index) * scale).rounded(.down))
        let share = Float(Double(index + 1) - Double(position + 1) * inverse)
        fraction = share <= 0 ? 0 : share - share.rounded(.down)
      }
      if axis == .columns {
        if position < 0 { (position, fraction) = (0, 0) }
        if position >= source - 1 { (position, fraction) = (source - 1, 0) }
      }
      first.append(Int32(min(max(position, 0), source - 1)))
      second.append(Int32(min(max(position + 1, 0), source - 1)))
      weights.append(
        (
          Int16(((1 - fraction) * 2048).rounded(.toNearestOrEven)), Int16((fraction * 2048).rounded(.toNearestOrEven))
        ))
    }
    self.first = first
    self.second = second
    self.weights = weights
  }
}

/// A table in the form of the row functions: groups of eight outputs, each with the 16-byte windows it reads.
struct ColumnPlan {
  let groups: Int
  /// 16-byte windows per group: the smallest of 1, 2, 4 and 8 that covers every group.
  let windows: Int
  let starts: ScratchMemory<Int32>
  let masks: ScratchMemory<UInt8>
  let weights: ScratchMemory<Int16>
  let first: ScratchMemory<Int32>

  init(_ table: ResampleTable) {
    let count = table.first.count
    let groups = (count + 7) / 8
    // The last group repeats the last output.
    func source(_ output: Int) -> Int { Int(table.first[min(output, count - 1)]) }
    let windows =
      [1, 2, 4, 8].first { windows in
        let each = 8 / windows
        return stride(from: 0, to: groups * 8, by: each).allSatisfy { source($0 + each - 1) + 1 - source($0) < 16 }
      } ?? 8
    let each = 8 / windows
    var starts: [Int32] = [], masks: [UInt8] = [], weights: [Int16] = []
    for window in 0..<groups * windows {
      let output = window * each, slot = window % windows * each
      starts.append(Int32(source(output)))
      var mask = [UInt8](repeating: 0x80, count: 16)
      for index in 0..<each {
        let offset = UInt8(source(output + index) - source(output))
        mask[(slot + index) * 2] = offset
        mask[(slot + index) * 2 + 1] = offset + 1
      }
      masks += mask
    }
    for output in 0..<groups * 8 {
      let pair = table.weights[min(output, count - 1)]
      weights += [pair.0, pair.1]
    }
    self.groups = groups
    self.windows = windows
    self.starts = ScratchMemory(starts, of: 0)
    self.masks = ScratchMemory(masks, of: 0)
    self.weights = ScratchMemory(weights, of: 0)
    first = ScratchMemory((0..<groups * 8).map { Int32(source($0)) }, of: 0)
  }
}
