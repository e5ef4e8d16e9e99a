import Scene

/// Maps the classes of a model to those of a data set by name.
///
/// Equal names come first, so that classes that differ in case only (`A` and `a`) or occur twice keep apart. Of the rest,
/// names of PASCAL VOC and COCO for the same class, such as `sofa` and `couch`, are equal; spaces, hyphens, underscores
/// and case are ignored.
package struct ClassMapping: Hashable, Sendable {
  /// For each class of the model the class of the data set, or `nil`.
  package let table: [Int?]
  /// Classes of the model that the data set lacks; their detections do not count.
  package let unknownToData: [String]
  /// Classes of the data set that the model lacks.
  package let unknownToModel: [String]

  /// PASCAL VOC's names and COCO's.
  private static let synonyms: [String: String] = [
    "aeroplane": "airplane", "diningtable": "dining table", "motorbike": "motorcycle", "pottedplant": "potted plant",
    "sofa": "couch", "tvmonitor": "tv",
  ]

  /// Maps `model` names to `data` names.
  package init(model: [String], data: [String]) {
    var table = Self.equalNames(model, data)
    let matched = Set(table.compactMap(\.self))
    let open = data.indices.filter { !matched.contains($0) }
    let positions = Dictionary(open.map { (Self.key(data[$0]), $0) }, uniquingKeysWith: { first, _ in first })
    for index in model.indices where table[index] == nil { table[index] = positions[Self.key(model[index])] }
    let reached = Set(table.compactMap(\.self))
    self.table = table
    unknownToData = model.indices.filter { table[$0] == nil }.map { model[$0] }
    unknownToModel = data.indices.filter { !reached.contains($0) }.map { data[$0] }
  }

  /// For each name of `model` the position of the same name in `data`; of names that occur several times, the next one.
  private static func equalNames(_ model: [String], _ data: [String]) -> [Int?] {
    var places = Dictionary(grouping: data.indices, by: { data[$0] })
    return model.map { name in
      guard let place = places[name]?.first else { return nil }
      if places[name, default: []].count > 1 { places[name]?.removeFirst() }
      return place
    }
  }

  private static func key(_ name: String) -> String {
    let plain = String(name.lowercased().map { $0 == "_" || $0 == "-" ? " " : $0 })
    let spaceless = plain.filter { $0 != " " }
    return (synonyms[plain] ?? synonyms[spaceless] ?? plain).filter { $0 != " " }
  }
}

extension ClassMapping {
  /// Maps `model` names to `data` names; throws `mismatched` if they have none in common.
  package init(model: [String], data: [String], dataPath: String) throws(EvaluationError) {
    self.init(model: model, data: data)
    if table.allSatisfy({ $0 == nil }) {
      throw EvaluationError(
        .mismatched, file: dataPath,
        "expected classes that the model knows, such as \(model.prefix(3).joined(separator: ", ")), got "
          + data.prefix(3).joined(separator: ", "))
    }
  }

  /// One sentence for each side that has classes the other lacks.
  package var notes: [String] {
    func sentence(_ names: [String], one: String, many: String) -> [String] {
      if names.isEmpty { return [] }
      let listed = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
      return ["\(names.count.counted("class \(one)", plural: "classes \(many)")): \(listed)"]
    }
    return sentence(
      unknownToModel, one: "of the data is unknown to the model and scores 0 if it occurs",
      many: "of the data are unknown to the model and score 0 if they occur")
      + sentence(
        unknownToData, one: "of the model is not in the data and is not counted",
        many: "of the model are not in the data and are not counted")
  }
}
