/// Plots curves over the course of a run, in panels side by side.
package struct CurvePlot: Sendable {
  /// Curves with common axes.
  package struct Panel: Sendable {
    /// Its title.
    package var title: String
    /// Curves by name, points in the order of x. Points that are not finite are left out.
    package var lines: [(name: String, points: [(x: Double, y: Double)])]
    /// Where the best values are: each curve has a dot there, and its value beside its name.
    package var best: Double?

    /// A panel.
    package init(title: String, lines: [(name: String, points: [(x: Double, y: Double)])], best: Double? = nil) {
      self.title = title
      self.lines = lines
      self.best = best
    }
  }

  private static let side = (width: 300.0, height: 220.0)
  private static let margin = (left: 56.0, top: 40.0, right: 24.0, bottom: 50.0)
  /// Colours for all kinds of colour vision (Okabe and Ito 2008).
  private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

  /// The drawing, as SVG.
  package let svg: String

  /// Draws `panels` over an integer axis named `axis`.
  package init(_ panels: [Panel], axis: String) {
    let step = Self.margin.left + Self.side.width + Self.margin.right
    var drawing = Drawing(
      width: step * Double(panels.count), height: Self.margin.top + Self.side.height + Self.margin.bottom)
    for (position, panel) in panels.enumerated() {
      Self.draw(panel, axis: axis, left: step * Double(position) + Self.margin.left, in: &drawing)
    }
    svg = drawing.svg
  }

  private static func draw(_ panel: Panel, axis: String, left: Double, in drawing: inout Drawing) {
    let top = margin.top, (width, height) = side
    drawing.text(panel.title, x: left + width / 2, y: 20, size: 14, anchor: .middle)
    let lines = panel.lines.map { ($0.name, $0.points.filter { $0.x.isFinite && $0.y.isFinite }) }
    let points = lines.flatMap { $0.1 }
    let columns = Scale(points.map(\.x), finest: 1), rows = Scale(points.map(\.y))
    for mark in columns.marks {
      let x = left + columns.share(mark) * width
      drawing.line([(x, top), (x, top + height)], colour: "#e4e4e4")
      drawing.text(columns.text(mark), x: x, y: top + height + 16, size: 11, anchor: .middle)
    }
    for mark in rows.marks {
      let y = top + (1 - rows.share(mark)) * height
      drawing.line([(left, y), (left + width, y)], colour: "#e4e4e4")
      drawing.text(rows.text(mark), x: left - 6, y: y + 4, size: 11, anchor: .end)
    }
    drawing.line([(left, top), (left, top + height), (left + width, top + height)])
    drawing.text(axis, x: left + width / 2, y: top + height + 36, size: 12, anchor: .middle)
    for (position, line) in lines.enumerated() {
      let colour = colours[position % colours.count]
      drawing.line(
        line.1.map { (left + columns.share($0.x) * width, top + (1 - rows.share($0.y)) * height) }, colour: colour,
        thickness: 2)
      var label = line.0
      if let best = panel.best, let point = line.1.last(where: { $0.x == best }) {
        drawing.dot(
          x: left + columns.share(point.x) * width, y: top + (1 - rows.share(point.y)) * height, radius: 4,
          fill: colour)
        label += " \(PrecisionRecallPlot.fixed(point.y, 4)) (best, \(axis) \(Int(best)))"
      }
      drawing.text(label, x: left + 10, y: top + 16 + Double(position) * 16, size: 11, colour: colour)
    }
  }

  /// An axis between round numbers.
  private struct Scale {
    let least: Double
    let step: Double
    let count: Int

    init(_ values: [Double], finest: Double = 0) {
      let low = values.min() ?? 0, high = values.max() ?? 1
      let span = high > low ? high - low : max(abs(high), 1)
      let rough = max(span / 4, finest)
      var unit = 1.0
      while unit > rough { unit /= 10 }
      while unit * 10 <= rough { unit *= 10 }
      step = unit * ([1, 2, 5, 10].first { unit * $0 >= rough } ?? 10)
      least = (low / step).rounded(.down) * step
      count = max(Int(((high - least) / step).rounded(.up)), 1)
    }

    var marks: [Double] { (0...count).map { least + Double($0) * step } }

    func share(_ value: Double) -> Double { (value - least) / (Double(count) * step) }

    func text(_ value: Double) -> String {
      var places = 0, unit = step
      while unit < 0.999, places < 6 {
        unit *= 10
        places += 1
      }
      return places == 0 ? "\(Int(value.rounded()))" : PrecisionRecallPlot.fixed(value, places)
    }
  }
}
