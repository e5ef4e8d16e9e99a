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

  /// Opens the checkpoint at `path` and makes it ready to run.
  public init(path: String) throws(ModelError) {
    let checkpoint = try Checkpoint(path: path)
    self = try checkpoint.inferenceModel(of: try checkpoint.network())
  }
}

extension Checkpoint {
  /// The network ready to run: the auxiliary branch dropped and the rest renamed to the single-branch network, batch
  /// normalisation folded, RepConvN branches merged. All of it reads only what it keeps.
  public func inferenceModel(of network: Network) throws(ModelError) -> InferenceModel {
    let spec = network.spec.inference
    let unfolded = spec.graph()
    let folded = unfolded.folded
    let sources = network.spec.mainBranchNames
    do throws(ModelError) {
      let quantisation = network.isFolded ? try self.quantisation(of: folded) : nil
      let weights = try (network.isFolded ? folded : unfolded).foldedWeights {
        (name, shape) throws(ModelError) in
        let tensor = try tensor(sources.original(of: name), shape: shape)
        guard name.hasSuffix(".weight"), let steps = quantisation?.weights[String(name.dropLast(".weight".count))]
        else {
          return tensor
        }
        return tensor.scaled(by: steps)
      }
      for (name, tensor) in weights.tensors where !tensor.values.allSatisfy(\.isFinite) {
        throw ModelError(.notFinite, "\(name): becomes infinite when normalisation is folded in")
      }
      var model = InferenceModel(spec: spec, graph: folded, weights: weights, classNames: network.classNames)
      model.imageSize = description.imageSize
      model.quantisation = quantisation
      return model
    } catch { throw error.about(path) }
  }

  /// What training goes on with, under the names of `network.spec`: the parameters as they are in the file, auxiliary
  /// branch and running statistics included.
  ///
  /// A folded file gives its main branch alone, under the names of `network.spec.inference`, with normalisations that
  /// change nothing: they do not know the statistics of what they read.
  public func trainingWeights(of network: Network) throws(ModelError) -> WeightStore {
    guard !network.isFolded else {
      let model = try inferenceModel(of: network)
      return model.spec.graph().unfoldedWeights(of: model.weights)
    }
    var store = WeightStore()
    do throws(ModelError) {
      for (name, shape) in network.graph.parameterShapes { store[name] = try tensor(name, shape: shape) }
    } catch { throw error.about(path) }
    return store
  }

  private func tensor(_ name: String, shape: [Int]) throws(ModelError) -> WeightTensor {
    guard let stored = tensors[name], stored.shape == shape else { throw ModelError(.mismatch, "lacks '\(name)'") }
    do throws(ModelError) { return WeightTensor(shape: shape, values: try stored.floats()) } catch {
      throw ModelError(error.code, "\(name): \(error.message)")
    }
  }
}

extension NetworkSpec {
  /// How parameters of the single-branch network are called in this one.
  public struct MainBranchNames: Sendable {
    fileprivate let layers: [Int]
    fileprivate let isDual: Bool

    /// The name here of the single-branch network's `name`, such as `model.22.cv2.0.0.conv.weight`.
    public func original(of name: String) -> String {
      guard isDual else { return name }
      let parts = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let layer = Int(parts[1]), layers.indices.contains(layer) else { return name }
      var rest = String(parts[2])
      if layer == layers.count - 1 {
        // The second group of a dual head is the main one.
        for (single, dual) in [("cv2.", "cv4."), ("cv3.", "cv5."), ("dfl.", "dfl2.")] where rest.hasPrefix(single) {
          rest = dual + rest.dropFirst(single.count)
          break
        }
      }
      return "model.\(layers[layer]).\(rest)"
    }
  }

  /// How parameters of `inference` are called here.
  public var mainBranchNames: MainBranchNames { MainBranchNames(layers: inferenceLayers, isDual: isDual) }
}
