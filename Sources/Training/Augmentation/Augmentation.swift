/// How pictures are varied while training. The defaults are the published ones for training from scratch.
public struct Augmentation: Hashable, Sendable {
  /// Probability that four pictures are laid together.
  public var mosaic: Float = 1
  /// Probability that a mosaic is mixed with another.
  public var mixup: Float = 0.15
  /// Share of the objects with outlines in a mosaic of which mirrored copies are pasted.
  public var copyPaste: Float = 0.3
  /// Largest relative change of size.
  public var scale: Float = 0.9
  /// Largest shift, as a fraction of the side.
  public var translate: Float = 0.1
  /// Probability of mirroring left to right.
  public var mirror: Float = 0.5
  /// Largest relative change of hue.
  public var hue: Float = 0.015
  /// Largest relative change of saturation.
  public var saturation: Float = 0.7
  /// Largest relative change of value.
  public var value: Float = 0.4

  /// The published values.
  public init() {}

  /// No variation at all: a letterboxed picture.
  public static var none: Augmentation {
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

/// A picture ready for the network, with the boxes on it in pixels.
struct PreparedSample {
  var picture: Picture
  /// Class, and left, top, right, bottom in pixels.
  var objects: [(classID: Int, box: SIMD4<Float>)]

  /// The square picture at another size.
  func resized(side: Int) -> PreparedSample {
    let ratio = Float(side) / Float(picture.width)
    return PreparedSample(
      picture: picture.resized(longSide: side), objects: objects.map { ($0.classID, $0.box * ratio) })
  }
}
