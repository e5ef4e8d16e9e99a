import Evaluation
public import GELAN

/// Weights of a file that a run begins with in place of random ones.
public struct StartingWeights: Sendable {
  /// The network of the file, with its head; the classes may be changed, the widths stay.
  public let network: NetworkSpec
  /// Names of the classes that the file tells apart.
  public let classNames: [String]
  private let weights: WeightStore

  /// Reads the checkpoint at `path`, which must hold its normalisations as they are, not folded.
  public init(path: String) throws(ModelError) {
    let checkpoint = try Checkpoint(path: path)
    let found = try checkpoint.network()
    var network = found.spec
    network.headStyle.classesOfWidth = network.classCount
    self.network = network
    classNames = found.classNames
    weights = try checkpoint.trainingWeights(of: found)
  }

  /// Writes what the file has of `trained` to `parameters`: `network` for `classes`, with or without its auxiliary branch.
  ///
  /// A class that the file knows by the same name begins with its weights, the others stay as they are; they are
  /// returned.
  func write(
    to parameters: FloatBuffer, table: ParameterTable, of trained: NetworkSpec, classes: [String]
  ) -> [String] {
    let names = network.mainBranchNames
    let isWhole = trained.isDual || !network.isDual
    let byClass = trained.graph().classProjections
    let mapping = ClassMapping(model: classNames, data: classes)
    for entry in table.entries {
      guard let tensor = weights[isWhole ? entry.name : names.original(of: entry.name)] else { continue }
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
