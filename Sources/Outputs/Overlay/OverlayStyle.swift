/// What an overlay shows and at which size. Sizes of `nil` depend on the image size, readable from 320 pixels to 4K.
package struct OverlayStyle: Hashable, Sendable {
  /// Width of box lines in pixels.
  package var lineWidth: Int?
  /// Text size (em) in pixels.
  package var textSize: Int?
  /// Whether boxes have labels.
  package var showsLabels = true
  /// Whether labels show the score.
  package var showsScores = true
  /// Whether labels show the track's identity.
  package var showsIdentities = true
  /// Zones and lines to draw below the objects.
  package var marks: [SceneMark] = []
  /// Length of trails in seconds; 0 for none.
  package var trailSeconds = 2.0
  /// A font file to try before the system's fonts.
  package var fontPath: String?

  /// The default style.
  package init() {}

  /// The sizes for one image, in pixels.
  struct Sizes: Hashable {
    let line, text, radius, padX, padY: Int
    let trail: Float
  }

  func sizes(width: Int, height: Int) -> Sizes {
    let side = min(width, height)
    let line = max(1, lineWidth ?? Int((Double(side) / 330).rounded()))
    let text = min(max(textSize ?? max(10, 5 + side * 15 / 1000), 4), 400)
    return Sizes(
      line: line, text: text, radius: max(2, text / 4), padX: max(3, text * 2 / 5), padY: max(2, text / 4),
      trail: max(1.5, Float(line) * 1.25))
  }
}
