public import GELAN

extension InferenceModel {
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
        guard let quantisation, !quantisation.keepsWeights, name.hasSuffix(".weight"),
          let steps = quantisation.weights[String(name.dropLast(".weight".count))]
        else {
          return tensor
        }
        return tensor.scaled(by: steps)
      }
      // A closure, not a key path: through one, each of millions of values would cost a call into the runtime.
      for (name, tensor) in weights.tensors where !tensor.values.allSatisfy({ $0.isFinite }) {
        throw ModelError(.notFinite, "\(name): becomes infinite when normalisation is folded in")
      }
      var model = InferenceModel(spec: spec, weights: weights, classNames: network.classNames)
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
