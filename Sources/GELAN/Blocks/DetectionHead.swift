/// The variant of a detection head. The published checkpoints come in two that differ only here.
public struct HeadStyle: Hashable, Sendable {
  /// Groups of the second and third convolution of the box branch.
  public var boxGroups: Int
  /// How the width of the class branch is determined.
  public var classWidth: ClassWidth
  /// Number of classes that `classWidth` is computed from if it is not the head's own: a head for other classes keeps
  /// its width.
  public var classesOfWidth: Int?
  /// Bins of each side's distance distribution.
  public var bins: Int
  /// The kind of convolutions in the branches.
  public var form: Form

  /// The kind of convolutions in the branches.
  public enum Form: Hashable, Sendable {
    /// Full 3×3 convolutions, as published.
    case dense
    /// Depthwise 3×3 convolutions followed by 1×1 convolutions: a third of the operations. Only the second
    /// convolution of the box branch is a grouped 3×3.
    case separable
  }

  /// The width of the class branch, from the channels of the finest input and the number of classes.
  public enum ClassWidth: Hashable, Sendable {
    /// `max(channels, min(2 · classes, 128))`, the rule of the published source.
    case official
    /// `max(channels, min(classes, 100))`, the rule of Ultralytics.
    case ultralytics
    /// Read from a file (the published T has 80).
    case fixed(Int)
  }

  /// A head with `boxGroups` groups in its box branch.
  public init(boxGroups: Int = 4, classWidth: ClassWidth = .official, bins: Int = 16, form: Form = .dense) {
    self.boxGroups = boxGroups
    self.classWidth = classWidth
    self.bins = bins
    self.form = form
  }

  /// The published source: grouped box branch, class width by its rule.
  public static let official = HeadStyle()
  /// Ultralytics: box branch without groups, class width by its rule.
  public static let ultralytics = HeadStyle(boxGroups: 1, classWidth: .ultralytics)

  /// Width of the box branch over inputs whose finest has `channels`.
  public func boxWidth(channels: Int) -> Int {
    let width = max(channels / 4, 4 * bins, 16)
    return (width + 3) / 4 * 4
  }

  /// Width of the class branch over inputs whose finest has `channels`.
  public func classWidth(channels: Int, classes: Int) -> Int {
    let classes = classesOfWidth ?? classes
    return switch classWidth {
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
      var boxes = windowed("\(boxName).0", input.node, boxWidth, style.form)
      boxes = conv("\(boxName).1", boxes, boxWidth, kernel: 3, groups: style.boxGroups)
      boxes = projection(
        "\(boxName).2", parameters: "\(boxName).2", boxes, 4 * style.bins, groups: style.boxGroups)
      var logits = windowed("\(className).0", input.node, classWidth, style.form)
      logits = windowed("\(className).1", logits, classWidth, style.form)
      logits = projection("\(className).2", parameters: "\(className).2", logits, classCount)
      return Graph.Head.Level(boxes: boxes, classes: logits, stride: input.stride)
    }
    heads.append(
      Graph.Head(
        levels: levels, classCount: classCount, bins: style.bins, projection: "\(name).\(dfl).conv.weight",
        isTrainingOnly: isTrainingOnly))
  }

  /// A 3×3 convolution to `output` channels, dense or separable.
  private mutating func windowed(
    _ name: String, _ input: Graph.Node.ID, _ output: Int, _ form: HeadStyle.Form
  ) -> Graph.Node.ID {
    switch form {
    case .dense: return conv(name, input, output, kernel: 3)
    case .separable:
      let width = channels(input)
      return conv("\(name).1", conv("\(name).0", input, width, kernel: 3, groups: width), output)
    }
  }
}
