package import Capture
import Imaging
import Outputs
import Scene

/// What a live view shows while its camera gives no frames: the reason.
package struct StatusImage: Sendable {
  /// Whether frames come, so that the plate is needed only before the first of them.
  let isUp: Bool
  private let sentence: String
  private let width, height: Int

  /// The plate for a camera in `state`, `width` by `height` pixels as its last frame; 0 where none has come yet.
  package init(isEnabled: Bool, state: SourceState?, width: Int, height: Int) {
    isUp = if isEnabled, case .up = state { true } else { false }
    sentence =
      switch state {
      case _ where !isEnabled: "switched off"
      case .down(let cause, _, _): "no picture: \(cause.rawValue)"
      case nil, .connecting: "no picture: connecting"
      case .up: "waiting for the first picture"
      }
    (self.width, self.height) = width > 0 ? (width, height) : (640, 360)
  }

  /// A plate that says `sentence`, for a camera whose frames are elsewhere.
  package init(saying sentence: String) {
    (isUp, self.sentence, width, height) = (false, sentence, 640, 360)
  }

  /// The plate, black with a label.
  func jpeg() throws -> [UInt8] {
    let layout = PixelLayout(width: width, height: height, format: .yuv420p)
    let picture = try PixelBuffer(layout: layout)
    var canvas = try Canvas(layout: layout)
    let black = Ink(Colour(hex: 0x000000), for: layout)
    let all = Box(minX: 0, minY: 0, maxX: Float(width), maxY: Float(height))
    picture.withView { view in canvas.fill(all, with: black, on: view) }
    // A label stands above its box: here above a line through the middle.
    var style = OverlayStyle()
    style.showsScores = false
    style.textSize = max(12, height / 18)
    var overlay = try Overlay(layout: layout, classes: ClassCatalogue(names: [sentence]), style: style)
    let line = Box(
      minX: Float(width) / 12, minY: Float(height) / 2, maxX: Float(width) * 11 / 12, maxY: Float(height) / 2)
    try overlay.draw(detections: [Detection(box: line, score: 1, classID: 0)], on: picture)
    var writer = ImageWriter()
    return try writer.encode(picture, as: .jpeg, quality: 5)
  }
}
