import Imaging
import Scene

extension SceneMark {
  /// Polylines of the mark in a frame of `width` × `height` pixels: the outline of a zone; a line with an arrow head
  /// of `head` pixels at its end.
  func strokes(width: Int, height: Int, head: Float) -> [[Canvas.Vertex]] {
    func pixel(_ corner: Polygon.Corner) -> Canvas.Vertex {
      Canvas.Vertex(x: corner.x * Float(width), y: corner.y * Float(height))
    }
    switch shape {
    case .zone(let area):
      let corners = area.corners.map(pixel)
      return corners.first.map { [corners + [$0]] } ?? []
    case .line(let from, let to, _, _):
      let a = pixel(from), b = pixel(to)
      let length = ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
      guard length > 0 else { return [] }
      let (x, y) = ((b.x - a.x) / length * head, (b.y - a.y) / length * head)
      let left = Canvas.Vertex(x: b.x - x + y / 2, y: b.y - y - x / 2)
      let right = Canvas.Vertex(x: b.x - x - y / 2, y: b.y - y + x / 2)
      return [[a, b], [left, b, right]]
    }
  }

  /// Where its label is placed: at its topmost point.
  func place(width: Int, height: Int) -> LabelPlacement.Place {
    let corners =
      switch shape {
      case .zone(let area): area.corners
      case .line(let from, let to, _, _): [from, to]
      }
    let top = corners.min { ($0.y, $0.x) < ($1.y, $1.x) } ?? Polygon.Corner(x: 0, y: 0)
    return .init(x: Int(top.x * Float(width)), y: Int(top.y * Float(height)), width: 2, height: 2)
  }
}
