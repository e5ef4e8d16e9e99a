import GELAN

extension ReferenceMap {
  /// Self-attention by its definition: in every window and for every head, each position is the mean of the values
  /// weighted by the softmax of the products of its query with the keys.
  func attended(_ attention: Graph.Attention) -> ReferenceMap {
    let count = attention.heads * attention.depth
    let rows = attention.parts(of: height)
    let columns = attention.parts(of: width)
    return ReferenceMap(channels: count, height: height, width: width) { channel, y, x in
      let first = channel / attention.depth * attention.depth
      let window = columns.first { $0.contains(x) }.flatMap { across in
        rows.first { $0.contains(y) }.map { down in down.flatMap { row in across.map { (row, $0) } }
        }
      }
      let products = (window ?? []).map { row, column -> Double in
        let sum = (first..<first + attention.depth).reduce(0.0) {
          $0 + Double(self[$1, y, x]) * Double(self[count + $1, row, column])
        }
        return sum / Double(attention.depth).squareRoot()
      }
      let largest = products.max() ?? 0
      let weights = products.map { Double(Exponential.exp(Float($0 - largest))) }
      let values = zip(window ?? [], weights).reduce(0.0) {
        $0 + Double(self[2 * count + channel, $1.0.0, $1.0.1]) * $1.1
      }
      return Float(values / weights.reduce(0, +))
    }
  }
}
