import Foundation
import GELAN
import TestSupport
import Testing

@testable import Checkpoints

/// Checkpoints that are cut, bent, forged or malicious: each is a network or one sentence, never a crash, and costs no
/// more memory than twice its size. `YOLOSTREAM_MUTATIONS` sets the number of files.
@Suite(.serialized) struct MutatedCheckpointTests {
  /// Bytes of file number `seed`, and what was done to it.
  private static func file(_ seed: Int, of originals: Originals) -> (bytes: [UInt8], kind: String) {
    var numbers = SeededNumbers(seed: seed)
    // Real files are large, so fewer of them.
    let isReal = !originals.real.isEmpty && numbers.below(20) == 0
    let pool = isReal ? originals.real : originals.small
    var bytes = pool[numbers.below(pool.count)]
    switch numbers.below(isReal ? 5 : 9) {
    case 0:
      bytes.removeSubrange(numbers.below(bytes.count)...)
      return (bytes, "cut")
    case 1:
      // The directory of an archive is at its end.
      bytes.reverse()
      Mutations.bend(&bytes, head: 4096, &numbers)
      return (bytes.reversed(), "bent at the end")
    case 2:
      for _ in 0...numbers.below(4) {
        let place = numbers.below(bytes.count / 2 - 4) * 2
        let number: [UInt8] = [[0, 0x7E, 0xC0, 0x7F], [0, 0, 0x80, 0x7F], [0, 0xFC, 0x80, 0xFF]][numbers.below(3)]
        bytes.replaceSubrange(place..<place + 4, with: number)
      }
      return (bytes, "not a number")
    case 3, 4:
      Mutations.bend(&bytes, head: originals.description, &numbers)
      return (bytes, "bent")
    case 5: return (wrongShape(&numbers), "wrong shape")
    case 6: return (archive(&numbers), "forged archive")
    default:
      return (
        ZipBytes.checkpoint(pickle: program(&numbers), storages: [("0", [UInt8](repeating: 0, count: 64))]),
        "random pickle"
      )
    }
  }

  private struct Originals: Sendable {
    var small: [[UInt8]]
    var real: [[UInt8]] = []
    /// Bytes in front that describe the rest; the tiny files have about as many.
    let description = 60_000

    init() throws {
      small = [TinyNetwork.checkpoint(), try TinyNetwork.safetensors(), try ONNXBytes.export()]
      let packaged = TestClip.photograph.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/yolostream/Resources/gelan-n.safetensors")
      real = [Array(try Data(contentsOf: packaged))]
      guard SharedMaterial.isPresent else { return }
      real += try ["weights/yolov9t-coco.pt", "weights/yolov9t-coco.safetensors", "models/yolov9-t-random.pt"].map {
        Array(try Data(contentsOf: SharedMaterial.file("reference/\($0)")))
      }
    }
  }

  /// A tensor of another shape, with the matching number of values or not.
  private static func wrongShape(_ numbers: inout SeededNumbers) -> [UInt8] {
    var weights = TinyNetwork.weights
    let names = weights.tensors.keys.sorted()
    let name = names[numbers.below(names.count)]
    var shape = weights[name]?.shape ?? []
    if numbers.below(3) == 0 { shape.append(1 + numbers.below(3)) }
    if let axis = shape.indices.randomElement(using: &numbers) { shape[axis] = numbers.below(9) }
    weights[name] = WeightTensor(shape: shape, values: [Float](repeating: 0.5, count: shape.reduce(1, *)))
    return TinyNetwork.checkpoint(weights: weights)
  }

