/// Shape of a detection head. The published checkpoints come in two kinds that differ only here.
public struct HeadStyle: Hashable, Sendable {
  /// Groups of the second and third convolution of the box branch.
  public var boxGroups: Int
  /// How wide the class branch is.
  public var classWidth: ClassWidth
  /// Bins of each side's distance distribution.
  public var bins: Int

  /// How wide the class branch is, from the channels of the finest input and the number of classes.
  public enum ClassWidth: Hashable, Sendable {
    /// `max(channels, min(2 · classes, 128))`, the rule of the published source.
    case official
    /// `max(channels, min(classes, 100))`, the rule of Ultralytics.
    case ultralytics
    /// As found in a file (the published T has 80).
    case fixed(Int)
  }

  /// A head with `boxGroups` groups in its box branch.
  public init(boxGroups: Int = 4, classWidth: ClassWidth = .official, bins: Int = 16) {
    self.boxGroups = boxGroups
    self.classWidth = classWidth
    self.bins = bins
  }

  /// Grouped box branch and class width by rule: the published source.
  public static let official = HeadStyle()
  /// Dense box branch, class width by Ultralytics' rule.
  public static let ultralytics = HeadStyle(boxGroups: 1, classWidth: .ultralytics)

  /// Width of the box branch over inputs whose finest has `channels`.
  public func boxWidth(channels: Int) -> Int {
    let width = max(channels / 4, 4 * bins, 16)
    return (width + 3) / 4 * 4
  }

  /// Width of the class branch over inputs whose finest has `channels`.
  public func classWidth(channels: Int, classes: Int) -> Int {
    switch classWidth {
    case .official: max(channels, min(2 * classes, 128))
    case .ultralytics: max(channels, min(classes, 100))
    case .fixed(let width): width
    }
  }
}

extension GraphBuilder {
  /// One group of branches (DDetect): per level, box and class maps.
  ///
  /// - Parameters:
  ///   - box, classes, projection: names of the three parts below `name`, such as `cv2`, `cv3`, `dfl`.
  ///   - inputs: maps with their stride, finest first.
  mutating func detectionHead(
    _ name: String, box: String, classes: String, projection dfl: String,
    inputs: [(node: Graph.Node.ID, stride: Int)], style: HeadStyle, classCount: Int
  ) {
    let finest = channels(inputs[0].node)
    let boxWidth = style.boxWidth(channels: finest)
    let classWidth = style.classWidth(channels: finest, classes: classCount)
    let levels = inputs.enumerated().map { index, input in
      let boxName = "\(name).\(box).\(index)", className = "\(name).\(classes).\(index)"
      var boxes = conv("\(boxName).0", input.node, boxWidth, kernel: 3)
      boxes = conv("\(boxName).1", boxes, boxWidth, kernel: 3, groups: style.boxGroups)
      boxes = projection(
        "\(boxName).2", parameters: "\(boxName).2", boxes, 4 * style.bins, groups: style.boxGroups)
      var logits = conv("\(className).0", input.node, classWidth, kernel: 3)
      logits = conv("\(className).1", logits, classWidth, kernel: 3)
      logits = projection("\(className).2", parameters: "\(className).2", logits, classCount)
      return Graph.Head.Level(boxes: boxes, classes: logits, stride: input.stride)
    }
    heads.append(
      Graph.Head(
        levels: levels, classCount: classCount, bins: style.bins, projection: "\(name).\(dfl).conv.weight",
        isTrainingOnly: isTrainingOnly))
  }
}
