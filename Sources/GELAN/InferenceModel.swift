/// A network ready to run: single-branch, folded, with its numbers and the names of its classes.
public struct InferenceModel: Sendable {
  /// The network without auxiliary branch.
  public let spec: NetworkSpec
  /// `spec` folded: every convolution has a weight and a bias.
  public let graph: Graph
  /// `<convolution.parameters>.weight` and `.bias` of every convolution of `graph`.
  public let weights: WeightStore
  /// One name per class.
  public let classNames: [String]
  /// Side in pixels of the pictures it was trained on, if that is known: the size to run it at.
  public var imageSize: Int?
  /// How it computes in whole numbers, if it can. Weights that are whole numbers stand multiplied out in `weights`.
  public var quantisation: Quantisation?

  /// A network of `spec` (single-branch) with `weights` for its folded graph.
  public init(spec: NetworkSpec, weights: WeightStore, classNames: [String]) {
    precondition(!spec.isDual, "the auxiliary branch is for training")
    self.init(spec: spec, graph: spec.graph().folded, weights: weights, classNames: classNames)
  }

  init(spec: NetworkSpec, graph: Graph, weights: WeightStore, classNames: [String]) {
    self.spec = spec
    self.graph = graph
    self.weights = weights
    self.classNames = classNames
  }

  /// The same network with other numbers, in real ones.
  public func with(weights: WeightStore) -> InferenceModel {
    var copy = InferenceModel(spec: spec, graph: graph, weights: weights, classNames: classNames)
    copy.imageSize = imageSize
    return copy
  }

  /// Channels of the class branch.
  public var classWidth: Int {
    let classes = graph.nodes[graph.mainHead.levels[0].classes]
    if case .convolution(let convolution) = classes.operation { return convolution.inputChannels }
    return classes.channels
  }
}
