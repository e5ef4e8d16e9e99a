/// Where objects spend time in front of a camera: seconds in each cell of a grid over the frame, by class, stationary objects apart.
///
/// A value of bounded size: `columns * rows` numbers for a class, twice where it has stationary objects, and at most
/// `mostClasses` classes.
package struct HeatMap: Hashable, Sendable {
  /// Cells per row, and rows, for frames of any shape.
  package static let columns = 64, rows = 36
  /// Classes that are kept apart.
  package static let mostClasses = 64
  /// The label of all classes beyond these.
  package static let otherLabel = "other"

  /// The grids of one class, row-major, in seconds; empty until there is something.
  struct Layer: Hashable, Sendable {
    var active: [Double] = []
    var stationary: [Double] = []
  }

  /// By the name of the class.
  var layers: [String: Layer] = [:]

  /// A map without any time.
  package init() {}

  /// Whether nothing was there.
  package var isEmpty: Bool { layers.isEmpty }

  /// Names of the classes, sorted.
  package var labels: [String] { layers.keys.sorted() }

  /// Adds the time of `presence`, of an object whose class is called `label`, evenly along its way.
  package mutating func add(_ presence: Presence, label: String) {
    let ends = [presence.from.x, presence.from.y, presence.to.x, presence.to.y]
    guard presence.seconds > 0, presence.seconds.isFinite, ends.allSatisfy(\.isFinite) else { return }
    let across = Double(presence.to.x - presence.from.x), down = Double(presence.to.y - presence.from.y)
    // Two points for each cell of the way.
    let length = max(abs(across) * Double(Self.columns), abs(down) * Double(Self.rows))
    let count = Int(min(max((length * 2).rounded(.up), 1), Double(4 * Self.columns)))
    let share = presence.seconds / Double(count)
    let label = layers[label] != nil || layers.count < Self.mostClasses ? label : Self.otherLabel
    var layer = layers.removeValue(forKey: label) ?? Layer()
    for step in 0..<count {
      let part = (Double(step) + 0.5) / Double(count)
      let cell = Self.cell(x: Double(presence.from.x) + across * part, y: Double(presence.from.y) + down * part)
      if presence.isStationary { layer.stationary.add(share, at: cell) } else { layer.active.add(share, at: cell) }
    }
    layers[label] = layer
  }

  /// Adds all of `other`.
  package mutating func add(_ other: HeatMap) {
    for (name, layer) in other.layers {
      let label = layers[name] != nil || layers.count < Self.mostClasses ? name : Self.otherLabel
      var sum = layers.removeValue(forKey: label) ?? Layer()
      for (cell, seconds) in layer.active.enumerated() where seconds > 0 { sum.active.add(seconds, at: cell) }
      for (cell, seconds) in layer.stationary.enumerated() where seconds > 0 { sum.stationary.add(seconds, at: cell) }
      layers[label] = sum
    }
  }

  /// The seconds in each cell, `columns * rows` numbers, row-major from the top left.
  ///
  /// - Parameters:
  ///   - label: the only class that counts; `nil` is all.
  ///   - includesStationary: whether objects count that have stopped moving.
  package func seconds(label: String? = nil, includesStationary: Bool = false) -> [Double] {
    var sum = [Double](repeating: 0, count: Self.columns * Self.rows)
    // Sorted, because the order of additions shows in the last digits.
    for name in labels where label == nil || label == name {
      guard let layer = layers[name] else { continue }
      for grid in includesStationary ? [layer.active, layer.stationary] : [layer.active] {
        for (cell, seconds) in grid.enumerated() { sum[cell] += seconds }
      }
    }
    return sum
  }

  /// The cell of a point in fractions of the frame; points outside belong to the nearest.
  private static func cell(x: Double, y: Double) -> Int {
    let column = Int(min(max(x, 0), 1) * Double(columns)), row = Int(min(max(y, 0), 1) * Double(rows))
    return min(row, rows - 1) * columns + min(column, columns - 1)
  }
}

extension [Double] {
  /// Adds `seconds` to a cell of a grid, which is made with its first.
  fileprivate mutating func add(_ seconds: Double, at cell: Int) {
    if isEmpty { self = [Double](repeating: 0, count: HeatMap.columns * HeatMap.rows) }
    self[cell] += seconds
  }
}
