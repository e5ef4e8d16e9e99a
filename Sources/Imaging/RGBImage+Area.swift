/// For each output of one axis, the source samples it covers with their weights.
private struct AreaTable {
  let spans: [[(source: Int, share: Float)]]

  init(source: Int, output: Int) {
    let scale = 1 / (Double(output) / Double(source))
    spans = (0..<output).map { index in
      let start = Double(index) * scale, end = start + scale
      let cell = min(scale, Double(source) - start)
      let last = min(Int(end.rounded(.down)), source - 1)
      let first = min(Int(start.rounded(.up)), last)
      var span: [(source: Int, share: Float)] = []
      if Double(first) - start > 1e-3 { span.append((first - 1, Float((Double(first) - start) / cell))) }
      for position in first..<last { span.append((position, Float(1 / cell))) }
      if end - Double(last) > 1e-3 { span.append((last, Float(min(min(end - Double(last), 1), cell) / cell))) }
      return span
    }
  }
}

extension RGBImage {
  /// The mean over the area of each output pixel, with OpenCV's order of summation. Only for shrinking.
  func areaMean(width: Int, height: Int) -> [UInt8] {
    if self.width % width == 0, self.height % height == 0 {
      return wholeBlockMean(width: width, columns: self.width / width, height: height, rows: self.height / height)
    }
    let columns = AreaTable(source: self.width, output: width), lines = AreaTable(source: self.height, output: height)
    var output: [UInt8] = []
    output.reserveCapacity(width * height * 3)
    var sum = [Float](repeating: 0, count: width * 3)
    for line in lines.spans {
      for index in sum.indices { sum[index] = 0 }
      for (y, weight) in line {
        for (x, span) in columns.spans.enumerated() {
          var (r, g, b) = (Float(0), Float(0), Float(0))
          for (position, share) in span {
            let at = (y * self.width + position) * 3
            r += Float(bytes[at]) * share
            g += Float(bytes[at + 1]) * share
            b += Float(bytes[at + 2]) * share
          }
          sum[x * 3] += r * weight
          sum[x * 3 + 1] += g * weight
          sum[x * 3 + 2] += b * weight
        }
      }
      for value in sum { output.append(UInt8(min(max(value, 0), 255).rounded(.toNearestOrEven))) }
    }
    return output
  }

  /// The case of integer factors, where sums are exact.
  private func wholeBlockMean(width: Int, columns: Int, height: Int, rows: Int) -> [UInt8] {
    let share = 1 / Float(columns * rows)
    var output: [UInt8] = []
    output.reserveCapacity(width * height * 3)
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          var sum = 0
          for row in 0..<rows {
            let start = ((y * rows + row) * self.width + x * columns) * 3 + channel
            for column in 0..<columns { sum += Int(bytes[start + column * 3]) }
          }
          // As in OpenCV, 2 × 2 rounds halves up, all others round to even.
          let mean =
            columns == 2 && rows == 2 ? UInt8((sum + 2) >> 2) : UInt8((Float(sum) * share).rounded(.toNearestOrEven))
          output.append(mean)
        }
      }
    }
    return output
  }
}
