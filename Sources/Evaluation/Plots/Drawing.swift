internal import Foundation

/// A minimal SVG writer: lines, rectangles and text.
struct Drawing {
  /// Alignment of a text to its point.
  enum Anchor: String {
    case start, middle, end
  }

  /// Text colour.
  static let ink = "#222222"

  let width: Double
  let height: Double
  private var elements: [String] = []

  /// An empty white drawing of `width` by `height` points.
  init(width: Double, height: Double) {
    self.width = width
    self.height = height
    rectangle(x: 0, y: 0, width: width, height: height, fill: "#ffffff")
  }

  /// A line through `points`.
  mutating func line(
    _ points: [(x: Double, y: Double)], colour: String = ink, thickness: Double = 1, opacity: Double = 1
  ) {
    let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
    elements.append(
      "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(Self.number(thickness))\" "
        + "stroke-opacity=\"\(Self.number(opacity))\" stroke-linejoin=\"round\"/>")
  }

  /// A filled rectangle; viewers show `title` as a tooltip.
  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String, title: String? = nil
  ) {
    let shape =
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
      + "height=\"\(Self.number(height))\" fill=\"\(fill)\""
    elements.append(title.map { "\(shape)><title>\(Self.escaped($0))</title></rect>" } ?? "\(shape)/>")
  }

  /// A filled circle around the point.
  mutating func dot(x: Double, y: Double, radius: Double, fill: String) {
    elements.append(
      "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\" fill=\"\(fill)\"/>")
  }

  /// `text` with its baseline at the point, rotated by `turn` degrees.
  mutating func text(
    _ text: String, x: Double, y: Double, size: Double = 12, anchor: Anchor = .start, colour: String = ink,
    turn: Double = 0
  ) {
    let turned = turn == 0 ? "" : " transform=\"rotate(\(Self.number(turn)) \(Self.number(x)) \(Self.number(y)))\""
    elements.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\" "
        + "text-anchor=\"\(anchor.rawValue)\" fill=\"\(colour)\"\(turned)>\(Self.escaped(text))</text>")
  }

  /// The SVG file.
  var svg: String {
    let size = "\(Self.number(width)) \(Self.number(height))"
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" width=\"\(Self.number(width))\" "
      + "height=\"\(Self.number(height))\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\n"
      + elements.joined(separator: "\n") + "\n</svg>\n"
  }

  /// At most two decimals, in any locale.
  private static func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // XML does not allow control characters.
      case _ where scalar.value < 0x20: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}

/// Writes the plots of an evaluation.
package enum PlotFolder {
  /// Writes `precision-recall.svg` and `confusion.svg` to `folder`, which is created if necessary.
  package static func write(
    precision: AveragePrecision, confusion: ConfusionMatrix, classNames: [String], to folder: String
  ) throws(EvaluationError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw EvaluationError(.unwritable, file: folder, "cannot be made a folder: \(error.localizedDescription)")
    }
    let place = URL(filePath: folder, directoryHint: .isDirectory)
    let plots = [
      "precision-recall.svg": PrecisionRecallPlot(precision, classNames: classNames).svg,
      "confusion.svg": ConfusionPlot(confusion, classNames: classNames).svg,
    ]
    for (name, svg) in plots { try TextFile.write(svg, to: place.appending(path: name).path) }
  }
}
