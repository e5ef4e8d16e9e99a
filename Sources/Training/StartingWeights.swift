import Checkpoints
import Evaluation
package import GELAN

/// Weights of a file to start a run from instead of random ones.
package struct StartingWeights: Sendable {
  /// The network of the file with its head, and with an auxiliary branch where one is known for it. The number of
  /// classes can be changed, the widths cannot.
  package let network: NetworkSpec
  /// Names of the classes in the file.
  package let classNames: [String]
  /// The network that the names of `weights` refer to.
  private let stored: NetworkSpec
  private let weights: WeightStore
  private let isFolded: Bool

  /// Reads the checkpoint or model at `path`.
  package init(path: String) throws(ModelError) {
    let checkpoint = try Checkpoint(path: path)
    let found = try checkpoint.network()
    var stored = found.isFolded ? found.spec.inference : found.spec
    stored.headStyle.classesOfWidth = stored.classCount
    self.stored = stored
    network = stored.withAuxiliaryBranch
    classNames = found.classNames
    weights = try checkpoint.trainingWeights(of: found)
    isFolded = found.isFolded
  }

  /// Copies the weights that the file has for `trained` to `parameters`. `trained` is `network` with `classes` and
  /// possibly another auxiliary branch.
  ///
  /// Classes are matched by name. Classes that the file does not know keep their initial weights and are returned.
  func write(
    to parameters: FloatBuffer, table: ParameterTable, of trained: NetworkSpec, classes: [String]
  ) -> [String] {
    let names = storedNames(of: trained)
    let byClass = trained.graph().classProjections
    let mapping = ClassMapping(model: classNames, data: classes)
    for entry in table.entries {
      guard let name = names[entry.name], let tensor = weights[name] else { continue }
      guard byClass.contains(entry.name) else {
        if tensor.shape == entry.shape { parameters.write(tensor.values, at: entry.range.lowerBound) }
        continue
      }
      let width = entry.range.count / classes.count
      for (known, row) in mapping.table.enumerated() {
        guard let row else { continue }
        let values = tensor.values[known * width..<(known + 1) * width]
        parameters.write(Array(values), at: entry.range.lowerBound + row * width)
      }
    }
    return mapping.unknownToModel
  }

  /// The batch normalisations of `trained` whose statistics are missing because the file is folded.
  func normalisationsWithoutStatistics(of trained: NetworkSpec) -> Set<String> {
    guard isFolded else { return [] }
    let names = trained.mainBranchNames
    return Set(
      trained.inference.graph().convolutions.compactMap { _, convolution in
        convolution.normalisation.map { names.original(of: $0) }
      })
  }

  /// Parameter names of `trained` → names in the file. Of auxiliary branches only an identical one is matched.
  private func storedNames(of trained: NetworkSpec) -> [String: String] {
    var names: [String: String] = [:]
    if trained.name == stored.name {
      for (name, _) in trained.graph().parameterShapes { names[name] = name }
    }
    for (name, _) in trained.inference.graph().parameterShapes {
      names[trained.mainBranchNames.original(of: name)] = stored.mainBranchNames.original(of: name)
    }
    return names
  }
}

extension Graph {
  /// Names of the tensors with one row per class.
  fileprivate var classProjections: Set<String> {
    let nodes = heads.flatMap { $0.levels.map(\.classes) }
    return Set(
      nodes.flatMap { node -> [String] in
        guard case .convolution(let convolution) = self.nodes[node].operation else { return [] }
        return ["\(convolution.parameters).weight", "\(convolution.parameters).bias"]
      })
  }
}
