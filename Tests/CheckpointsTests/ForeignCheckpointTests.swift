import Foundation
import GELAN
import TestSupport
import Testing

@testable import Checkpoints

/// Checkpoints as other tools and people write them.
@Suite struct ForeignCheckpointTests {
  @Test(
    arguments: [
      (#"["a", "b"]"#, ["a", "b"]), (#"{"0": "a", "1": "b"}"#, ["a", "b"]), ("{0: 'cat', 1: 'dog'}", ["cat", "dog"]),
      ("['cat', \"dog's\"]", ["cat", "dog's"]), ("('cat', 'dog',)", ["cat", "dog"]), ("{1: 'b', 0: 'a'}", ["a", "b"]),
      ("{0: 0, 1: 'A', 2: 2.5}", ["0", "A", "2.5"]), ("[0, 1, 2]", ["0", "1", "2"]), ("cat,dog", ["cat", "dog"]),
      ("cat, traffic light", ["cat", "traffic light"]), ("cat\ndog\r\n", ["cat", "dog"]), ("cat", ["cat"]),
      ("{0: 'it\\'s', 1: 'a, b'}", ["it's", "a, b"]), ("{0: 'a', 2: 'c'}", ["a", "class 1", "c"]),
      (#"{"0": 7, "1": true}"#, ["7", "True"]),
    ] as [(String, [String])])
  func `names in metadata are JSON, Python or plain text`(text: String, names: [String]) throws {
    #expect(try MetadataText.names(text) == names)
  }

  @Test(
    arguments: [
      ("[8, 16, 32]", [8, 16, 32]), ("[8.0, 16.0, 32.0]", [8, 16, 32]), ("[ 8. 16. 32.]", [8, 16, 32]),
      ("tensor([ 8., 16., 32.])", [8, 16, 32]), ("8,16,32", [8, 16, 32]), ("(8, 16, 32)", [8, 16, 32]),
      ("8.0 16.0 32.0", [8, 16, 32]),
    ] as [(String, [Double])])
  func `strides in metadata are numbers, whatever stands around them`(text: String, numbers: [Double]) {
    #expect(MetadataText.numbers(text) == numbers)
  }

  @Test(arguments: [("640", 640), ("[640, 640]", 640), ("(320, 416)", 416), ("640.0", 640), ("none", nil), ("31", nil)])
  func `the size of training is one number or two`(text: String, side: Int?) {
    #expect(MetadataText.side(text) == side)
  }

  /// gelan-n under `rename`d names, with more tensors and metadata.
  private func checkpoint(
    metadata: [String: String] = [:], more: [String] = [], copies: [(String) -> String] = [{ $0 }]
  ) throws -> Checkpoint {
    let spec = try #require(NetworkSpec.named("gelan-n"))
    let graph = spec.graph()
    let parameters = FormulaWeights().unfolded(graph)
    var entries: [SafetensorsFile.Entry] = []
    for (index, rename) in copies.enumerated() {
      for (name, shape) in graph.parameterShapes {
        let values = (parameters[name] ?? []).map { $0 + Float(index) }
        entries.append(.init(name: rename(name), tensor: WeightTensor(shape: shape, values: values)))
      }
    }
    for name in more { entries.append(.init(name: name, tensor: WeightTensor(shape: [2], values: [1, 2]))) }
    let file = TemporaryFile()
    try SafetensorsFile.write(entries, metadata: metadata, to: file.path)
    return try Checkpoint(path: file.path)
  }

  @Test(
    arguments: [
      "", "module.", "_orig_mod.", "model.", "model.model.", "ema.", "ema.module.", "module._orig_mod.", "net.model.",
      "detector.model.", "_forward_module.model.",
    ])
  func `wrappers put words before the names`(prefix: String) throws {
    #expect(try checkpoint(copies: [{ prefix + $0 }]).network().spec.name == "gelan-n")
  }

  @Test func `a bare list of layers has no word before the number`() throws {
    #expect(try checkpoint(copies: [{ String($0.dropFirst("model.".count)) }]).network().spec.name == "gelan-n")
  }

  @Test func `of several copies the averaged one is taken, and that is said`() throws {
    let file = try checkpoint(copies: [{ "model.\($0)" }, { "ema_model.\($0)" }])
    #expect(try file.network().spec.name == "gelan-n")
    #expect(file.description.origin == "tensors under 'ema_model'")
    let name = "model.0.conv.weight"
    let plain = try checkpoint()
    let (averaged, own) = try (file.tensors[name]?.floats(), plain.tensors[name]?.floats())
    #expect(averaged == own?.map { $0 + 1 })
  }

  @Test(arguments: [["model.0.bn.num_batches_tracked"], ["model.22.anchors", "model.22.strides"], ["step"]])
  func `counters and grids change nothing`(more: [String]) throws {
    #expect(try checkpoint(more: more).network().spec.name == "gelan-n")
  }

  @Test(
    arguments: [
      ("model.22.cv7.0.2.weight", "three heads"), ("model.22.proto.cv1.conv.weight", "segmentation"),
      ("model.22.one2one_cv2.0.2.weight", "YOLOv10"), ("model.22.cv4.0.2.weight", "pose"),
      ("model.9.attn.qkv.conv.weight", "a later YOLO"),
      ("model.3.extra.weight", "does not have, such as 'model.3.extra"),
      ("model.99.conv.weight", "such as 'model.99"),
    ])
  func `a tensor that the network does not have is never ignored`(name: String, sentence: String) throws {
    let file = try checkpoint(more: [name])
    let error = try #require(throws: ModelError.self) { try file.network() }
    #expect(error.message.contains(sentence), "\(error)")
  }

  @Test func `metadata is used`() throws {
    let names = (0..<80).map { "\($0): 'name \($0)'" }.joined(separator: ", ")
    let count = try checkpoint().network().spec.classCount
    let file = try checkpoint(
      metadata: [
        "names": count == 80 ? "{\(names)}" : (0..<count).map { "name \($0)" }.joined(separator: ","),
        "stride": "[ 8. 16. 32.]", "imgsz": "[320, 320]", "license": "AGPL-3.0",
      ])
    let network = try file.network()
    #expect(network.classNames[1] == "name 1" && file.description.imageSize == 320)
    #expect(file.description.licence == "AGPL-3.0" && file.description.strides == [8, 16, 32])
  }

  @Test(arguments: ["32", "32.0", "tensor([32.])", "none"])
  func `the coarsest stride alone, as exporters state it, is no contradiction`(text: String) throws {
    let file = try checkpoint(metadata: ["stride": text])
    #expect(try file.network().spec.name == "gelan-n" && file.description.strides == nil)
  }

  @Test(
    arguments: [
      ("version https://git-lfs.github.com/spec/v1\noid sha256:0", "pointer of Git LFS"),
      ("<!DOCTYPE html><html>", "a web page"), ("hello, world", "neither"),
      ("\u{1C}\0\0\0TFL3", "TensorFlow Lite"), ("<?xml version=\"1.0\"?>", "OpenVINO"), ("7767517\n200", "ncnn"),
    ])
  func `files of other formats are called by their names`(text: String, sentence: String) throws {
    let file = TemporaryFile(Array(text.utf8))
    let error = try #require(throws: ModelError.self) { try Checkpoint(path: file.path) }
    #expect(error.code == .unsupported && error.message.contains(sentence), "\(error)")
  }

  @Test func `the method of a network's class is read past, any other is refused`() throws {
    func read(_ module: String, _ name: String) throws {
      var pickle = PickleBytes()
      pickle.global("__builtin__", "getattr")
      pickle.global(module, name)
      pickle.text("forward")
      pickle.op(Opcode.tuple2)
      pickle.op(Opcode.reduce)
      _ = try PickleReader.read(pickle.finished())
    }
    try read("ultralytics.nn.modules.head", "Detect")
    let error = try #require(throws: ModelError.self) { try read("pathlib", "Path") }
    #expect(error.code == .refused && error.message.contains("getattr"))
  }

  @Test(
    arguments: [
      ["net"], ["params_ema"], ["state_dict_ema"], ["weights"], ["ema", "module"], ["model", "state_dict"],
      ["checkpoint", "model", "state_dict"],
    ])
  func `other training code calls the table of tensors by other names`(keys: [String]) throws {
    var pickle = PickleBytes()
    for key in keys {
      pickle.op(Opcode.emptyDict)
      pickle.op(Opcode.mark)
      pickle.text(key)
    }
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.mark)
    var storages: [(String, [UInt8])] = []
    for (name, tensor) in TinyNetwork.weights.tensors.sorted(by: { $0.key < $1.key }) {
      pickle.text(name)
      pickle.tensor(key: "\(storages.count)", shape: tensor.shape, storageCount: tensor.values.count)
      storages.append(
        ("\(storages.count)", tensor.values.flatMap { PickleBytes.little(Int($0.bitPattern), 4) }))
    }
    for _ in 0...keys.count { pickle.op(Opcode.setItems) }
    let model = try open(ZipBytes.checkpoint(pickle: pickle.finished(), storages: storages))
    #expect(try model.weights.tensors == open(TinyNetwork.checkpoint()).weights.tensors)
  }

  /// How torch writes a tensor or parameter that has attributes of its own.
  @Test(arguments: [("_rebuild_parameter", true), ("_rebuild_parameter_with_state", true), ("_rebuild_device", false)])
  func `tensors with attributes are read, made by nothing but the functions for tensors`(
    function: String, isRead: Bool
  ) throws {
    var pickle = PickleBytes()
    pickle.global("torch._tensor", "_rebuild_from_type_v2")
    pickle.op(Opcode.mark)
    if isRead { pickle.global("torch._utils", function) } else { pickle.global("models.common", "Conv") }
    pickle.global("torch.nn.parameter", "Parameter")
    pickle.op(Opcode.mark)
    pickle.tensor(key: "0", shape: [1], storageCount: 1)
    pickle.op(Opcode.newTrue)
    pickle.op(Opcode.tuple)
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.tuple)
    pickle.op(Opcode.reduce)
    let bytes = pickle.finished()
    guard isRead else {
      #expect(throws: ModelError.self) { try PickleReader.read(bytes) }
      return
    }
    let root = try PickleReader.read(bytes).root
    if case .tensor = root {} else { Issue.record("\(root)") }
  }

