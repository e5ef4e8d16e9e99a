/// The cheapest one-to-one pairing of rows with columns, by shortest augmenting paths.
///
/// The algorithm is the one of Jonker and Volgenant ("A shortest augmenting path algorithm for dense and sparse linear
/// assignment problems", 1987) in Crouse's rectangular form (2016): at worst cubic, close to quadratic where most rows
/// have an obvious partner. A value keeps its work space, so that a caller who solves once a frame allocates nothing.
public struct Assignment: Sendable {
  /// The column of each row after `solve`, or -1 for a row left alone.
  public private(set) var columnOfRow: [Int] = []

  /// Dual price of each row and column, and the state of one shortest-path search.
  private var rowPrice: [Double] = []
  private var columnPrice: [Double] = []
  private var rowOfColumn: [Int] = []
  private var distance: [Double] = []
  private var predecessor: [Int] = []
  private var remaining: [Int] = []
  private var visitedRows: [Int] = []
  private var transposed: [Double] = []

  /// An empty work space.
  public init() {}

  /// Pairs all of the shorter side so that the sum of the paired costs is smallest.
  ///
  /// Ties go to the lowest column, so equal input gives equal output.
  /// - Parameters:
  ///   - costs: `rows * columns` finite numbers, row by row; they may be negative.
  ///   - rows: number of rows.
  ///   - columns: number of columns.
  public mutating func solve(_ costs: [Double], rows: Int, columns: Int) {
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
    // `rowOfColumn` of the turned problem is `columnOfRow` of the caller's.
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

  /// Makes the path just found tight, and keeps every other pair from becoming cheaper than free.
  private mutating func raisePrices(start: Int, reached: Double) {
    for row in visitedRows where row != start { rowPrice[row] += reached - distance[columnOfRow[row]] }
    for row in visitedRows where row != start {
      let column = columnOfRow[row]
      columnPrice[column] -= reached - distance[column]
    }
    rowPrice[start] += reached
  }

  /// Flips the pairs along the path from `sink` back to `start`.
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
