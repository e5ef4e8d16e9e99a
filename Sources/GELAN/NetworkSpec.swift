/// A network as a readable table: rows in order, names for rows that others refer to, and heads.
///
/// Row numbers are positions in `layers`; parameter names of published checkpoints contain them.
public struct NetworkSpec: Hashable, Sendable {
  /// Published name, such as `gelan-c`.
  public var name: String
  /// The rows; the heads follow as one more layer.
  public var layers: [Layer]
  /// Taps (names of rows) that the main head reads, finest first.
  public var mainTaps: [String]
  /// Taps that the auxiliary head reads; empty for a network without one.
  public var auxiliaryTaps: [String]
  /// Variant of the heads.
  public var headStyle: HeadStyle
  /// Number of classes.
  public var classCount: Int
  /// Activation behind each normalised convolution.
  public var activation: Graph.Activation

  /// One row.
  public struct Layer: Hashable, Sendable {
    /// The operation.
    public var block: Block
    /// Its inputs.
    public var sources: [Source]
    /// Name by which other rows and heads refer to it; empty if none does.
    public var tap: String
    /// Whether it belongs to the auxiliary branch.
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

  /// An input of a row.
  public enum Source: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The previous row.
    case previous
    /// The input image.
    case input
    /// The row of this name.
    case tap(String)

    /// The row named by a literal.
    public init(stringLiteral value: String) { self = .tap(value) }
  }

  /// A network of these rows. `classCount` defaults to 80 (COCO).
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

  /// Whether it has an auxiliary branch for training.
  public var isDual: Bool { !auxiliaryTaps.isEmpty }
}

extension NetworkSpec {
  /// The primitive operations of the whole network, auxiliary branch included.
  public func graph() -> Graph {
    var builder = GraphBuilder(activation: activation)
    var rows: [Row] = []
    var named: [String: Row] = [:]
    let input = Row(node: 0, stride: 1)
    for (index, layer) in layers.enumerated() {
      let sources = layer.sources.map { source in
        switch source {
        case .previous: rows.last ?? input
        case .input: input
        case .tap(let name): named[name] ?? input
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
        let row = named[name] ?? input
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

  /// The node of one row while the graph is built.
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
    case .input: return input
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
