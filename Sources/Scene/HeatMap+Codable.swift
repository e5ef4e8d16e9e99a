/// The form of a heat map in files: its size, and for each class the cells that are not empty with their seconds. Most are empty.
extension HeatMap: Codable {
  private struct Cells: Codable {
    var cells: [Int] = []
    var seconds: [Double] = []

    init(_ grid: [Double]) {
      for (cell, value) in grid.enumerated() {
        // Whole milliseconds, in few digits.
        let milliseconds = (value * 1e3).rounded()
        guard milliseconds > 0 else { continue }
        cells.append(cell)
        seconds.append(milliseconds / 1e3)
      }
    }

    /// The grid; `nil` if it is not one of this size.
    var grid: [Double]? {
      guard cells.count == seconds.count, seconds.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
      guard !cells.isEmpty else { return [] }
      var grid = [Double](repeating: 0, count: HeatMap.columns * HeatMap.rows)
      for (cell, value) in zip(cells, seconds) {
        guard grid.indices.contains(cell) else { return nil }
        grid[cell] += value
      }
      return grid
    }
  }

  private struct Record: Codable {
    var active: Cells
    var stationary: Cells
  }

  private enum Key: String, CodingKey { case version, columns, rows, classes }

  /// Writes the map.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(1, forKey: .version)
    try container.encode(Self.columns, forKey: .columns)
    try container.encode(Self.rows, forKey: .rows)
    let records = layers.mapValues { Record(active: Cells($0.active), stationary: Cells($0.stationary)) }
    try container.encode(records, forKey: .classes)
  }

  /// Reads a map; fails for one of another size or form.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func wrong(_ key: Key, _ message: String) -> DecodingError {
      DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: message)
    }
    guard try container.decode(Int.self, forKey: .version) == 1 else { throw wrong(.version, "expected version 1") }
    let size = (try container.decode(Int.self, forKey: .columns), try container.decode(Int.self, forKey: .rows))
    guard size == (Self.columns, Self.rows) else { throw wrong(.columns, "expected \(Self.columns) x \(Self.rows)") }
    self.init()
    for (label, record) in try container.decode([String: Record].self, forKey: .classes) {
      guard layers.count <= Self.mostClasses, let active = record.active.grid, let stationary = record.stationary.grid
      else { throw wrong(.classes, "expected cells with their seconds") }
      layers[label] = Layer(active: active, stationary: stationary)
    }
  }
}
