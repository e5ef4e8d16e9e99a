/// A network ready for inference: single-branch and folded, with its weights and class names.
public struct InferenceModel: Sendable {
  /// The network without auxiliary branch.
  public let spec: NetworkSpec
  /// `spec` folded: every convolution has a weight and a bias.
  public let graph: Graph
  /// `<convolution.parameters>.weight` and `.bias` of every convolution of `graph`.
  public let weights: WeightStore
  /// Class names by index.
  public let classNames: [String]
  /// Side in pixels of the images it was trained on, if known; the default input size.
  public var imageSize: Int?
  /// int8 scales, if the model is quantised. If it does not keep the original weights, `weights` are the dequantised
  /// ones.
  public var quantisation: Quantisation?

  /// The main branch of `spec` with `weights` for its folded graph; `CompiledNetwork` reports weights that are missing.
  public init(spec: NetworkSpec, weights: WeightStore, classNames: [String]) {
    let spec = spec.inference
    self.init(spec: spec, graph: spec.graph().folded, weights: weights, classNames: classNames)
  }

  init(spec: NetworkSpec, graph: Graph, weights: WeightStore, classNames: [String]) {
    self.spec = spec
    self.graph = graph
    self.weights = weights
    self.classNames = classNames
  }

  /// The same network with other floating-point weights.
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
