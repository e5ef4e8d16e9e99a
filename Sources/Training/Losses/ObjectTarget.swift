/// One labelled object of a batch, as the losses see it.
public struct ObjectTarget: Hashable, Sendable {
  /// Which picture of the batch, from 0.
  public var image: Int
  /// Class index.
  public var classID: Int
  /// Centre across, as a fraction of the picture's width.
  public var centreX: Float
  /// Centre down, as a fraction of the picture's height.
  public var centreY: Float
  /// Width, as a fraction of the picture's width.
  public var width: Float
  /// Height, as a fraction of the picture's height.
  public var height: Float

  /// An object of class `classID` in picture `image`, with its box in fractions of the picture.
  public init(image: Int, classID: Int, centreX: Float, centreY: Float, width: Float, height: Float) {
    self.image = image
    self.classID = classID
    self.centreX = centreX
    self.centreY = centreY
    self.width = width
    self.height = height
  }
}
