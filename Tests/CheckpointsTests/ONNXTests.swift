import Foundation
import GELAN
import TestSupport
import Testing

@testable import Checkpoints

/// ONNX exports as exporters write them, and as they do not.
@Suite struct ONNXTests {
  @Test(
    arguments: [
      ONNXBytes.Form(), .init(isNumbered: true), .init(hasNumberedNodes: true), .init(hasFloatData: true),
      .init(hasConstants: true), .init(hasIdentities: true),
      .init(isNumbered: true, hasFloatData: true, hasConstants: true, hasIdentities: true),
    ])
  func `an export has the weights of its checkpoint`(form: ONNXBytes.Form) throws {
    let (exported, original) = (try open(try ONNXBytes.export(form)), try open(TinyNetwork.checkpoint()))
    #expect(exported.classNames == ["cat", "dog"] && exported.imageSize == 320)
    #expect(exported.spec == original.spec && exported.weights.tensors == original.weights.tensors)
  }

  @Test func `the file's own words are used`() throws {
    let file = TemporaryFile(
      try ONNXBytes.export(
        .init(metadata: [
          "names": "['a', 'b']", "imgsz": "[480, 640]", "author": "Ultralytics", "stride": "[8, 16, 32]",
        ])))
    let checkpoint = try Checkpoint(path: file.path)
    #expect(checkpoint.container == .onnx && checkpoint.description.family?.licence == "AGPL-3.0")
    #expect(checkpoint.description.imageSize == 640 && checkpoint.description.strides == [8, 16, 32])
    #expect(checkpoint.description.classNames == ["a", "b"])
  }

  @Test func `ReLU is seen by its operators`() throws {
    #expect(try open(try ONNXBytes.export(.init(activation: "Relu"))).spec.activation == .relu)
    #expect(try open(try ONNXBytes.export()).spec.activation == .silu)
  }

  @Test(
    arguments: [
      (ONNXBytes.Form(more: "DequantizeLinear"), "quantised"), (.init(more: "QLinearConv"), "quantised"),
      (.init(isElsewhere: true), "external data"), (.init(isElsewhere: true, location: "gone.data"), "'gone.data'"),
      (.init(isElsewhere: true, location: "/etc/passwd"), "not beside it"),
      (.init(isElsewhere: true, location: "a/../../b"), "not beside it"),
      (.init(isNumbered: true, hasNumberedNodes: true), "without the name of its layer"),
    ] as [(ONNXBytes.Form, String)])
  func `what is not read is refused in a sentence`(form: ONNXBytes.Form, words: String) throws {
    let bytes = try ONNXBytes.export(form)
    let error = try #require(failure { () throws(ModelError) in try open(bytes) })
    #expect(error.code == .unsupported && error.message.contains(words), "\(error)")
  }

  @Test func `weights in a file beside the export (external data) are read`() throws {
    let weights = try TinyNetwork.spec.graph().foldedWeights { name, _ in TinyNetwork.weights[name]! }
    var offsets: [String: Int] = [:]
    var bytes = [UInt8](repeating: 7, count: 64)
    for (name, tensor) in weights.tensors.sorted(by: { $0.key < $1.key }) {
      offsets[name] = bytes.count
      bytes += tensor.values.flatMap { PickleBytes.little(Int($0.bitPattern), 4) }
    }
    let data = TemporaryFile(bytes)
    let form = ONNXBytes.Form(
      isElsewhere: true, location: URL(filePath: data.path).lastPathComponent, offsets: offsets)
    let (exported, original) = (try open(try ONNXBytes.export(form)), try open(TinyNetwork.checkpoint()))
    #expect(exported.weights.tensors == original.weights.tensors)
    // Cut short, it is damaged.
    try Data(bytes.dropLast(4)).write(to: URL(filePath: data.path))
    let export = try ONNXBytes.export(form)
    let error = failure { () throws(ModelError) in try open(export) }
    #expect(error?.code == .damaged)
  }

  @Test func `an export that is cut anywhere is damaged`() throws {
    let bytes = try ONNXBytes.export()
    for length in stride(from: 9, to: bytes.count - 1, by: 97) {
      #expect(failure { () throws(ModelError) in try open(Array(bytes[..<length])) } != nil, "\(length)")
    }
  }

  /// A file that claims a tensor of 2^60 numbers, nodes without end, or messages in each other costs nothing.
  @Test func `claims are checked against the file`() throws {
    var tensor = ONNXBytes()
    tensor.message(7) { graph in
      graph.message(5) {
        $0.integer(1, 1 << 60)
        $0.integer(2, 1)
        $0.text(8, "model.0.conv.weight")
        $0.bytes(9, [0, 0, 0, 0])
      }
    }
    let start = ONNXBytes.start
    #expect(failure { () throws(ModelError) in try open(start + tensor.bytes) }?.code == .damaged)
    // A length that goes beyond the end of its message, and a number of eleven bytes.
    #expect(failure { () throws(ModelError) in try open(start + [0x3A, 0x05, 0x0A, 0x7F, 0, 0, 0]) }?.code == .damaged)
    #expect(
      failure { () throws(ModelError) in try open(start + [0x38] + [UInt8](repeating: 0xFF, count: 11)) }?.code
        == .damaged)
  }
}