  /// Archives that lie: compressed bombs, one entry named many times, many entries, lengths beyond all.
  private static func archive(_ numbers: inout SeededNumbers) -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: numbers.below(2000))
    switch numbers.below(4) {
    case 0: return ZipBytes.archive([("tiny/data.pkl", zeros)], method: 8 + numbers.below(90))
    case 1: return ZipBytes.archive((0..<1 + numbers.below(50)).map { _ in ("tiny/data.pkl", zeros) })
    case 2: return ZipBytes.archive((0..<numbers.below(3000)).map { ("tiny/\($0)", []) })
    default:
      // Every field of the directory at the end may claim anything.
      var bytes = ZipBytes.archive([("tiny/data.pkl", program(&numbers)), ("tiny/data/0", zeros)])
      for _ in 0...numbers.below(3) {
        let place = bytes.count - 1 - numbers.below(min(160, bytes.count - 1))
        for offset in 0..<min(4, bytes.count - place) { bytes[place + offset] = numbers.below(2) == 0 ? 0xFF : 0x7F }
      }
      return bytes
    }
  }

  /// Instructions in an order that no writer has, most of them with sensible operands.
  private static func program(_ numbers: inout SeededNumbers) -> [UInt8] {
    var pickle = PickleBytes()
    let bare: [UInt8] = [
      Opcode.mark, Opcode.pop, Opcode.popMark, Opcode.dup, Opcode.none, Opcode.newTrue, Opcode.emptyList,
      Opcode.append, Opcode.appends, Opcode.list, Opcode.emptyTuple, Opcode.tuple, Opcode.tuple1, Opcode.tuple2,
      Opcode.tuple3, Opcode.emptyDict, Opcode.dict, Opcode.setItem, Opcode.setItems, Opcode.emptySet, Opcode.addItems,
      Opcode.frozenSet, Opcode.memoize, Opcode.stackGlobal, Opcode.reduce, Opcode.newObj, Opcode.newObjEx,
      Opcode.build, Opcode.binPersId,
    ]
    let names = [
      ("torch._utils", "_rebuild_tensor_v2"), ("torch", "FloatStorage"), ("collections", "OrderedDict"),
      ("torch", "Size"), ("models.yolo", "DetectionModel"), ("builtins", "set"), ("numpy", "ndarray"), ("os", "system"),
    ]
    for _ in 0..<numbers.below(400) {
      switch numbers.below(12) {
      case 0:
        let name = names[numbers.below(numbers.below(8) == 0 ? names.count : names.count - 1)]
        pickle.global(name.0, name.1)
      case 1: pickle.text(["model", "ema", "_modules", "_parameters", "weight", "storage", "0"][numbers.below(7)])
      case 2: pickle.integer(numbers.below(4) == 0 ? Int(truncatingIfNeeded: numbers.next()) : numbers.below(9))
      case 3: pickle.op(Opcode.binPut, [UInt8(numbers.below(6))])
      case 4: pickle.op(Opcode.binGet, [UInt8(numbers.below(6))])
      case 5: pickle.tensor(key: "0", shape: [numbers.below(5), numbers.below(5)], storageCount: numbers.below(20))
      default: pickle.op(bare[numbers.below(bare.count)])
      }
    }
    return pickle.finished()
  }

  @Test(.timeLimit(.minutes(30)))
  func `a mutated checkpoint is a network or one sentence, in less memory than twice its size`() async {
    // In a process of its own: a crash is seen as one, and nobody else takes memory there. What its allocator kept for
    // later would hide what is allocated again.
    setenv("MALLOC_MMAP_THRESHOLD_", "65536", 1)
    setenv("MALLOC_TRIM_THRESHOLD_", "65536", 1)
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      try MutatedCheckpointTests.readAll()
    }
    print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
  }

  private static func readAll() throws {
    let originals = try Originals()
    let candidates = [TinyNetwork.spec] + NetworkSpec.published + NetworkSpec.own
    // A crash would leave the file that did it here.
    let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-mutated-checkpoint").path
    var outcomes: [String: Int] = [:]
    var most = 0.0
    for seed in 0..<Mutations.count(usual: 400) {
      let (bytes, kind) = file(seed, of: originals)
      try Data(bytes).write(to: URL(filePath: path))
      let before = ResidentMemory.resetPeak()
      do {
        let checkpoint = try Checkpoint(path: path)
        let network = try checkpoint.network(among: candidates)
        try checkpoint.readAll()
        let model = try checkpoint.inferenceModel(of: network)
        #expect(model.weights.tensors.values.allSatisfy { $0.values.allSatisfy(\.isFinite) }, "file \(seed), \(kind)")
        outcomes["\(kind): a network", default: 0] += 1
      } catch {
        #expect(error.message.count > 20 && !error.message.contains("\n"), "file \(seed), \(kind): \(error)")
        outcomes["\(kind): \(error.code)", default: 0] += 1
        // A network is held as single precision, so half precision doubles; what is refused must not come near.
        let taken = ResidentMemory.peak() - before
        #expect(taken < 2 * bytes.count + 4 << 20, "file \(seed), \(kind): \(taken) bytes for \(bytes.count)")
        if bytes.count > 1 << 20 { most = max(most, Double(taken) / Double(bytes.count)) }
      }
    }
    try? FileManager.default.removeItem(atPath: path)
    for kind in ["cut", "bent", "wrong shape", "random pickle"] {
      #expect(outcomes.contains { $0.key.hasPrefix("\(kind): ") && !$0.key.hasSuffix("a network") }, "\(kind)")
    }
    print(
      "mutated checkpoints: memory at most \(most) times the size of a large file that is refused;", terminator: " ")
    print(outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
  }

  @Test(.enabled(if: Program.path != nil, Comment(rawValue: Program.absence)), .timeLimit(.minutes(20)))
  func `model verify ends with status 78 and one sentence`() throws {
    let program = try #require(Program.path)
    let originals = try Originals()
    let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var refused = 0
    let count = Mutations.count(usual: 40, share: 10)
    for seed in 0..<count {
      let (bytes, kind) = Self.file(1_000_000 + seed, of: originals)
      try Data(bytes).write(to: URL(filePath: path))
      let outcome = try Program.run(program, ["model", "verify", path])
      // The tiny network is none of the published ones; the real files may survive a blow.
      #expect(outcome.status == 78 || outcome.status == 0 && bytes.count > 1 << 20, "file \(seed), \(kind): \(outcome)")
      if outcome.status == 78 {
        refused += 1
        #expect(outcome.isOneSentence, "file \(seed), \(kind): \(outcome.messages)")
      }
    }
    #expect(refused > 10)
    print("model verify: \(refused) of \(count) refused with status 78")
  }
}

/// What this process holds in memory, as the system counts it.
private enum ResidentMemory {
  /// Resets the peak and returns the memory in use, in bytes.
  static func resetPeak() -> Int {
    try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    return field("VmRSS:")
  }

  /// Most that was held since, in bytes.
  static func peak() -> Int { field("VmHWM:") }

  private static func field(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
  }
}
