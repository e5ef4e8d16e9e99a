/// The operation of one row of a network's table.
public enum Block: Hashable, Sendable {
  /// The input image, where a definition gives it a layer number.
  case input
  /// Convolution, batch normalisation, activation; `same` padding.
  case convolution(Int, kernel: Int, stride: Int)
  /// GELAN aggregation around any computational block.
  case gelan(Aggregation)
  /// Downsampling by 2: averaging and a 3×3 convolution of stride 2 (AConv).
  case averageDown(Int)
  /// Downsampling by 2: half of the channels by convolution, half by max-pooling (ADown).
  case splitDown(Int)
  /// Spatial pyramid pooling aggregated as in ELAN (SPPELAN): `output` channels from four maps of `hidden` channels.
  case pyramidPooling(output: Int, hidden: Int)
  /// Nearest-neighbour upsampling by 2.
  case upsample
  /// Concatenates the sources along channels.
  case concatenation
  /// Multi-level information (CBLinear): a 1×1 convolution split into parts of these widths, which `crossFusion`
  /// selects from.
  case crossLinear([Int])
  /// Adds to the last source the given part of each `crossLinear` source, upsampled to its size (CBFuse).
  case crossFusion([Int])
}

/// The GELAN scheme: transition, split, a chain of computational blocks, concatenation of everything, transition.
public struct Aggregation: Hashable, Sendable {
  /// Output channels.
  public var output: Int
  /// Channels of the first transition, split in two halves.
  public var transition: Int
  /// Channels of each computational block.
  public var branch: Int
  /// The computational block of the chain.
  public var computation: Computation
  /// ELAN depth: blocks in the chain.
  public var depth: Int

  /// The kinds of computational blocks.
  public enum Computation: Hashable, Sendable {
    /// One 3×3 convolution.
    case convolution
    /// `depth` bottlenecks 1×1 → 3×3 → 1×1 with a skip, then a 3×3 convolution.
    case residual(depth: Int)
    /// `depth` bottlenecks 1×1 → 3×3 with a skip, then a 3×3 convolution.
    case dark(depth: Int)
    /// `depth` depthwise-separable convolutions, 3×3 within each channel → 1×1 across them, each with a skip
    /// (Howard et al., MobileNets, arXiv:1704.04861).
    case depthwise(depth: Int)
    /// `depth` transformer blocks with self-attention within windows (`Graph.Attention`).
    case attention(depth: Int)
    /// A cross-stage partial block of `depth` re-parameterised bottlenecks, then a 3×3 convolution.
    case csp(depth: Int)
  }

  /// An aggregation to `output` channels.
  public init(output: Int, transition: Int, branch: Int, computation: Computation, depth: Int = 2) {
    self.output = output
    self.transition = transition
    self.branch = branch
    self.computation = computation
    self.depth = depth
  }
}

extension Block {
  /// GELAN over plain convolutions, as the first stage of the small networks.
  static func elan(_ output: Int, _ transition: Int, _ branch: Int) -> Block {
    .gelan(Aggregation(output: output, transition: transition, branch: branch, computation: .convolution))
  }

  /// GELAN over CSP blocks of `depth` bottlenecks, the usual stage.
  static func cspElan(_ output: Int, _ transition: Int, _ branch: Int, depth: Int) -> Block {
    .gelan(Aggregation(output: output, transition: transition, branch: branch, computation: .csp(depth: depth)))
  }
}
