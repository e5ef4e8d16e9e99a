import Checkpoints
import Evaluation
public import GELAN

/// Weights of a file that a run begins with in place of random ones.
public struct StartingWeights: Sendable {
  /// The network of the file, with its head, and with an auxiliary branch where one is known for it; the classes may be
  /// changed, the widths stay.
  public let network: NetworkSpec
  /// Names of the classes that the file tells apart.
  public let classNames: [String]
  /// What the names of `weights` are those of.
  private let stored: NetworkSpec
  private let weights: WeightStore
  private let isFolded: Bool

  /// Reads the checkpoint or model at `path`.
  public init(path: String) throws(ModelError) {
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

  /// Writes what the file has of `trained` to `parameters`: `network` for `classes`, with this auxiliary part or that.
  ///
  /// A class that the file knows by the same name begins with its weights, the others stay as they are; they are
  /// returned.
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

  /// The normalisations of `trained` that a folded file has left without statistics.
  func unsettledNormalisations(of trained: NetworkSpec) -> Set<String> {
    guard isFolded else { return [] }
    let names = trained.mainBranchNames
    return Set(
      trained.inference.graph().convolutions.compactMap { _, convolution in
        convolution.normalisation.map { names.original(of: $0) }
      })
  }

  /// What the parameters of `trained` are called in the file. Of auxiliary parts only the very same one is there.
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
  /// Names of the tensors that have a row for each class.
  fileprivate var classProjections: Set<String> {
    let nodes = heads.flatMap { $0.levels.map(\.classes) }
    return Set(
      nodes.flatMap { node -> [String] in
        guard case .convolution(let convolution) = self.nodes[node].operation else { return [] }
        return ["\(convolution.parameters).weight", "\(convolution.parameters).bias"]
      })
  }
}
