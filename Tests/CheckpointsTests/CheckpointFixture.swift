import Foundation
import GELAN

@testable import Checkpoints

/// Writes pickles by hand, opcode by opcode, so that tests can also write what no honest program would.
struct PickleBytes {
  var bytes: [UInt8] = [Opcode.proto, 2]

  mutating func op(_ opcode: UInt8, _ rest: [UInt8] = []) {
    bytes.append(opcode)
    bytes += rest
  }

  mutating func text(_ text: String) { op(Opcode.binUnicode, Self.little(text.utf8.count, 4) + Array(text.utf8)) }
  mutating func integer(_ value: Int) { op(Opcode.long1, [8] + Self.little(value, 8)) }
  mutating func global(_ module: String, _ name: String) {
    op(Opcode.global, Array("\(module)\n\(name)\n".utf8))
  }
  mutating func tuple(_ items: [Int]) {
    op(Opcode.mark)
    for item in items { integer(item) }
    op(Opcode.tuple)
  }

  /// A tensor, single-precision by default, whose values are the entry `data/<key>`.
  mutating func tensor(
    key: String, shape: [Int], strides: [Int]? = nil, storageClass: String = "FloatStorage", storageCount: Int,
    offset: Int = 0
  ) {
    var dense = 1
    let inOrder = Array(
      shape.reversed().map { extent in
        defer { dense = dense &* extent }; return dense
      }.reversed())
    global("torch._utils", "_rebuild_tensor_v2")
    op(Opcode.mark)
    op(Opcode.mark)
    text("storage")
    global("torch", storageClass)
    text(key)
    text("cpu")
    integer(storageCount)
    op(Opcode.tuple)
    op(Opcode.binPersId)
    integer(offset)
    tuple(shape)
    tuple(strides ?? inOrder)
    op(Opcode.newFalse)
    global("collections", "OrderedDict")
    op(Opcode.emptyTuple)
    op(Opcode.reduce)
    op(Opcode.tuple)
    op(Opcode.reduce)
  }

  func finished() -> [UInt8] { bytes + [Opcode.stop] }

  static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// Writes zip archives of stored entries, with the checksums left out unless asked for.
enum ZipBytes {
  static func archive(
    _ entries: [(name: String, bytes: [UInt8])], method: Int = 0, hasChecksums: Bool = false
  ) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in entries {
      let offset = file.count
      let length = PickleBytes.little(name.utf8.count, 2)
      let size = PickleBytes.little(bytes.count, 4)
      var checksum = Checksum()
      if hasChecksums { checksum.add(bytes) }
      var common: [UInt8] = [0x0A, 0, 0, 0] + PickleBytes.little(method, 2)
      common += [0, 0, 0, 0] + PickleBytes.little(Int(checksum.value), 4)
      file += [0x50, 0x4B, 3, 4] + common + size + size + length + [0, 0] + Array(name.utf8) + bytes
      directory += [0x50, 0x4B, 1, 2, 0, 0] + common + size + size + length + [UInt8](repeating: 0, count: 12)
      directory += PickleBytes.little(offset, 4) + Array(name.utf8)
    }
    let count = PickleBytes.little(entries.count, 2)
    return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
      + PickleBytes.little(directory.count, 4) + PickleBytes.little(file.count, 4) + [0, 0]
  }

  /// An archive as `torch.save` lays it out.
  static func checkpoint(
    pickle: [UInt8], storages: [(String, [UInt8])] = [], hasChecksums: Bool = false
  ) -> [UInt8] {
    archive(
      [("tiny/data.pkl", pickle)] + storages.map { ("tiny/data/\($0.0)", $0.1) } + [("tiny/version", [0x33, 0x0A])],
      hasChecksums: hasChecksums)
  }
}

/// A network small enough to write thousands of times.
enum TinyNetwork {
  static let spec = NetworkSpec(
    name: "tiny",
    layers: [
      .init(.convolution(8, kernel: 3, stride: 2)),
      .init(.gelan(.init(output: 8, transition: 8, branch: 4, computation: .csp(depth: 1)))),
      .init(.averageDown(8)),
      .init(.convolution(8, kernel: 3, stride: 2), tap: "P3"),
      .init(.convolution(8, kernel: 3, stride: 2), tap: "P4"),
      .init(.splitDown(8), tap: "P5"),
    ],
    mainTaps: ["P3", "P4", "P5"],
    headStyle: HeadStyle(boxGroups: 1, classWidth: .fixed(4), bins: 4), classCount: 2)

