/// Plots precision over recall: the mean of all classes at three IoU thresholds, and each class at 0.50.
struct PrecisionRecallPlot {
  private static let side = 480.0
  private static let left = 70.0
  private static let top = 50.0
  /// Colours for all kinds of colour vision (Okabe and Ito 2008).
  private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442", "#000000"]
  /// Up to this many classes have a colour and a legend entry.
  private static let mostNamed = 5

  let svg: String

  init(_ result: AveragePrecision, classNames: [String]) {
    var drawing = Drawing(width: Self.left + Self.side + 260, height: Self.top + Self.side + 70)
    Self.drawAxes(in: &drawing)
    let classes = (0..<result.classCount).filter { result.objectCounts[$0] > 0 }
    let isNamed = classes.count <= Self.mostNamed
    for (position, classID) in classes.enumerated() {
      guard let curve = result.curve(ofClass: classID, threshold: 0) else { continue }
      let colour = isNamed ? Self.colours[3 + position] : "#888888"
      drawing.line(Self.points(curve), colour: colour, thickness: isNamed ? 1.2 : 0.8, opacity: isNamed ? 1 : 0.35)
    }
    var entries: [Entry] = []
    for (position, threshold) in [0, 5, 9].enumerated() {
      let curves = classes.compactMap { result.curve(ofClass: $0, threshold: threshold) }
      if curves.isEmpty { continue }
      let mean = AveragePrecision.recallLevels.indices.map { level in
        curves.reduce(0) { $0 + $1[$1.startIndex + level] } / Double(curves.count)
      }
      let colour = Self.colours[position]
      drawing.line(Self.points(mean[...]), colour: colour, thickness: 3)
      let overlap = Self.fixed(AveragePrecision.overlapThresholds[threshold], 2)
      let value = Self.fixed(result.precision(thresholds: threshold..<threshold + 1), 3)
      entries.append(Entry(text: "all classes, IoU \(overlap): AP \(value)", colour: colour, thickness: 3))
    }
    if isNamed {
      for (position, classID) in classes.enumerated() {
        let name = classNames.indices.contains(classID) ? classNames[classID] : "class \(classID)"
        let value = Self.fixed(result.precision(ofClass: classID, thresholds: 0..<1), 3)
        entries.append(
          Entry(text: "\(name.prefix(20)), IoU 0.50: AP \(value)", colour: Self.colours[3 + position], thickness: 1.2))
      }
    } else {
      entries.append(Entry(text: "each of \(classes.count) classes, IoU 0.50", colour: "#888888", thickness: 0.8))
    }
    for (position, entry) in entries.enumerated() { entry.draw(in: &drawing, at: position) }
    svg = drawing.svg
  }

  private struct Entry {
    let text: String
    let colour: String
    let thickness: Double

    func draw(in drawing: inout Drawing, at position: Int) {
      let x = PrecisionRecallPlot.left + PrecisionRecallPlot.side + 20
      let y = PrecisionRecallPlot.top + 12 + Double(position) * 22
      drawing.line([(x, y), (x + 24, y)], colour: colour, thickness: thickness)
      drawing.text(text, x: x + 32, y: y + 4, size: 11)
    }
  }

  private static func drawAxes(in drawing: inout Drawing) {
    drawing.text("Precision and recall", x: left + side / 2, y: 28, size: 16, anchor: .middle)
    for step in 0...10 where step % 2 == 0 {
      let share = Double(step) / 10
      let x = left + share * side
      let y = top + (1 - share) * side
      drawing.line([(x, top), (x, top + side)], colour: "#e4e4e4")
      drawing.line([(left, y), (left + side, y)], colour: "#e4e4e4")
      drawing.text(fixed(share, 1), x: x, y: top + side + 18, anchor: .middle)
      drawing.text(fixed(share, 1), x: left - 8, y: y + 4, anchor: .end)
    }
    drawing.line([(left, top), (left, top + side), (left + side, top + side)])
    drawing.text("recall", x: left + side / 2, y: top + side + 44, size: 14, anchor: .middle)
    drawing.text("precision", x: 24, y: top + side / 2, size: 14, anchor: .middle, turn: -90)
  }

  private static func points(_ curve: ArraySlice<Double>) -> [(x: Double, y: Double)] {
    zip(AveragePrecision.recallLevels, curve).map { (left + $0 * side, top + (1 - $1) * side) }
  }

  /// A number with a fixed number of decimals.
  static func fixed(_ value: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let digits = String(Int((abs(value) * scale).rounded()))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return "\(value < 0 ? "-" : "")\(padded.dropLast(places)).\(padded.suffix(places))"
  }
}
