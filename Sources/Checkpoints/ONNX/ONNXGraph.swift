import GELAN

/// The parts of an ONNX graph that concern weights: its nodes, its initialisers and the size of its input.
struct ONNXGraph {
  private struct Node {
    var name = ""
    var kind = ""
    var inputs: [String] = []
    var outputs: [String] = []
  }

  /// The operator types in the graph.
  private(set) var operators: Set<String> = []
  /// Height and width of the first input, where they are fixed.
  private(set) var inputSides: [Int] = []
  private var convolutions: [Node] = []
  /// Outputs of `Identity` nodes, which exporters write for tensors that are equal, and their inputs.
  private var aliases: [String: String] = [:]
  private var initialisers: [String: StoredTensor] = [:]
  /// The folder of the file, with its slash, and the files there that hold numbers of it.
  private let folder: String
  private var neighbours: [String: FileBytes] = [:]

  /// Reads the `GraphProto` at `range` of `file`, which lies in `folder` (empty, or with a slash at its end).
  init(_ file: FileBytes, _ range: Range<Int>, folder: String) throws(ModelError) {
    self.folder = folder
    var reader = WireReader(file, range)
    var count = 0
    while let field = try reader.next() {
      guard case .bytes(let place) = field.value else { continue }
      count += 1
      try ONNXFile.require(count, "nodes and tensors")
      switch field.number {
      case 1: try addNode(file, place)
      case 5: try addInitialiser(try ONNXTensor(file, place), file)
      case 11 where inputSides.isEmpty: inputSides = try Self.sides(file, place)
      default: break
      }
    }
  }

  /// Weights and biases of all convolutions under state-dict names: those of the initialisers or, where the exporter
  /// numbered them, those that the nodes' own names are made of.
  func convolutionTensors() throws(ModelError) -> [String: StoredTensor] {
    guard !convolutions.isEmpty else { throw ModelError(.mismatch, "is an ONNX network without convolutions") }
    var tensors: [String: StoredTensor] = [:]
    for node in convolutions {
      let inputs = node.inputs.map(resolved)
      guard inputs.count >= 2, let weight = initialisers[inputs[1]] else {
        throw ModelError(
          .unsupported, "computes the weights of its convolution '\(node.name.prefix(120))' instead of storing them")
      }
      guard let module = Self.module(weight: inputs[1]) ?? Self.module(node: node.name) else {
        throw ModelError(
          .unsupported,
          "has a convolution '\(node.name.prefix(120))' without the name of its layer; export it again with torch 1.13 or "
            + "later")
      }
      tensors["\(module).weight"] = weight
      if inputs.count > 2, let bias = initialisers[inputs[2]] { tensors["\(module).bias"] = bias }
    }
    if let branch = tensors.keys.first(where: { $0.hasSuffix(".conv1.conv.weight") }) {
      throw ModelError(
        .unsupported,
        "has the two branches of a RepConv apart ('\(branch.prefix(120))'); fuse the network before the export")
    }
    return tensors
  }

  /// The name of the tensor that `name` is a copy of.
  private func resolved(_ name: String) -> String {
    var name = name
    for _ in 0..<8 {
      guard initialisers[name] == nil, let source = aliases[name] else { break }
      name = source
    }
    return name
  }

  /// `model.2.cv1.conv` of `model.2.cv1.conv.weight`; `nil` for a name by the exporter, such as `onnx::Conv_512`.
  private static func module(weight name: String) -> String? {
    name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : nil
  }

  /// `model.2.cv3.1.conv` of `/model.2/cv3/cv3.1/conv/Conv`: each module of a list repeats the name of its list.
  private static func module(node name: String) -> String? {
    var path: [Substring] = []
    for part in name.split(separator: "/").dropLast() {
      if let last = path.last, part.hasPrefix(last + ".") { path.removeLast() }
      path.append(part)
    }
    return path.isEmpty ? nil : path.joined(separator: ".")
  }

  private mutating func addNode(_ file: FileBytes, _ range: Range<Int>) throws(ModelError) {
    var node = Node()
    var constant: Range<Int>?
    var reader = WireReader(file, range)
    while let field = try reader.next() {
      guard case .bytes(let place) = field.value else { continue }
      switch field.number {
      case 1: node.inputs.append(try ONNXFile.text(file, place))
      case 2: node.outputs.append(try ONNXFile.text(file, place))
      case 3: node.name = try ONNXFile.text(file, place)
      case 4: node.kind = try ONNXFile.text(file, place)
      case 5: constant = place
      default: break
      }
    }
    operators.insert(node.kind)
    switch node.kind {
    case "Conv": convolutions.append(node)
    case "Identity":
      if let input = node.inputs.first, let output = node.outputs.first { aliases[output] = input }
    case "Constant":
      guard let constant, let output = node.outputs.first else { return }
      var attribute = WireReader(file, constant)
      while let field = try attribute.next() {
        guard field.number == 5, case .bytes(let place) = field.value else { continue }
        var tensor = try ONNXTensor(file, place)
        tensor.name = output
        try addInitialiser(tensor, file)
      }
    default: break
    }
  }

