/// A network as a list of primitive operations in execution order.
///
/// Blocks and models (`Blocks/`, `Models/`) are expanded to it; reference operators, compiler and trainer read it. A
/// graph holds no weights: convolutions name their parameters.
public struct Graph: Hashable, Sendable {
  /// Operations in execution order; a node only reads nodes before it. Node 0 is the input image.
  public internal(set) var nodes: [Node]
  /// Nodes named by the network's definition: `B3` for the backbone at stride 8, `P4` for the neck at stride 16…
  public internal(set) var taps: [String: Node.ID]
  /// The heads, the main one last.
  public internal(set) var heads: [Head]

  /// One operation and its inputs.
  public struct Node: Hashable, Sendable, Identifiable {
    /// Position in `Graph.nodes`.
    public let id: Int
    /// Path in the module tree, such as `model.4.cv2.0.m.1.cv1`; unique.
    public let name: String
    /// The operation.
    public let operation: Operation
    /// Input nodes, in order.
    public let inputs: [Int]
    /// Output channels.
    public let channels: Int
    /// Part of the auxiliary branch: used in training and absent at inference.
    public let isTrainingOnly: Bool
  }

  /// Predictions of one detection head at three or so scales.
  public struct Head: Hashable, Sendable {
    /// Raw maps of one scale.
    public struct Level: Hashable, Sendable {
      /// Node of the distance distributions: `4 * bins` channels, side-major.
      public let boxes: Node.ID
      /// Node of the class logits: one channel per class.
      public let classes: Node.ID
      /// Stride: pixels of the image per cell.
      public let stride: Int
    }
    /// Finest scale first.
    public let levels: [Level]
    /// Number of classes.
    public let classCount: Int
    /// Bins of each side's distance distribution.
    public let bins: Int
    /// State-dict name of the constant distances (0, 1, … bins - 1).
    public let projection: String
    /// Whether this is the auxiliary head of programmable gradient information.
    public let isTrainingOnly: Bool
  }
}

extension Graph {
  /// Elementwise activation function.
  public enum Activation: Hashable, Sendable {
    /// Identity.
    case none
    /// `x · σ(x)`.
    case silu
    /// `max(x, 0)`.
    case relu

    /// Its name in files.
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
    case input
    /// Convolution, with batch normalisation or bias, and activation.
    case convolution(Convolution)
    /// Elementwise sum of all operands, then an activation.
    case sum(Activation)
    /// Concatenates the inputs along channels.
    case concatenation
    /// A range of channels of the input.
    case slice(Range<Int>)
    /// Maximum of each window; padding is ignored.
    case maxPool(Window)
    /// Mean of each window, without padding.
    case averagePool(Window)
    /// Multi-head self-attention within windows: queries, keys and values of all heads → results of all heads.
    case attention(Attention)
    /// Nearest-neighbour upsampling: each value repeated `factor` × `factor` times.
    case upsample(factor: Int)
  }

  /// Shape and parameters of a convolution. Weights are out × in/groups × kernel × kernel.
  public struct Convolution: Hashable, Sendable {
    /// State-dict prefix of `weight` (and `bias`).
    public var parameters: String
    /// State-dict prefix of the batch normalisation behind it; `nil` if the convolution has a bias instead.
    public var normalisation: String?
    /// Input channels.
    public var inputChannels: Int
    /// Output channels.
    public var outputChannels: Int
    /// Kernel size, stride and padding.
    public var window: Window
    /// Groups.
    public var groups: Int
    /// Activation.
    public var activation: Activation

    /// Multiply-adds per output position.
    public var workPerPosition: Int { outputChannels * (inputChannels / groups) * window.kernel * window.kernel }
    /// Number of weights, without bias or normalisation.
    public var weightCount: Int { workPerPosition }
    /// Shape of the weights: out × in/groups × kernel × kernel.
    public var weightShape: [Int] { [outputChannels, inputChannels / groups, window.kernel, window.kernel] }
  }

  /// Self-attention: in every window of the map and for every head, softmax(q · k / √depth) · v.
  public struct Attention: Hashable, Sendable {
    /// Heads.
    public var heads: Int
    /// Channels of one head in each of queries, keys and values.
    public var depth: Int
    /// Largest side of a window in cells; the map is divided evenly. Ten divides the maps of 320 and 640 pixels.
    public var window = 10

    /// Attention of `heads` heads with `depth` channels each.
    public init(heads: Int, depth: Int) {
      self.heads = heads
      self.depth = depth
    }

    /// The parts into which a side of `length` cells is divided.
    public func parts(of length: Int) -> [Range<Int>] {
      let count = (length + window - 1) / window
      return (0..<count).map { length * $0 / count..<length * ($0 + 1) / count }
    }

    /// Multiply-adds on a map of `height` × `width`.
    func work(height: Int, width: Int) -> Int {
      let squares = parts(of: height).reduce(0) { sum, rows in
        sum + parts(of: width).reduce(0) { $0 + rows.count * $1.count * rows.count * $1.count }
      }
      return 2 * squares * heads * depth
    }
  }

  /// A square sliding window.
  public struct Window: Hashable, Sendable {
    /// Side of the kernel.
    public var kernel: Int
    /// Stride.
    public var stride: Int
    /// Padding on every side.
    public var padding: Int

    /// A window of `kernel` × `kernel`.
    public init(kernel: Int, stride: Int = 1, padding: Int = 0) {
      self.kernel = kernel
      self.stride = stride
      self.padding = padding
    }

    /// Output length along an axis of `length` cells.
    public func output(_ length: Int) -> Int { (length + 2 * padding - kernel) / stride + 1 }
  }
}

extension Graph {
  /// The head whose predictions become detections.
  public var mainHead: Head { heads[heads.count - 1] }

  /// The convolutions, in execution order.
  public var convolutions: [(node: Node, convolution: Convolution)] {
    nodes.compactMap { node in
      if case .convolution(let convolution) = node.operation { (node, convolution) } else { nil }
    }
  }

  /// The nodes that read each node.
  public var consumers: [[Node.ID]] {
    var result = [[Node.ID]](repeating: [], count: nodes.count)
    for node in nodes { for input in node.inputs { result[input].append(node.id) } }
    return result
  }

  /// Height and width of every node's result for an image of `height` × `width`, both multiples of `stride`.
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
      // The last input of a sum determines its size (CBFuse adds to it).
      case .sum: sizes.append(node.inputs.last.map { sizes[$0] } ?? input)
      case .input, .concatenation, .slice, .attention: sizes.append(input)
      }
    }
    return sizes
  }

  /// Coarsest stride: both sides of an image must be multiples of it.
  public var stride: Int { mainHead.levels.map(\.stride).max() ?? 1 }
}
