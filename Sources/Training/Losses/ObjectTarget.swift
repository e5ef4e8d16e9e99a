/// One labelled object of a batch, as the losses read it.
public struct ObjectTarget: Hashable, Sendable {
  /// Index of the image in the batch.
  public var image: Int
  /// Class index.
  public var classID: Int
  /// Centre x as a fraction of the image's width.
  public var centreX: Float
  /// Centre y as a fraction of the image's height.
  public var centreY: Float
  /// Width, as a fraction of the image's width.
  public var width: Float
  /// Height, as a fraction of the image's height.
  public var height: Float

  /// An object of class `classID` in image `image`, its box in fractions of the image.
  public init(image: Int, classID: Int, centreX: Float, centreY: Float, width: Float, height: Float) {
    self.image = image
    self.classID = classID
    self.centreX = centreX
    self.centreY = centreY
    self.width = width
    self.height = height
  }
}
