package import Capture
import Imaging
import Outputs
import Scene

/// Shown by a live view while its camera delivers no frames: black, with the reason.
package struct StatusImage: Sendable {
  /// Whether frames arrive; then this image is needed only before the first.
  let isUp: Bool
  private let sentence: String
  private let width, height: Int

  /// The image for a camera in `state`. Its size is that of the last frame; 0 if there was none.
  package init(isEnabled: Bool, state: SourceState?, width: Int, height: Int) {
    isUp = if isEnabled, case .up = state { true } else { false }
    sentence =
      switch state {
      case _ where !isEnabled: "switched off"
      case .down(let cause, _, _): "no frames: \(cause.rawValue)"
      case nil, .connecting: "no frames: connecting"
      case .up: "waiting for the first frame"
      }
    (self.width, self.height) = width > 0 ? (width, height) : (640, 360)
  }

  /// An image with `sentence`, for a camera whose frames are elsewhere.
  package init(saying sentence: String) {
    (isUp, self.sentence, width, height) = (false, sentence, 640, 360)
  }

  /// The image: black with a label.
  func jpeg() throws -> [UInt8] {
    let layout = PixelLayout(width: width, height: height, format: .yuv420p)
    let image = try PixelBuffer(layout: layout)
    var canvas = try Canvas(layout: layout)
    let black = Ink(Colour(hex: 0x000000), for: layout)
    let all = Box(minX: 0, minY: 0, maxX: Float(width), maxY: Float(height))
    image.withView { view in canvas.fill(all, with: black, on: view) }
    // A label is drawn above its box: here above a line through the centre.
    var style = OverlayStyle()
    style.showsScores = false
    style.textSize = max(12, height / 18)
    var overlay = try Overlay(layout: layout, classes: ClassCatalogue(names: [sentence]), style: style)
    let line = Box(
      minX: Float(width) / 12, minY: Float(height) / 2, maxX: Float(width) * 11 / 12, maxY: Float(height) / 2)
    try overlay.draw(detections: [Detection(box: line, score: 1, classID: 0)], on: image)
    var writer = ImageWriter()
    return try writer.encode(image, as: .jpeg, quality: 5)
  }
}
