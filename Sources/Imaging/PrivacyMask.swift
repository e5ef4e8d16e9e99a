package import Scene

/// Paints privacy masks before anything else reads a frame.
package struct PrivacyMask: ~Copyable {
  private let areas: [Polygon]
  private var canvas: Canvas?

  /// Masks of `areas`, with corners from 0 to 1.
  package init(_ areas: [Polygon]) {
    self.areas = areas
    canvas = nil
  }

  /// Paints all areas black.
  package mutating func paint(_ frame: borrowing PixelBuffer) throws(ImagingError) {
    guard !areas.isEmpty else { return }
    let layout = frame.layout
    if canvas?.layout != layout { canvas = try Canvas(layout: layout) }
    let black = Ink(Colour(hex: 0x000000), for: layout)
    frame.withView { view in
      for area in areas {
        let corners = area.corners.map { (x: $0.x * Float(layout.width), y: $0.y * Float(layout.height)) }
        canvas?.cover(corners, with: black, on: view)
      }
    }
  }
}
