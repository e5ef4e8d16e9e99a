/// A network as a table that can be read: rows in order, rows that others refer to by name, and heads.
///
/// Row numbers are the positions in `layers`; they give the parameters the names that published checkpoints use.
public struct NetworkSpec: Hashable, Sendable {
  /// Published name, such as `gelan-c`.
  public var name: String
  /// Rows; the heads follow as one more layer.
  public var layers: [Layer]
  /// Taps that the main head reads, finest first.
  public var mainTaps: [String]
  /// Taps that the auxiliary head reads; empty for a network without one.
  public var auxiliaryTaps: [String]
  /// Shape of the heads.
  public var headStyle: HeadStyle
  /// Classes told apart.
  public var classCount: Int
  /// What follows each normalised convolution.
  public var activation: Graph.Activation

  /// One row.
  public struct Layer: Hashable, Sendable {
    /// What is computed.
    public var block: Block
    /// Operands.
    public var sources: [Source]
    /// Name that other rows and heads use; empty if none does.
    public var tap: String
    /// Part of the auxiliary branch.
    public var isTrainingOnly: Bool

    /// A row that computes `block` from `sources`.
    public init(_ block: Block, from sources: [Source] = [.previous], tap: String = "", isTrainingOnly: Bool = false) {
      self.block = block
      self.sources = sources
      self.tap = tap
      self.isTrainingOnly = isTrainingOnly
    }

    /// The same row as part of the auxiliary branch.
    var auxiliary: Layer {
      var copy = self
      copy.isTrainingOnly = true
      return copy
    }
  }

  /// Where an operand comes from.
  public enum Source: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The row before.
    case previous
    /// The picture.
    case picture
    /// The row of this name.
    case tap(String)

    /// The row named by a literal.
    public init(stringLiteral value: String) { self = .tap(value) }
  }

  /// A network of these rows. `classCount` is 80 (COCO) unless it says otherwise.
  public init(
    name: String, layers: [Layer], mainTaps: [String], auxiliaryTaps: [String] = [], headStyle: HeadStyle = .official,
    classCount: Int = 80, activation: Graph.Activation = .silu
  ) {
    self.name = name
    self.layers = layers
    self.mainTaps = mainTaps
    self.auxiliaryTaps = auxiliaryTaps
    self.headStyle = headStyle
    self.classCount = classCount
    self.activation = activation
  }

  /// Whether there is an auxiliary branch to train with.
  public var isDual: Bool { !auxiliaryTaps.isEmpty }
}

extension NetworkSpec {
  /// The primitive operations of the whole network, auxiliary branch included.
  public func graph() -> Graph {
    var builder = GraphBuilder(activation: activation)
    var rows: [Row] = []
    var named: [String: Row] = [:]
    let picture = Row(node: 0, stride: 1)
    for (index, layer) in layers.enumerated() {
      let sources = layer.sources.map { source in
        switch source {
        case .previous: rows.last ?? picture
        case .picture: picture
        case .tap(let name): named[name] ?? picture
        }
      }
      builder.isTrainingOnly = layer.isTrainingOnly
      let row = builder.lay(layer.block, name: "model.\(index)", sources: sources)
      rows.append(row)
      if !layer.tap.isEmpty {
        named[layer.tap] = row
        builder.taps[layer.tap] = row.node
      }
    }
    let head = "model.\(layers.count)"
    func inputs(_ taps: [String]) -> [(node: Graph.Node.ID, stride: Int)] {
      taps.map { name in
        let row = named[name] ?? picture
        return (row.node, row.stride)
      }
    }
    if isDual {
      builder.isTrainingOnly = true
      builder.detectionHead(
        head, box: "cv2", classes: "cv3", projection: "dfl", inputs: inputs(auxiliaryTaps), style: headStyle,
        classCount: classCount)
    }
    builder.isTrainingOnly = false
    builder.detectionHead(
      head, box: isDual ? "cv4" : "cv2", classes: isDual ? "cv5" : "cv3", projection: isDual ? "dfl2" : "dfl",
      inputs: inputs(mainTaps), style: headStyle, classCount: classCount)
    return builder.build()
  }

  /// The result of one row while a graph is laid.
  struct Row {
    var node: Graph.Node.ID
    var stride: Int
    var parts: [Graph.Node.ID] = []
  }
}

extension GraphBuilder {
  mutating func lay(_ block: Block, name: String, sources: [NetworkSpec.Row]) -> NetworkSpec.Row {
    let input = sources[0]
    switch block {
    case .picture: return input
    case .convolution(let channels, let kernel, let stride):
      return .init(
        node: conv(name, input.node, channels, kernel: kernel, stride: stride), stride: input.stride * stride)
    case .gelan(let spec): return .init(node: gelan(name, input.node, spec), stride: input.stride)
    case .averageDown(let channels):
      return .init(node: averageDown(name, input.node, channels), stride: input.stride * 2)
    case .splitDown(let channels): return .init(node: splitDown(name, input.node, channels), stride: input.stride * 2)
    case .pyramidPooling(let output, let hidden):
      return .init(node: pyramidPooling(name, input.node, output: output, hidden: hidden), stride: input.stride)
    case .upsample: return .init(node: upsample(name, input.node, factor: 2), stride: input.stride / 2)
    case .concatenation: return .init(node: concatenate(name, sources.map(\.node)), stride: input.stride)
    case .crossLinear(let widths):
      let parts = crossLinear(name, input.node, widths)
      return .init(node: parts[0], stride: input.stride, parts: parts)
    case .crossFusion(let parts):
      let target = sources[sources.count - 1]
      let fused = crossFusion(
        name, sources: sources.dropLast().map { CrossParts(parts: $0.parts, stride: $0.stride) }, parts: parts,
        target: target.node, stride: target.stride)
      return .init(node: fused, stride: target.stride)
    }
  }
}
