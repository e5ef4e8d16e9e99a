import Foundation
import GELAN
import Testing

@testable import Checkpoints

/// Files that are cut, bent or lie about themselves give one sentence; none gives a crash.
@Suite struct DamagedFileTests {
  @Test func `the whole files are good and equal`() throws {
    let (one, other) = (try open(TinyNetwork.checkpoint()), try open(try TinyNetwork.safetensors()))
    #expect(one.spec == other.spec)
    #expect(one.weights == other.weights)
    #expect(one.classNames == ["cat", "dog"])
    #expect(Set(one.graph.parameterShapes.map(\.name)) == Set(one.weights.tensors.keys))
  }

  @Test func `a checkpoint cut anywhere is an error`() {
    let bytes = TinyNetwork.checkpoint()
    for count in Array(stride(from: 0, to: bytes.count, by: 997)) + [bytes.count - 1] {
      #expect(failure { () throws(ModelError) in try open(Array(bytes[..<count])) } != nil, "\(count) bytes")
    }
  }

  @Test func `a safetensors file cut in its header or its data is an error`() throws {
    let bytes = try TinyNetwork.safetensors()
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    let file = TemporaryFile(bytes)
    // From the end towards the start, so that one copy is enough.
    let cuts = Array(stride(from: bytes.count - 1, to: header, by: -997)) + Array((0...header).reversed())
    for count in cuts {
      #expect(truncate(file.path, count) == 0)
      #expect(failure { () throws(ModelError) in _ = try Checkpoint(path: file.path) } != nil, "\(count) bytes")
    }
  }

  @Test(arguments: [true, false])
  func `a flipped bit is noticed where the archive has checksums`(hasChecksums: Bool) throws {
    var bytes = TinyNetwork.checkpoint(hasChecksums: hasChecksums)
    try open(bytes)
    // The data follows the name: here the last bit of a number, which stays one.
    let name = try #require(bytes.firstRange(of: Array("tiny/data/0".utf8)))
    bytes[name.upperBound] ^= 1
    let error = failure { () throws(ModelError) in try open(bytes) }
    let expected: ModelError.Code? = hasChecksums ? .damaged : nil
    #expect(error?.code == expected)
    #expect(error?.message.contains("'tiny/data/0'") ?? !hasChecksums)
  }

  @Test func `a checksum is that of zip archives, however the bytes come`() {
    var checksum = Checksum()
    #expect(checksum.value == 0)
    for piece in ["1234", "", "56789"] { checksum.add(Array(piece.utf8)) }
    #expect(checksum.value == 0xCBF4_3926)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `a number that is not finite is named`(value: Float) throws {
    var weights = TinyNetwork.weights
    weights["model.0.conv.weight"]?.values[5] = value
    let error = try #require(failure { () throws(ModelError) in try open(TinyNetwork.checkpoint(weights: weights)) })
    #expect(error.code == .notFinite)
    #expect(error.message.contains("model.0.conv.weight"))
  }

  @Test func `a wrong shape is named with both shapes`() throws {
    var weights = TinyNetwork.weights
    weights["model.3.conv.weight"] = WeightTensor(shape: [8, 8, 1, 1], values: [Float](repeating: 0, count: 64))
    let error = try #require(failure { () throws(ModelError) in try open(TinyNetwork.checkpoint(weights: weights)) })
    #expect(error.code == .mismatch)
    #expect(error.message.hasSuffix("model.3.conv.weight: expected 8x8x3x3, file has 8x8x1x1"))
  }

  @Test func `a missing tensor is named`() throws {
    var weights = TinyNetwork.weights
    weights["model.3.bn.bias"] = nil
    let error = try #require(failure { () throws(ModelError) in try open(TinyNetwork.checkpoint(weights: weights)) })
    #expect(error.message.contains("lacks 'model.3.bn.bias'"))
  }

  @Test func `more class names than classes are an error`() throws {
    let bytes = TinyNetwork.checkpoint(classNames: ["cat", "dog", "cow"])
    let error = try #require(failure { () throws(ModelError) in try open(bytes) })
    #expect(error.message.contains("names 3 classes"))
  }

  @Test func `a name in a file cannot break the sentence`() throws {
    let bytes = ZipBytes.archive([("tiny\u{1B}[2J\n\u{85}" + String(repeating: "x", count: 9000), [])], method: 8)
    let error = try #require(failure { () throws(ModelError) in try open(bytes) })
    #expect(error.message.count < 400)
    #expect(!error.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
  }

