import Foundation
import GELAN

@testable import Checkpoints

/// Writes a network the way `torch.save` writes a model object: a module tree with the class names of one of the two
/// families, parameters, buffers and the attributes that its code leaves there.
///
/// No checkpoint of M, C or E is at hand; these stand in for them. The layout was taken from files of a current torch.
struct TorchCheckpoint {
  enum Family: Sendable { case official, ultralytics }

  var family = Family.official
  /// Whether the tables of a module are ordered dictionaries, as older torch writes them.
  var isOrdered = false
  /// Whether numbers are half precision.
  var isHalf = false
  /// The key of the file's top dictionary that holds the network.
  var key = "model"

  private let spec: NetworkSpec
  private let graph: Graph
  private var pickle = PickleBytes()
  private var storages: [(String, [UInt8])] = []

  init(_ spec: NetworkSpec) {
    self.spec = spec
    graph = spec.graph()
  }

  /// One module: its tensors and the modules below it.
  private final class Module {
    var tensors: [(name: String, shape: [Int], values: [Float])] = []
    var children: [(name: String, module: Module)] = []

    func child(_ name: Substring) -> Module {
      if let found = children.first(where: { $0.name == name }) { return found.module }
      let module = Module()
      children.append((String(name), module))
      return module
    }
  }

  /// The file, with `parameters` of the unfolded network.
  func file(_ parameters: [String: [Float]], classNames: [String]) -> [UInt8] {
    var writer = self
    let root = Module()
    func add(_ name: String, _ shape: [Int], _ values: [Float]) {
      let path = name.split(separator: ".")
      path.dropLast().reduce(root) { $0.child($1) }.tensors.append((String(path[path.count - 1]), shape, values))
    }
    for (name, shape) in graph.parameterShapes { add(name, shape, parameters[name] ?? []) }
    for head in graph.heads { add(head.projection, [1, head.bins, 1, 1], (0..<head.bins).map(Float.init)) }
    writer.pickle.op(Opcode.emptyDict)
    writer.pickle.op(Opcode.mark)
    writer.pickle.text("epoch")
    writer.pickle.integer(-1)
    writer.pickle.text("best_fitness")
    writer.pickle.op(Opcode.none)
    for other in ["model", "ema"] where other != key {
      writer.pickle.text(other)
      writer.pickle.op(Opcode.none)
    }
    writer.pickle.text(key)
    writer.write(root, path: []) { pickle in
      pickle.text("names")
      pickle.op(Opcode.emptyDict)
      pickle.op(Opcode.mark)
      for (index, name) in classNames.enumerated() {
        pickle.integer(index)
        pickle.text(name)
      }
      pickle.op(Opcode.setItems)
      pickle.text("yaml_file")
      pickle.text("\(spec.name).yaml")
    }
    writer.pickle.text("optimizer")
    writer.pickle.op(Opcode.none)
    writer.pickle.op(Opcode.setItems)
    return ZipBytes.checkpoint(pickle: writer.pickle.finished(), storages: writer.storages)
  }

