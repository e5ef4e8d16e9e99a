/// One labelled object of a batch, as the losses read it.
package struct ObjectTarget: Hashable, Sendable {
  /// Index of the image in the batch.
  package var image: Int
  /// Class index.
  package var classID: Int
  /// Centre x as a fraction of the image's width.
  package var centreX: Float
  /// Centre y as a fraction of the image's height.
  package var centreY: Float
  /// Width, as a fraction of the image's width.
  package var width: Float
  /// Height, as a fraction of the image's height.
  package var height: Float

  /// An object of class `classID` in image `image`, its box in fractions of the image.
  package init(image: Int, classID: Int, centreX: Float, centreY: Float, width: Float, height: Float) {
    self.image = image
    self.classID = classID
    self.centreX = centreX
    self.centreY = centreY
    self.width = width
    self.height = height
  }
}
