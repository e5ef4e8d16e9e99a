import Scene
import Testing

@Suite struct AssignmentTests {
  @Test(
    arguments: [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (2, 5), (5, 2), (1, 7), (7, 1), (0, 3), (3, 0)]
      as [(Int, Int)])
  func `no pairing is cheaper than the one found`(rows: Int, columns: Int) {
    var random = Lehmer(state: UInt64(rows * 31 + columns + 1))
    var assignment = Assignment()
    for round in 0..<60 {
      // Every third round draws from four values, so that ties are common.
      let costs = (0..<rows * columns).map { _ in
        round % 3 == 0 ? Double(random.next() % 4) : Double(random.next() % 10_000) / 100 - 50
      }
      assignment.solve(costs, rows: rows, columns: columns)
      let found = assignment.columnOfRow
      #expect(found.count == rows)
      let used = found.filter { $0 >= 0 }
      #expect(used.count == min(rows, columns))
      #expect(Set(used).count == used.count)
      let total = found.enumerated().reduce(0.0) {
        $1.element < 0 ? $0 : $0 + costs[$1.offset * columns + $1.element]
      }
      #expect(abs(total - cheapest(costs, rows: rows, columns: columns)) < 1e-9)
    }
  }

  @Test func `a work space used before does not change the answer`() {
    let costs = [4.0, 1, 3, 2, 0, 5, 3, 2, 2]
    var fresh = Assignment()
    fresh.solve(costs, rows: 3, columns: 3)
    var used = Assignment()
    used.solve((0..<40).map { Double($0 * 7 % 11) }, rows: 8, columns: 5)
    used.solve(costs, rows: 3, columns: 3)
    #expect(used.columnOfRow == fresh.columnOfRow)
    #expect(fresh.columnOfRow == [1, 0, 2])
  }

  /// The least sum over all pairings, by trying each.
  private func cheapest(_ costs: [Double], rows: Int, columns: Int) -> Double {
    if rows > columns {
      let turned = (0..<columns).flatMap { column in (0..<rows).map { costs[$0 * columns + column] } }
      return cheapest(turned, rows: columns, columns: rows)
    }
    func search(_ row: Int, _ taken: Set<Int>) -> Double {
      if row == rows { return 0 }
      return (0..<columns).filter { !taken.contains($0) }
        .map { costs[row * columns + $0] + search(row + 1, taken.union([$0])) }.min() ?? 0
    }
    return search(0, [])
  }
}

/// A small generator with a fixed seed.
private struct Lehmer {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
