import Foundation
import Scene

/// Seconds per cell, smoothed and ready to be drawn.
struct HeatGrid {
  static let columns = HeatMap.columns, rows = HeatMap.rows
  /// Standard deviation of the smoothing in cells: boxes tremble by about a cell.
  private static let deviation = 1.0
  private static let radius = 3
  /// The share of cells with time that are below the top of the scale: a single place must not darken all others.
  private static let topShare = 0.98

  /// Smoothed seconds, row-major.
  let seconds: [Double]
  /// Seconds of a cell at the top of the scale; 0 if there are none.
  let top: Double

  /// The grid of `cells`, `columns * rows` numbers.
  init(_ cells: [Double]) {
    let weights = (-Self.radius...Self.radius).map { exp(-Double($0 * $0) / (2 * Self.deviation * Self.deviation)) }
    let sum = weights.reduce(0, +)
    let kernel = weights.map { $0 / sum }
    let across = Self.smooth(cells, kernel, length: Self.columns, lines: Self.rows, step: 1, next: Self.columns)
    let smoothed = Self.smooth(across, kernel, length: Self.rows, lines: Self.columns, step: Self.columns, next: 1)
    // What smoothing spread to a cell is not a place of its own.
    let places = cells.indices.filter { cells[$0] > 0 }.map { smoothed[$0] }.sorted()
    seconds = smoothed
    top = places.isEmpty ? 0 : places[Int(Double(places.count - 1) * Self.topShare)]
  }

  /// Each line of cells with `kernel`. At its ends it is reflected, so that no time is lost.
  private static func smooth(
    _ cells: [Double], _ kernel: [Double], length: Int, lines: Int, step: Int, next: Int
  ) -> [Double] {
    var result = [Double](repeating: 0, count: cells.count)
    for line in 0..<lines {
      for place in 0..<length {
        let value = cells[line * next + place * step]
        guard value != 0 else { continue }
        for (index, weight) in kernel.enumerated() {
          var target = place + index - radius
          if target < 0 { target = -1 - target }
          if target >= length { target = 2 * length - 1 - target }
          result[line * next + target * step] += value * weight
        }
      }
    }
    return result
  }

  /// The level (0 at no time, 1 at the top of the scale, or above) at a point in fractions of the frame, between the middles of
  /// cells.
  func level(x: Double, y: Double) -> Double {
    guard top > 0 else { return 0 }
    let column = min(max(x * Double(Self.columns) - 0.5, 0), Double(Self.columns - 1))
    let row = min(max(y * Double(Self.rows) - 0.5, 0), Double(Self.rows - 1))
    let left = min(Int(column), Self.columns - 2), upper = min(Int(row), Self.rows - 2)
    let (right, lower) = (column - Double(left), row - Double(upper))
    let start = upper * Self.columns + left
    let first = seconds[start] + (seconds[start + 1] - seconds[start]) * right
    let below = start + Self.columns
    let second = seconds[below] + (seconds[below + 1] - seconds[below]) * right
    return (first + (second - first) * lower) / top
  }
}