  @Test func `protocol 4 memoises with a byte for each value`() throws {
    var pickle = PickleBytes()
    pickle.op(Opcode.emptyList)
    for _ in 0..<20_000 {
      pickle.op(Opcode.emptyTuple)
      pickle.op(Opcode.memoize)
      pickle.op(Opcode.append)
    }
    _ = try PickleReader.read(pickle.finished())
  }

  /// gelan-SIZE with the names of MultimediaTechLab/YOLO, and a tensor of its auxiliary branch.
  private func multimediaTech(_ size: String, prefix: String) throws -> (
    file: Checkpoint, graph: Graph, [String: [Float]]
  ) {
    let graph = try #require(NetworkSpec.named("gelan-\(size)")).graph()
    let parameters = FormulaWeights().unfolded(graph)
    let head = try #require(graph.parameterShapes.compactMap { Int($0.name.split(separator: ".")[1]) }.max())
    var entries: [SafetensorsFile.Entry] = []
    for (name, shape) in graph.parameterShapes {
      var parts = name.split(separator: ".").dropFirst().map(String.init)
      if Int(parts[0]) == head {
        parts[1...2] = ["heads", parts[2], parts[1] == "cv2" ? "anchor_conv" : "class_conv"]
      } else {
        // What a RepConv calls conv1 and conv2 is called so there, too.
        for index in parts.indices where parts[index].hasPrefix("cv") {
          parts[index] = "conv" + parts[index].dropFirst(2)
        }
        if let index = parts.firstIndex(of: "m") { parts[index] = "bottleneck" }
        let layer = parts[0]
        // AConv has one convolution, which has no number.
        let isAlone = !graph.parameterShapes.contains {
          $0.name.hasPrefix("model.\(layer).cv2.") || $0.name.hasPrefix("model.\(layer).cv5.")
        }
        if isAlone, parts[1] == "conv1" { parts[1] = "conv" }
      }
      entries.append(
        .init(
          name: prefix + parts.joined(separator: "."),
          tensor: WeightTensor(shape: shape, values: parameters[name] ?? [])))
    }
    for index in 0..<3 {
      entries.append(
        .init(
          name: "\(prefix)\(head).heads.\(index).anc2vec.anc2vec.weight",
          tensor: WeightTensor(shape: [1, 16, 1, 1, 1], values: (0..<16).map(Float.init))))
    }
    for name in ["\(head + 1).conv.weight", "\(head + 9).heads.0.anchor_conv.0.conv.weight"] {
      entries.append(.init(name: prefix + name, tensor: WeightTensor(shape: [2], values: [1, 2])))
    }
    let file = TemporaryFile()
    try SafetensorsFile.write(entries, metadata: [:], to: file.path)
    return (try Checkpoint(path: file.path), graph, parameters)
  }

  @Test(arguments: [("t", ""), ("s", "model.model."), ("m", "model."), ("c", "")])
  func `weights of MultimediaTechLab are those of the published network`(size: String, prefix: String) throws {
    let (file, graph, parameters) = try multimediaTech(size, prefix: prefix)
    let network = try file.network()
    #expect(network.spec.name == "gelan-\(size)" && network.classNames[0] == "person")
    #expect(file.description.family?.licence == "MIT")
    #expect(file.description.origin?.contains("2 tensors of the auxiliary branch") == true)
    for (name, _) in graph.parameterShapes { #expect(try file.tensors[name]?.floats() == parameters[name], "\(name)") }
  }
}