  /// Different numbers for every tensor; variances and scales are positive.
  static let weights: WeightStore = {
    var store = WeightStore()
    for (index, entry) in spec.graph().parameterShapes.enumerated() {
      let count = entry.shape.reduce(1, *)
      let isPositive = entry.name.hasSuffix("running_var") || entry.name.hasSuffix("bn.weight")
      store[entry.name] = WeightTensor(
        shape: entry.shape,
        values: (0..<count).map { number in
          let value = Float((number * 37 + index * 11) % 101) / 101
          return isPositive ? value + 0.5 : value - 0.5
        })
    }
    return store
  }()

  /// The network as a module tree in a `.pt` file.
  static func checkpoint(
    classNames: [String] = ["cat", "dog"], weights: WeightStore = weights, hasChecksums: Bool = false
  ) -> [UInt8] {
    var pickle = PickleBytes()
    var storages: [(String, [UInt8])] = []
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.mark)
    pickle.text("ema")
    pickle.op(Opcode.none)
    pickle.text("model")
    module(weights.tensors.map { ($0.key.split(separator: ".")[...], $0.value) }, into: &pickle, storages: &storages)
    pickle.text("names")
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.mark)
    for (index, name) in classNames.enumerated() {
      pickle.integer(index)
      pickle.text(name)
    }
    pickle.op(Opcode.setItems)
    pickle.op(Opcode.setItems)
    return ZipBytes.checkpoint(pickle: pickle.finished(), storages: storages, hasChecksums: hasChecksums)
  }

  private static func module(
    _ tensors: [(path: ArraySlice<Substring>, tensor: WeightTensor)], into pickle: inout PickleBytes,
    storages: inout [(String, [UInt8])]
  ) {
    pickle.global("torch.nn.modules.container", "Sequential")
    pickle.op(Opcode.emptyTuple)
    pickle.op(Opcode.newObj)
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.mark)
    pickle.text("_parameters")
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.mark)
    for (path, tensor) in tensors where path.count == 1 {
      pickle.text(String(path[path.startIndex]))
      let key = String(storages.count)
      storages.append((key, tensor.values.flatMap { PickleBytes.little(Int($0.bitPattern), 4) }))
      pickle.tensor(key: key, shape: tensor.shape, storageCount: tensor.values.count)
    }
    pickle.op(Opcode.setItems)
    pickle.text("_modules")
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.mark)
    let children = Dictionary(grouping: tensors.filter { $0.path.count > 1 }) { $0.path[$0.path.startIndex] }
    for (name, inner) in children.sorted(by: { $0.key < $1.key }) {
      pickle.text(String(name))
      module(inner.map { ($0.path.dropFirst(), $0.tensor) }, into: &pickle, storages: &storages)
    }
    pickle.op(Opcode.setItems)
    pickle.op(Opcode.setItems)
    pickle.op(Opcode.build)
  }

  /// The network folded, in a `.safetensors` file.
  static func safetensors() throws -> [UInt8] {
    let file = TemporaryFile()
    let model = InferenceModel(
      spec: spec, weights: try spec.graph().foldedWeights { name, _ in weights[name]! }, classNames: ["cat", "dog"])
    try model.write(to: file.path, licence: "none", origin: "a test")
    return Array(try Data(contentsOf: URL(filePath: file.path)))
  }
}

/// A path that is removed with its owner.
final class TemporaryFile {
  let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID().uuidString)").path

  init(_ bytes: [UInt8]? = nil) {
    if let bytes { _ = FileManager.default.createFile(atPath: path, contents: Data(bytes)) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Opens `bytes` as a checkpoint and reads everything a program would.
@discardableResult
func open(_ bytes: [UInt8]) throws(ModelError) -> InferenceModel {
  let file = TemporaryFile(bytes)
  let checkpoint = try Checkpoint(path: file.path)
  let network = try checkpoint.network(among: [TinyNetwork.spec])
  try checkpoint.readAll()
  return try checkpoint.inferenceModel(of: network)
}

/// What `body` fails with.
func failure(_ body: () throws(ModelError) -> Void) -> ModelError? {
  do { try body() } catch { return error }
  return nil
}