  private mutating func addInitialiser(_ tensor: ONNXTensor, _ file: FileBytes) throws(ModelError) {
    let file = try tensor.location.map { (name) throws(ModelError) in try neighbour(name) } ?? file
    guard let stored = try tensor.stored(in: file) else { return }
    guard initialisers.updateValue(stored, forKey: tensor.name) == nil else {
      throw ModelError(.damaged, "has two tensors '\(tensor.name.prefix(120))'")
    }
  }

  /// The file `name` beside the export, which may lie in a folder there but not outside.
  private mutating func neighbour(_ name: String) throws(ModelError) -> FileBytes {
    if let known = neighbours[name] { return known }
    let words = "keeps its weights in another file (external data), '\(name.prefix(120))'"
    guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
      throw ModelError(.unsupported, "\(words), which is not beside it")
    }
    let file: FileBytes
    do throws(ModelError) { file = try FileBytes(path: folder + name) } catch {
      throw ModelError(.unsupported, "\(words), which \(error.message)")
    }
    neighbours[name] = file
    return file
  }

  /// The last two extents of an input's shape (`ValueInfoProto`), without those that are left open.
  private static func sides(_ file: FileBytes, _ range: Range<Int>) throws(ModelError) -> [Int] {
    // type, its tensor type, its shape, and of that each dimension
    var places = [range]
    for number in [2, 1, 2, 1] {
      var inner: [Range<Int>] = []
      for place in places {
        var reader = WireReader(file, place)
        while let field = try reader.next(), inner.count <= 8 {
          if field.number == number, case .bytes(let range) = field.value { inner.append(range) }
        }
      }
      places = inner
    }
    guard places.count == 4 else { return [] }
    var sides: [Int] = []
    for place in places.suffix(2) {
      var reader = WireReader(file, place)
      while let field = try reader.next() {
        if field.number == 1, case .integer(let extent) = field.value { sides.append(Int(truncatingIfNeeded: extent)) }
      }
    }
    return sides.filter { (32...8192).contains($0) }
  }
}

/// One `TensorProto`: its name, shape and where its numbers lie.
struct ONNXTensor {
  /// Name by which nodes refer to it.
  var name = ""
  private var shape: [Int] = []
  private var type = 0
  private var numbers: Range<Int>?
  private var isElsewhere = false
  private var elsewhere: [String: String] = [:]

  /// The file that holds its numbers, if that is another one.
  var location: String? { isElsewhere ? elsewhere["location"] : nil }

  /// Reads the message at `range` of `file`.
  init(_ file: FileBytes, _ range: Range<Int>) throws(ModelError) {
    var reader = WireReader(file, range)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, _): shape += try WireReader.integers(field.value, in: file, limit: 8)
      case (2, .integer(let number)): type = Int(truncatingIfNeeded: number)
      case (8, .bytes(let place)): name = try ONNXFile.text(file, place)
      // Numbers of single precision may stand in a field of their own, with the same bytes.
      case (4, .bytes(let place)), (9, .bytes(let place)): numbers = place
      case (13, .bytes(let place)):
        let entry = try ONNXFile.texts(file, place, [1, 2])
        if let key = entry[1], elsewhere.count < 16 { elsewhere[key] = entry[2] }
      case (14, .integer(let place)): isElsewhere = place == 1
      default: break
      }
      guard shape.count <= 8 else { throw ModelError(.damaged, "has a tensor of more than eight axes") }
    }
  }

  /// The tensor, whose numbers are in `file`; `nil` if it is of a kind that no convolution has, such as a list of integers.
  func stored(in file: FileBytes) throws(ModelError) -> StoredTensor? {
    let types: [Int: ElementType] = [1: .float32, 10: .float16, 11: .float64, 16: .bfloat16]
    guard let element = types[type] else { return nil }
    guard let count = StoredTensor.product(shape) else {
      throw ModelError(.damaged, "states an impossible shape for '\(name.prefix(120))'")
    }
    if isElsewhere {
      guard location != nil else {
        throw ModelError(.unsupported, "keeps its weights in another file (external data) that it does not name")
      }
      // Where no offset is stated, the file begins with the tensor.
      guard let start = Int(elsewhere["offset"] ?? "0") else {
        throw ModelError(.damaged, "states no number as the place of '\(name.prefix(120))'")
      }
      return try StoredTensor(
        shape: shape, elementType: element, file: file, storageOffset: start, storageCount: count)
    }
    guard let numbers else { return nil }
    guard count == numbers.count / element.byteCount,
      numbers.count.isMultiple(of: element.byteCount)
    else {
      throw ModelError(
        .damaged,
        "gives '\(name.prefix(120))' \(numbers.count) bytes where \(StoredTensor.text(of: shape)) needs another number")
    }
    return try StoredTensor(
      shape: shape, elementType: element, file: file, storageOffset: numbers.lowerBound, storageCount: count)
  }
}
