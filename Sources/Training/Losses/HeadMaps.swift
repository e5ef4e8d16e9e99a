/// The raw maps of one head group for a batch, finest level first: 4 sides × 16 distance bins, then class logits.
package struct HeadMaps: Sendable {
  /// Bins of each side's distance distribution.
  package static let binCount = 16
  /// Channels of the four sides; class logits follow.
  package static let boxChannelCount = 64

  /// One level of the pyramid.
  package struct Level: Sendable {
    /// Stride: pixels of the image per cell.
    package var stride: Int
    /// Rows of cells.
    package var height: Int
    /// Columns of cells.
    package var width: Int
    /// batch × (64 + classes) × height × width, row-major.
    package var values: [Float]

    /// A level of `height` × `width` cells of `stride` pixels; `values` is batch × channels × height × width.
    package init(stride: Int, height: Int, width: Int, values: [Float]) {
      self.stride = stride
      self.height = height
      self.width = width
      self.values = values
    }

    /// Cells in the level.
    package var cellCount: Int { height * width }
  }

  /// Images in the batch.
  package let batch: Int
  /// Number of classes.
  package let classCount: Int
  /// Finest level first.
  package var levels: [Level]

  /// The maps of `batch` images and `classCount` classes.
  package init(batch: Int, classCount: Int, levels: [Level]) {
    for level in levels {
      precondition(
        level.values.count == batch * (Self.boxChannelCount + classCount) * level.cellCount,
        "a head map holds batch x (64 + classes) x height x width values")
    }
    self.batch = batch
    self.classCount = classCount
    self.levels = levels
  }

  /// Channels of a level.
  package var channelCount: Int { Self.boxChannelCount + classCount }
  /// Anchors: the cells of all levels.
  package var anchorCount: Int { levels.reduce(0) { $0 + $1.cellCount } }
  /// Width of the image in pixels.
  package var imageWidth: Int { levels.first.map { $0.width * $0.stride } ?? 0 }
  /// Height of the image in pixels.
  package var imageHeight: Int { levels.first.map { $0.height * $0.stride } ?? 0 }

  /// The same shape filled with zeros.
  package func zeros() -> HeadMaps {
    var copy = self
    for index in copy.levels.indices {
      copy.levels[index].values = [Float](repeating: 0, count: levels[index].values.count)
    }
    return copy
  }

  /// Where the values of an anchor are: level, offset of the first channel within the level, stride between channels.
  struct Place {
    var level: Int
    var offset: Int
    var channelStep: Int
    var stride: Float
    /// Anchor point in cells.
    var x: Float
    var y: Float
  }

  /// The place of `anchor` (levels concatenated, each row-major) of image `image`.
  func place(image: Int, anchor: Int) -> Place {
    var cell = anchor
    var index = 0
    while cell >= levels[index].cellCount {
      cell -= levels[index].cellCount
      index += 1
    }
    let level = levels[index]
    return Place(
      level: index, offset: image * channelCount * level.cellCount + cell, channelStep: level.cellCount,
      stride: Float(level.stride), x: Float(cell % level.width) + 0.5, y: Float(cell / level.width) + 0.5)
  }
}
