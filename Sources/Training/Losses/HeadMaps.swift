/// The raw maps of one head group for a batch, fine to coarse: four sides times 16 distance bins, then class logits.
public struct HeadMaps: Sendable {
  /// Bins a side's distance is spread over.
  public static let binCount = 16
  /// Channels of the four sides together; class logits start here.
  public static let boxChannelCount = 64

  /// One level.
  public struct Level: Sendable {
    /// Pixels of the picture a cell stands for.
    public var stride: Int
    /// Cells down.
    public var height: Int
    /// Cells across.
    public var width: Int
    /// `batch, 64 + classes, height, width`, row-major.
    public var values: [Float]

    /// A level of `height` by `width` cells of `stride` pixels; `values` is batch, channels, height, width.
    public init(stride: Int, height: Int, width: Int, values: [Float]) {
      self.stride = stride
      self.height = height
      self.width = width
      self.values = values
    }

    /// Cells in the level.
    public var cellCount: Int { height * width }
  }

  /// Pictures in the batch.
  public let batch: Int
  /// Classes the head tells apart.
  public let classCount: Int
  /// Fine to coarse.
  public var levels: [Level]

  /// The maps of `batch` pictures and `classCount` classes.
  public init(batch: Int, classCount: Int, levels: [Level]) {
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
  public var channelCount: Int { Self.boxChannelCount + classCount }
  /// Cells of all levels together.
  public var anchorCount: Int { levels.reduce(0) { $0 + $1.cellCount } }
  /// Width of the picture in pixels.
  public var pictureWidth: Int { levels.first.map { $0.width * $0.stride } ?? 0 }
  /// Height of the picture in pixels.
  public var pictureHeight: Int { levels.first.map { $0.height * $0.stride } ?? 0 }

  /// The same shape filled with zeros.
  public func zeros() -> HeadMaps {
    var copy = self
    for index in copy.levels.indices {
      copy.levels[index].values = [Float](repeating: 0, count: levels[index].values.count)
    }
    return copy
  }

  /// Where an anchor's values stand: level, offset of its first channel in the level, step from channel to channel.
  struct Place {
    var level: Int
    var offset: Int
    var channelStep: Int
    var stride: Float
    /// Anchor point in grid units.
    var x: Float
    var y: Float
  }

  /// The place of `anchor` (levels one after the other, row-major) of picture `image`.
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
