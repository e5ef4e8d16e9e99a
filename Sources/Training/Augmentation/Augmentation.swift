import Imaging

/// Random changes of the training images. The defaults are the published ones for training from scratch.
package struct Augmentation: Hashable, Sendable {
  /// Probability that four images are combined into a mosaic.
  package var mosaic: Float = 1
  /// Probability that a mosaic is mixed with another.
  package var mixup: Float = 0.15
  /// Share of the outlined objects of a mosaic of which mirrored copies are pasted.
  package var copyPaste: Float = 0.3
  /// Largest relative change of size.
  package var scale: Float = 0.9
  /// Largest shift, as a fraction of the side.
  package var translate: Float = 0.1
  /// Probability of mirroring left to right.
  package var mirror: Float = 0.5
  /// Largest relative change of hue.
  package var hue: Float = 0.015
  /// Largest relative change of saturation.
  package var saturation: Float = 0.7
  /// Largest relative change of value.
  package var value: Float = 0.4

  /// The published values.
  package init() {}

  /// No augmentation: the letterboxed image.
  package static var none: Augmentation {
    var none = Augmentation()
    none.mosaic = 0
    none.mixup = 0
    none.copyPaste = 0
    none.scale = 0
    none.translate = 0
    none.mirror = 0
    none.hue = 0
    none.saturation = 0
    none.value = 0
    return none
  }
}

/// An image at the network's input size with its boxes in pixels.
struct PreparedSample {
  var image: RGBImage
  /// Class; left, top, right, bottom in pixels.
  var objects: [(classID: Int, box: SIMD4<Float>)]

  /// The sample resized to a square of `side` pixels.
  func resized(side: Int) -> PreparedSample {
    let ratio = Float(side) / Float(image.width)
    return PreparedSample(
      image: image.resized(longSide: side), objects: objects.map { ($0.classID, $0.box * ratio) })
  }
}
