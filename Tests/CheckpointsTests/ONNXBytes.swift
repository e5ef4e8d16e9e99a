import GELAN

@testable import Checkpoints

/// Writes ONNX files field by field, also such as no exporter would.
struct ONNXBytes {
  var bytes: [UInt8] = []

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func integer(_ number: Int, _ value: Int) {
    varint(UInt64(number << 3))
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func bytes(_ number: Int, _ value: [UInt8]) {
    varint(UInt64(number << 3 | 2))
    varint(UInt64(value.count))
    bytes += value
  }

  mutating func text(_ number: Int, _ value: String) { bytes(number, Array(value.utf8)) }

  mutating func message(_ number: Int, _ fill: (inout ONNXBytes) -> Void) {
    var inner = ONNXBytes()
    fill(&inner)
    bytes(number, inner.bytes)
  }
}

extension ONNXBytes {
  /// How an export of `TinyNetwork` differs from the plain one.
  struct Form: Sendable {
    /// Initialisers have numbers for names, as when the exporter folds the normalisation.
    var isNumbered = false
    /// Nodes have numbers for names, as torch before 1.13 wrote them.
    var hasNumberedNodes = false
    /// Numbers stand in `float_data` instead of `raw_data`, extents one by one instead of packed.
    var hasFloatData = false
    /// Weights come out of `Constant` nodes.
    var hasConstants = false
    /// Biases pass through `Identity`, as equal ones do.
    var hasIdentities = false
    var activation = "Sigmoid"
    var isElsewhere = false
    /// The file that holds the numbers, and where each tensor begins there.
    var location: String?
    var offsets: [String: Int] = [:]
    var metadata = ["names": "{0: 'cat', 1: 'dog'}", "stride": "32", "author": "Ultralytics"]
    /// A further operator.
    var more: String?
  }

  /// The first fields of a file.
  static var start: [UInt8] {
    var file = ONNXBytes()
    file.integer(1, 8)
    file.text(2, "pytorch")
    return file.bytes
  }

  /// `TinyNetwork` as an export: folded, with each convolution's weights and biases.
  static func export(_ form: Form = Form()) throws -> [UInt8] {
    let graph = TinyNetwork.spec.graph()
    let weights = try graph.foldedWeights { name, _ in TinyNetwork.weights[name]! }
    var file = ONNXBytes(bytes: start)
    file.message(7) { inner in
      for (index, convolution) in graph.folded.convolutions.enumerated() {
        inner.convolution(convolution.convolution.parameters, index, weights, form)
      }
      inner.message(1) { $0.text(4, form.activation) }
      if let more = form.more { inner.message(1) { $0.text(4, more) } }
      inner.message(11) { value in
        value.text(1, "images")
        value.message(2) { type in
          type.message(1) { tensor in
            tensor.integer(1, 1)
            tensor.message(2) { shape in
              for extent in [1, 3, 320, 256] { shape.message(1) { $0.integer(1, extent) } }
            }
          }
        }
      }
    }
    for (key, value) in form.metadata.sorted(by: { $0.key < $1.key }) {
      file.message(14) {
        $0.text(1, key)
        $0.text(2, value)
      }
    }
    return file.bytes
  }

  private mutating func convolution(_ module: String, _ index: Int, _ weights: WeightStore, _ form: Form) {
    var inputs = ["before"]
    for (part, ending) in ["weight", "bias"].enumerated() {
      guard let tensor = weights["\(module).\(ending)"] else { continue }
      let name = form.isNumbered ? "onnx::Conv_\(index * 2 + part)" : "\(module).\(ending)"
      let isConstant = form.hasConstants && ending == "weight"
      if isConstant {
        message(1) { node in
          node.text(2, name)
          node.text(4, "Constant")
          node.message(5) { attribute in
            attribute.text(1, "value")
            attribute.message(5) { $0.tensor("", tensor, form) }
          }
        }
      } else {
        message(5) { $0.tensor(name, tensor, form) }
      }
      if form.hasIdentities, ending == "bias" {
        message(1) { node in
          node.text(1, name)
          node.text(2, "copy of \(name)")
          node.text(4, "Identity")
        }
        inputs.append("copy of \(name)")
      } else {
        inputs.append(name)
      }
    }
    message(1) { node in
      for input in inputs { node.text(1, input) }
      node.text(3, form.hasNumberedNodes ? "Conv_\(index)" : Self.nodeName(module))
      node.text(4, "Conv")
    }
  }

  /// `/model.2/cv2/cv2.0/m/m.0/cv1/conv/Conv`: a list's members repeat its name.
  private static func nodeName(_ module: String) -> String {
    var path: [String] = []
    for part in module.split(separator: ".") {
      if Int(part) != nil, let list = path.last {
        // The list of all layers is not a scope of its own.
        if list == "model" { path.removeLast() }
        path.append("\(list).\(part)")
      } else {
        path.append(String(part))
      }
    }
    return "/" + path.joined(separator: "/") + "/Conv"
  }

  private mutating func tensor(_ name: String, _ tensor: WeightTensor, _ form: Form) {
    if form.hasFloatData {
      for extent in tensor.shape { integer(1, extent) }
    } else {
      message(1) { packed in for extent in tensor.shape { packed.varint(UInt64(extent)) } }
    }
    integer(2, 1)
    text(8, name)
    if form.isElsewhere { integer(14, 1) }
    if let location = form.location {
      let entries = [("location", location), ("offset", "\(form.offsets[name] ?? 0)"), ("length", "0")]
      for (key, value) in entries {
        message(13) {
          $0.text(1, key)
          $0.text(2, value)
        }
      }
      return
    }
    bytes(form.hasFloatData ? 4 : 9, tensor.values.flatMap { PickleBytes.little(Int($0.bitPattern), 4) })
  }
}
