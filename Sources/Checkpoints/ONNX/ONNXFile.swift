import GELAN

/// The weights of an ONNX export, by state-dict name.
///
/// The network is not run from the file's graph: its convolutions are brought to the names of the published networks, and
/// the file is then recognised like any checkpoint with folded normalisation. The messages and their field numbers are
/// those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
struct ONNXFile {
  /// Weights and biases of all convolutions.
  let tensors: [String: StoredTensor]
  /// The texts that the exporter added, such as `names` and `imgsz`.
  let metadata: [String: String]
  /// Whether the activation is ReLU.
  let usesReLU: Bool

  /// More nodes or initialisers than any network here has.
  private static let countLimit = 100_000

  /// Whether a file starts as ONNX files do: with the version of the format, field 1.
  static func isLikely(_ start: [UInt8]) -> Bool {
    start.count > 2 && start[0] == 0x08 && (1..<0x20).contains(start[1])
  }

  /// Reads the description of `file`, which was opened at `path`; numbers are read when asked for, also those in files
  /// beside it (external data).
  init(file: FileBytes, path: String) throws(ModelError) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var metadata: [String: String] = [:]
    var graph: ONNXGraph?
    var model = WireReader(file, 0..<file.count)
    while let field = try model.next() {
      guard case .bytes(let range) = field.value else { continue }
      switch field.number {
      case 7: graph = try ONNXGraph(file, range, folder: folder)
      case 14:
        let entry = try Self.texts(file, range, [1, 2])
        if let key = entry[1], metadata.count < 1000 { metadata[key] = entry[2] }
      default: break
      }
    }
    guard let graph else { throw ModelError(.damaged, "is an ONNX file without a graph") }
    let quantising = ["QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "ConvInteger"]
    guard graph.operators.isDisjoint(with: quantising) else {
      throw ModelError(
        .unsupported, "is a quantised ONNX network; export it in f32 and quantise it here (yolostream quantize)")
    }
    tensors = try graph.convolutionTensors()
    usesReLU = graph.operators.contains("Relu") && !graph.operators.contains("Sigmoid")
    if metadata["imgsz"] == nil, let side = graph.inputSides.max() { metadata["imgsz"] = "\(side)" }
    self.metadata = metadata
  }

  /// The texts of a message's fields `numbers`.
  static func texts(_ file: FileBytes, _ range: Range<Int>, _ numbers: Set<Int>) throws(ModelError) -> [Int: String] {
    var texts: [Int: String] = [:]
    var reader = WireReader(file, range)
    while let field = try reader.next() {
      guard numbers.contains(field.number), case .bytes(let place) = field.value else { continue }
      texts[field.number] = try text(file, place)
    }
    return texts
  }

  /// The text at `place`; names and metadata are short, so a longer one is damage.
  static func text(_ file: FileBytes, _ place: Range<Int>) throws(ModelError) -> String {
    guard place.count <= 1 << 20 else { throw ModelError(.damaged, "has a text of \(place.count) bytes") }
    return String(decoding: try file.read(at: place.lowerBound, count: place.count), as: UTF8.self)
  }

  /// `count` if it is one that a network can have.
  static func require(_ count: Int, _ what: String) throws(ModelError) {
    guard count <= countLimit else { throw ModelError(.unsupported, "has more than \(countLimit) \(what)") }
  }
}