  private mutating func write(
    _ module: Module, path: [String], attributes: (inout PickleBytes) -> Void = { _ in }
  ) {
    let type = className(of: module, path: path)
    pickle.global(type.module, type.name)
    pickle.op(Opcode.emptyTuple)
    pickle.op(Opcode.newObj)
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.mark)
    pickle.text("training")
    pickle.op(Opcode.newFalse)
    let isNormalisation = module.tensors.contains { $0.name == "running_var" }
    for (table, isBuffers) in [("_parameters", false), ("_buffers", true)] {
      openTable(table)
      for tensor in module.tensors where tensor.name.hasPrefix("running_") == isBuffers { write(tensor, isBuffers) }
      if isNormalisation, isBuffers {
        pickle.text("num_batches_tracked")
        storage([UInt8](repeating: 0, count: 8), shape: [], type: "LongStorage", count: 1)
      } else if !isBuffers, !module.tensors.isEmpty, !module.tensors.contains(where: { $0.name == "bias" }) {
        pickle.text("bias")
        pickle.op(Opcode.none)
      }
      pickle.op(Opcode.setItems)
    }
    openTable("_modules")
    for (name, child) in module.children {
      pickle.text(name)
      write(child, path: path + [name])
    }
    if module.children.contains(where: { $0.name == "bn" }) {
      pickle.text("act")
      pickle.global("torch.nn.modules.activation", spec.activation == .relu ? "ReLU" : "SiLU")
      pickle.op(Opcode.emptyTuple)
      pickle.op(Opcode.newObj)
    }
    pickle.op(Opcode.setItems)
    attributes(&pickle)
    pickle.op(Opcode.setItems)
    pickle.op(Opcode.build)
  }

  private mutating func openTable(_ name: String) {
    pickle.text(name)
    if isOrdered {
      pickle.global("collections", "OrderedDict")
      pickle.op(Opcode.emptyTuple)
      pickle.op(Opcode.reduce)
    } else {
      pickle.op(Opcode.emptyDict)
    }
    pickle.op(Opcode.mark)
  }

  private mutating func write(_ tensor: (name: String, shape: [Int], values: [Float]), _ isBuffer: Bool) {
    pickle.text(tensor.name)
    let bytes =
      isHalf
      ? tensor.values.map { ElementType.half($0) }.withUnsafeBytes { Array($0) }
      : tensor.values.withUnsafeBytes { Array($0) }
    if !isBuffer {
      pickle.global("torch._utils", "_rebuild_parameter")
      pickle.op(Opcode.mark)
    }
    storage(bytes, shape: tensor.shape, type: isHalf ? "HalfStorage" : "FloatStorage", count: tensor.values.count)
    if !isBuffer {
      pickle.op(Opcode.newTrue)
      pickle.global("collections", "OrderedDict")
      pickle.op(Opcode.emptyTuple)
      pickle.op(Opcode.reduce)
      pickle.op(Opcode.tuple)
      pickle.op(Opcode.reduce)
    }
  }

  private mutating func storage(_ bytes: [UInt8], shape: [Int], type: String, count: Int) {
    let name = String(storages.count)
    storages.append((name, bytes))
    pickle.tensor(key: name, shape: shape, storageClass: type, storageCount: count)
  }

  /// The class that each family has for a module, by what is in it and where it stands.
  private func className(of module: Module, path: [String]) -> (module: String, name: String) {
    let isOfficial = family == .official
    let common = isOfficial ? "models.common" : "ultralytics.nn.modules.block"
    let names = Set(module.children.map(\.name)), tensors = Set(module.tensors.map(\.name))
    if path.isEmpty { return (isOfficial ? "models.yolo" : "ultralytics.nn.tasks", "DetectionModel") }
    if tensors.contains("running_var") { return ("torch.nn.modules.batchnorm", "BatchNorm2d") }
    if tensors.contains("weight") { return ("torch.nn.modules.conv", "Conv2d") }
    if path == ["model"] { return ("torch.nn.modules.container", "Sequential") }
    if path.count == 2, let index = Int(path[1]) {
      guard index < spec.layers.count else {
        if !isOfficial { return ("ultralytics.nn.modules.head", "Detect") }
        return ("models.yolo", spec.isDual ? "DualDDetect" : "DDetect")
      }
      if let name = Self.className(of: spec.layers[index].block) { return (common, name) }
    }
    let last = path[path.count - 1]
    if last.hasPrefix("dfl") { return (common, "DFL") }
    if names.contains("bn") { return (isOfficial ? common : "ultralytics.nn.modules.conv", "Conv") }
    if names.contains("conv1") {
      return isOfficial ? (common, "RepConvN") : ("ultralytics.nn.modules.conv", "RepConv")
    }
    if names.contains("m") { return (common, isOfficial ? "RepNCSP" : "RepCSP") }
    if names == ["cv1", "cv2"] { return (common, isOfficial ? "RepNBottleneck" : "RepBottleneck") }
    return ("torch.nn.modules.container", path.count == 3 && last.hasPrefix("cv") ? "ModuleList" : "Sequential")
  }

  private static func className(of block: Block) -> String? {
    switch block {
    case .gelan(let aggregation): aggregation.computation == .convolution ? "ELAN1" : "RepNCSPELAN4"
    case .averageDown: "AConv"
    case .splitDown: "ADown"
    case .pyramidPooling: "SPPELAN"
    case .crossLinear: "CBLinear"
    default: nil
    }
  }
}