  @Test func `compressed entries are refused, so nothing can inflate`() throws {
    let bytes = ZipBytes.archive([("tiny/data.pkl", [UInt8](repeating: 0, count: 100))], method: 8)
    #expect(failure { () throws(ModelError) in try open(bytes) }?.code == .refused)
  }

  @Test(
    arguments: [
      ([Int.max], nil, 4, 0), ([1 << 31, 1 << 31, 1 << 31], nil, 4, 0), ([4], nil, Int.max, 0), ([4], nil, 1 << 61, 0),
      ([1 << 40], [0], 1, 0), ([4], [Int.max], 4, 0), ([4], [-1], 4, 0), ([4], nil, 4, 1), ([4], nil, 4, Int.max),
      ([-4], nil, 4, 0), ([4], nil, 5, 0),
    ] as [([Int], [Int]?, Int, Int)])
  func `sizes that lie are errors`(shape: [Int], strides: [Int]?, storageCount: Int, offset: Int) {
    var pickle = PickleBytes()
    pickle.op(Opcode.mark)
    pickle.text("weight")
    pickle.tensor(key: "0", shape: shape, strides: strides, storageCount: storageCount, offset: offset)
    pickle.op(Opcode.dict)
    let bytes = ZipBytes.checkpoint(
      pickle: pickle.finished(), storages: [("0", [UInt8](repeating: 0, count: 16))])
    #expect(failure { () throws(ModelError) in try open(bytes) }?.code == .damaged)
  }

  @Test(
    arguments: [
      #"{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775808]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F77","shape":[1],"data_offsets":[0,4]}}"#, #"{"a":[]}"#, "[]", "{", "", "{}}",
      String(repeating: "[", count: 100_000),
    ])
  func `safetensors headers that lie are errors`(header: String) {
    let file = TemporaryFile(PickleBytes.little(header.utf8.count, 8) + Array(header.utf8) + [0, 0, 0, 0])
    #expect(failure { () throws(ModelError) in _ = try SafetensorsFile(path: file.path) } != nil)
  }

  @Test(arguments: [Int.max, -1, 1 << 40, 3 << 20]) func `a header length that lies is an error`(length: Int) {
    let file = TemporaryFile(PickleBytes.little(length, 8) + Array("{}".utf8))
    #expect(failure { () throws(ModelError) in _ = try SafetensorsFile(path: file.path) } != nil)
  }

  @Test func `a tensor with swapped strides is read in row-major order`() throws {
    let file = TemporaryFile((0..<6).flatMap { PickleBytes.little(Int(Float($0).bitPattern), 4) })
    let tensor = try StoredTensor(
      shape: [3, 2], strides: [1, 3], elementType: .float32, file: try FileBytes(path: file.path), storageOffset: 0,
      storageCount: 6)
    #expect(try tensor.floats() == [0, 3, 1, 4, 2, 5])
  }

  @Test func `half precision survives there and back for every bit pattern`() throws {
    let patterns = (0...UInt16.max).filter { $0 & 0x7C00 != 0x7C00 }
    let file = TemporaryFile(patterns.flatMap { PickleBytes.little(Int($0), 2) })
    let tensor = try StoredTensor(
      shape: [patterns.count], elementType: .float16, file: try FileBytes(path: file.path), storageOffset: 0,
      storageCount: patterns.count)
    let floats = try tensor.floats()
    #expect(floats.map { ElementType.half($0) } == patterns)
    #expect(floats[1] == 0x1p-24 && floats[0x3C00] == 1 && floats[0x7BFF] == 65504)
  }

  /// A pipe stands for a device here: a broken program would put a file in the place of either.
  @Test func `a model is not written over what is no file`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "pipe-\(UUID().uuidString)").path
    defer { unlink(path) }
    try #require(mkfifo(path, 0o600) == 0)
    let spec = try #require(NetworkSpec.named("gelan-n"))
    let refused = failure { () throws(ModelError) in
      try InferenceModel(randomWeightsFor: spec).write(to: path, licence: nil, origin: "a test")
    }
    #expect(refused?.code == .unwritable)
    var standing = stat()
    #expect(stat(path, &standing) == 0 && standing.st_mode & S_IFMT == S_IFIFO)
  }
}
