/// A network as a list of primitive operations in an order in which they can run.
///
/// Blocks and models are written on top of this (`Blocks/`, `Models/`); reference operators, the compiler and the
/// trainer read it. Nothing here holds a weight: convolutions name the parameters they use.
public struct Graph: Hashable, Sendable {
  /// Operations in execution order; a node only reads nodes before it. Node 0 is the picture.
  public internal(set) var nodes: [Node]
  /// Nodes that the network's definition gives a name: `B3` for the backbone at stride 8, `P4` for the neck at 16…
  public internal(set) var taps: [String: Node.ID]
  /// The heads, the main one last.
  public internal(set) var heads: [Head]

  /// One operation and where its operands come from.
  public struct Node: Hashable, Sendable, Identifiable {
    /// Position in `Graph.nodes`.
    public let id: Int
    /// Path in the module tree, such as `model.4.cv2.0.m.1.cv1`; unique.
    public let name: String
    /// What is computed.
    public let operation: Operation
    /// Operands, in order.
    public let inputs: [Int]
    /// Channels of the result.
    public let channels: Int
    /// Part of the auxiliary branch: it gives gradients while training and is not there at inference.
    public let isTrainingOnly: Bool
  }

  /// Predictions of one detection head at three or so scales.
  public struct Head: Hashable, Sendable {
    /// Raw maps of one scale.
    public struct Level: Hashable, Sendable {
      /// Node of the box distribution: `4 * bins` channels, side-major.
      public let boxes: Node.ID
      /// Node of the class logits: one channel a class.
      public let classes: Node.ID
      /// Pixels of the picture per cell.
      public let stride: Int
    }
    /// Finest scale first.
    public let levels: [Level]
    /// Classes told apart.
    public let classCount: Int
    /// Bins of each side's distance distribution.
    public let bins: Int
    /// State-dict name of the constant distance weights (0, 1, … bins - 1).
    public let projection: String
    /// The auxiliary head of programmable gradient information.
    public let isTrainingOnly: Bool
  }
}

extension Graph {
  /// Elementwise function that follows an operation.
  public enum Activation: Hashable, Sendable {
    /// Identity.
    case none
    /// `x · σ(x)`.
    case silu
    /// `max(x, 0)`.
    case relu

    /// What files call it.
    public var name: String {
      switch self {
      case .none: "none"
      case .silu: "silu"
      case .relu: "relu"
      }
    }
  }

  /// A primitive operation. Tensors are batch × channels × height × width.
  public enum Operation: Hashable, Sendable {
    /// The network's input: three channels, red first, values 0…1.
    case picture
    /// Convolution, with batch normalisation or bias, and activation.
    case convolution(Convolution)
    /// Elementwise sum of all operands, then an activation.
    case sum(Activation)
    /// Operands one after the other along channels.
    case concatenation
    /// Some channels of the operand.
    case slice(Range<Int>)
    /// Largest value under the window; padding never wins.
    case maxPool(Window)
    /// Mean under the window (no padding).
    case averagePool(Window)
    /// Each value repeated `factor` × `factor` times.
    case upsample(factor: Int)
  }

  /// Shape and parameters of a convolution. Weights are out × in/groups × kernel × kernel.
  public struct Convolution: Hashable, Sendable {
    /// State-dict prefix of `weight` (and `bias`).
    public var parameters: String
    /// State-dict prefix of the batch normalisation behind it; without one the convolution has a bias.
    public var normalisation: String?
    /// Channels read.
    public var inputChannels: Int
    /// Channels made.
    public var outputChannels: Int
    /// Where it is applied.
    public var window: Window
    /// Independent groups of channels.
    public var groups: Int
    /// What follows.
    public var activation: Activation

    /// Multiply-adds for one output position.
    public var workPerPosition: Int { outputChannels * (inputChannels / groups) * window.kernel * window.kernel }
    /// Number of weights, without bias or normalisation.
    public var weightCount: Int { workPerPosition }
    /// Shape of the weights.
    public var weightShape: [Int] { [outputChannels, inputChannels / groups, window.kernel, window.kernel] }
  }

  /// A square window that slides over a map.
  public struct Window: Hashable, Sendable {
    /// Side in cells.
    public var kernel: Int
    /// Step in cells.
    public var stride: Int
    /// Cells added on every side.
    public var padding: Int

    /// A window of `kernel` × `kernel` cells.
    public init(kernel: Int, stride: Int = 1, padding: Int = 0) {
      self.kernel = kernel
      self.stride = stride
      self.padding = padding
    }

    /// Length of the result along an axis of `length` cells.
    public func output(_ length: Int) -> Int { (length + 2 * padding - kernel) / stride + 1 }
  }
}

extension Graph {
  /// The head that makes the detections.
  public var mainHead: Head { heads[heads.count - 1] }

  /// The convolutions, in execution order.
  public var convolutions: [(node: Node, convolution: Convolution)] {
    nodes.compactMap { node in
      if case .convolution(let convolution) = node.operation { (node, convolution) } else { nil }
    }
  }

  /// Nodes that read each node.
  public var consumers: [[Node.ID]] {
    var result = [[Node.ID]](repeating: [], count: nodes.count)
    for node in nodes { for input in node.inputs { result[input].append(node.id) } }
    return result
  }

  /// Height and width of every node's result for a picture of `height` × `width`, which must be multiples of
  /// `stride` for the branches to meet.
  public func sizes(height: Int, width: Int) -> [(height: Int, width: Int)] {
    var sizes: [(height: Int, width: Int)] = []
    for node in nodes {
      let input = node.inputs.first.map { sizes[$0] } ?? (height: height, width: width)
      switch node.operation {
      case .convolution(let convolution):
        sizes.append((convolution.window.output(input.height), convolution.window.output(input.width)))
      case .maxPool(let window), .averagePool(let window):
        sizes.append((window.output(input.height), window.output(input.width)))
      case .upsample(let factor): sizes.append((input.height * factor, input.width * factor))
      // The operand of a sum that fixes its size is the last one (CBFuse adds to it).
      case .sum: sizes.append(node.inputs.last.map { sizes[$0] } ?? input)
      case .picture, .concatenation, .slice: sizes.append(input)
      }
    }
    return sizes
  }

  /// Coarsest stride: pictures must be multiples of it on both sides.
  public var stride: Int { mainHead.levels.map(\.stride).max() ?? 1 }
}
