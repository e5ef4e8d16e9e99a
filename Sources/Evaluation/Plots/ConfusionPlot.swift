/// Plots a confusion matrix: a row per true class, a column per detected class.
///
/// Only classes that occur are shown. The shade is the fraction of the row, so rare classes are readable, too; the
/// numbers are counts.
struct ConfusionPlot {
  private static let margin = 130.0
  private static let top = 60.0
  /// Counts are shown up to this many rows.
  private static let mostNumbered = 25

  let svg: String

  init(_ matrix: ConfusionMatrix, classNames: [String]) {
    let background = matrix.classCount
    let shown =
      (0..<background).filter { id in
        (0...background).contains { matrix[truth: id, found: $0] + matrix[truth: $0, found: id] > 0 }
      } + [background]
    func name(_ id: Int) -> String {
      id == background ? "background" : classNames.indices.contains(id) ? classNames[id] : "class \(id)"
    }

    let cell = min(48, max(11, 640 / Double(shown.count)))
    let side = cell * Double(shown.count)
    let size = min(12, cell * 0.8)
    let width = max(Self.margin + side + 40, 460)
    var drawing = Drawing(width: width, height: Self.top + side + Self.margin + 50)
    drawing.text("Confusion of classes", x: width / 2, y: 26, size: 16, anchor: .middle)
    drawing.text(
      "score ≥ \(PrecisionRecallPlot.fixed(matrix.confidence, 2)), IoU ≥ "
        + "\(PrecisionRecallPlot.fixed(matrix.overlap, 2)), shade: share of the row", x: width / 2, y: 44, size: 11,
      anchor: .middle)
    for (row, truth) in shown.enumerated() {
      let y = Self.top + Double(row) * cell
      let total = shown.reduce(0) { $0 + matrix[truth: truth, found: $1] }
      drawing.text(
        String(name(truth).prefix(18)), x: Self.margin - 6, y: y + cell / 2 + size * 0.35, size: size, anchor: .end)
      for (column, found) in shown.enumerated() {
        let x = Self.margin + Double(column) * cell
        let count = matrix[truth: truth, found: found]
        let share = total > 0 ? Double(count) / Double(total) : 0
        drawing.rectangle(
          x: x, y: y, width: cell - 0.5, height: cell - 0.5, fill: Self.shade(share),
          title: "\(name(truth)) detected as \(name(found)): \(count) of \(total)")
        if shown.count <= Self.mostNumbered, count > 0 {
          drawing.text(
            "\(count)", x: x + cell / 2, y: y + cell / 2 + 4, size: min(11, cell * 0.34), anchor: .middle,
            colour: share > 0.5 ? "#ffffff" : Drawing.ink)
        }
      }
    }
    for (column, found) in shown.enumerated() {
      let x = Self.margin + (Double(column) + 0.5) * cell + size * 0.35
      drawing.text(
        String(name(found).prefix(18)), x: x, y: Self.top + side + 8, size: size, anchor: .end, turn: -90)
    }
    drawing.text("true class", x: 16, y: Self.top + side / 2, size: 13, anchor: .middle, turn: -90)
    drawing.text(
      "detected class", x: Self.margin + side / 2, y: Self.top + side + Self.margin, size: 13, anchor: .middle)
    Self.drawScale(in: &drawing, x: Self.margin + side - 188, y: Self.top + side + Self.margin + 26)
    svg = drawing.svg
  }

  /// The legend of the shades, 188 points wide.
  private static func drawScale(in drawing: inout Drawing, x: Double, y: Double) {
    drawing.text("0 %", x: x + 22, y: y + 10, size: 10, anchor: .end)
    for step in 0...10 {
      drawing.rectangle(x: x + 26 + Double(step) * 11, y: y, width: 11, height: 12, fill: shade(Double(step) / 10))
    }
    drawing.text("100 %", x: x + 152, y: y + 10, size: 10)
  }

  /// From white to dark blue.
  private static func shade(_ share: Double) -> String {
    func channel(_ low: Double, _ high: Double) -> String {
      let value = Int((high + (low - high) * share).rounded())
      return (value < 16 ? "0" : "") + String(value, radix: 16)
    }
    return "#" + channel(8, 246) + channel(48, 248) + channel(107, 251)
  }
}
