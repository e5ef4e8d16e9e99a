/// The minimum-cost one-to-one assignment of rows to columns, by shortest augmenting paths.
///
/// The algorithm of Jonker and Volgenant ("A shortest augmenting path algorithm for dense and sparse linear
/// assignment problems", 1987) in Crouse's rectangular form (2016): cubic in the worst case, nearly quadratic if most
/// rows have an obvious partner. The value keeps its work arrays, so solving once per frame does not allocate.
package struct Assignment: Sendable {
  /// The column assigned to each row by `solve`, or -1.
  package private(set) var columnOfRow: [Int] = []

  /// Dual variables of rows and columns, and the state of one shortest-path search.
  private var rowPrice: [Double] = []
  private var columnPrice: [Double] = []
  private var rowOfColumn: [Int] = []
  private var distance: [Double] = []
  private var predecessor: [Int] = []
  private var remaining: [Int] = []
  private var visitedRows: [Int] = []
  private var transposed: [Double] = []

  /// Creates empty work arrays.
  package init() {}

  /// Assigns the whole shorter side so that the sum of the costs is minimal.
  ///
  /// Ties go to the lowest column, so the result is deterministic.
  /// - Parameters:
  ///   - costs: `rows * columns` finite numbers, row-major; may be negative.
  ///   - rows: number of rows.
  ///   - columns: number of columns.
  package mutating func solve(_ costs: [Double], rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0 && costs.count >= rows * columns, "costs must hold rows * columns numbers")
    if rows <= columns {
      solveWide(costs, rows: rows, columns: columns)
      return
    }
    transposed.removeAll(keepingCapacity: true)
    for column in 0..<columns {
      for row in 0..<rows { transposed.append(costs[row * columns + column]) }
    }
    let turned = transposed
    solveWide(turned, rows: columns, columns: rows)
    // `rowOfColumn` of the transposed problem is `columnOfRow` of the caller's.
    columnOfRow.removeAll(keepingCapacity: true)
    columnOfRow.append(contentsOf: rowOfColumn)
  }

  /// One augmenting path per row; needs `rows <= columns`.
  private mutating func solveWide(_ costs: [Double], rows: Int, columns: Int) {
    Self.reset(&rowPrice, to: 0, count: rows)
    Self.reset(&columnPrice, to: 0, count: columns)
    Self.reset(&columnOfRow, to: -1, count: rows)
    Self.reset(&rowOfColumn, to: -1, count: columns)
    Self.reset(&predecessor, to: -1, count: columns)
    for start in 0..<rows {
      Self.reset(&distance, to: .infinity, count: columns)
      remaining.removeAll(keepingCapacity: true)
      remaining.append(contentsOf: 0..<columns)
      visitedRows.removeAll(keepingCapacity: true)
      var row = start
      var reached = 0.0
      var sink = -1
      while sink < 0 {
        visitedRows.append(row)
        let base = reached - rowPrice[row]
        var nearest = Double.infinity
        var nearestPosition = 0
        for position in 0..<remaining.count {
          let column = remaining[position]
          let candidate = base + costs[row * columns + column] - columnPrice[column]
          if candidate < distance[column] {
            distance[column] = candidate
            predecessor[column] = row
          }
          let known = distance[column]
          // A free column ends the search, so among equals it is preferred.
          if known < nearest
            || (known == nearest && rowOfColumn[column] < 0 && rowOfColumn[remaining[nearestPosition]] >= 0)
          {
            nearest = known
            nearestPosition = position
          }
        }
        precondition(nearest < .infinity, "costs must be finite")
        reached = nearest
        let column = remaining[nearestPosition]
        remaining.remove(at: nearestPosition)
        if rowOfColumn[column] < 0 { sink = column } else { row = rowOfColumn[column] }
      }
      raisePrices(start: start, reached: reached)
      augment(from: start, to: sink)
    }
  }

  /// Updates the dual variables after a search.
  private mutating func raisePrices(start: Int, reached: Double) {
    for row in visitedRows where row != start { rowPrice[row] += reached - distance[columnOfRow[row]] }
    for row in visitedRows where row != start {
      let column = columnOfRow[row]
      columnPrice[column] -= reached - distance[column]
    }
    rowPrice[start] += reached
  }

  /// Flips the assignments along the path from `sink` back to `start`.
  private mutating func augment(from start: Int, to sink: Int) {
    var column = sink
    while true {
      let row = predecessor[column]
      rowOfColumn[column] = row
      let next = columnOfRow[row]
      columnOfRow[row] = column
      if row == start { return }
      column = next
    }
  }

  private static func reset<Element>(_ array: inout [Element], to value: Element, count: Int) {
    array.removeAll(keepingCapacity: true)
    array.append(contentsOf: repeatElement(value, count: count))
  }
}
