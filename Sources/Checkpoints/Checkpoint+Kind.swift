import GELAN

extension Checkpoint {
  /// What a file holds that is no network of ours, in words: seen by its tensors; `nil` if nothing is recognised.
  var otherKind: String? {
    func has(_ part: String) -> Bool { tensors.keys.contains { $0.contains(part) } }
    func shape(ofSuffix suffix: String) -> [Int]? { tensors.first { $0.key.hasSuffix(suffix) }?.value.shape }
    if has(".cv7.0.") { return "a YOLOv9 network with three heads (train_triple); only its authors' code runs these" }
    if has(".proto.") { return "a segmentation network; a detection network is needed" }
    if has(".one2one_cv") { return "a YOLOv10 or YOLO26 network; YOLOv9 and GELAN are run" }
    if has(".decoder.layers.") || has(".enc_score_head.") { return "an RT-DETR network; YOLOv9 and GELAN are run" }
    if let points = shape(ofSuffix: ".cv4.0.2.weight"), !has(".cv5.0.") {
      return points.first == 1
        ? "a network for rotated boxes (OBB); a detection network is needed"
        : "a pose network; a detection network is needed"
    }
    if has(".anchors") && has(".m.0.weight") || has(".anchor_grid") {
      return "a network with anchors (YOLOv3, v5 or v7); YOLOv9 and GELAN are run"
    }
    if has(".linear.weight"), !has(".cv3.0.") { return "a classification network; a detection network is needed" }
    if has(".attn.qkv.") { return "a later YOLO network (11, 12 or 13); YOLOv9 and GELAN are run" }
    if has("model.2.m.0.cv1.conv.") || has("model.2.m.0.cv1.conv") {
      return "a YOLOv8 or similar network; YOLOv9 and GELAN are run"
    }
    return nil
  }

  /// Throws `mismatch` if the file has a tensor that `graph` does not use: nothing of a network is left out in silence.
  func expectNothingElse(than graph: Graph) throws(ModelError) {
    let known = Set(graph.parameterShapes.map(\.name))
    let projections = Set(graph.heads.map(\.projection))
    let other = tensors.keys.filter { name in
      !known.contains(name) && !projections.contains(name) && !Self.isBookkeeping(name)
    }.sorted()
    guard let first = other.first else { return }
    throw ModelError(
      .mismatch,
      "holds \(other.count) tensors that its network does not have, such as '\(first.prefix(120))': what they are for is "
        + "not known")
  }

  /// Tensors that change no output: counters of batches, grids that are computed again, scales, a run's own state.
  private static func isBookkeeping(_ name: String) -> Bool {
    if name.contains("/") { return true }
    let endings =
      [
        ".num_batches_tracked", ".anchors", ".strides", ".stride", ".dfl.conv.weight", ".dfl2.conv.weight",
        ".dfl3.conv.weight",
      ] + Quantisation.TensorName.endings
    return endings.contains { name.hasSuffix($0) } || !name.hasPrefix("model.")
  }

  /// What the first bytes of a file say that is no checkpoint.
  static func otherFormat(_ start: [UInt8]) -> String {
    let text = String(decoding: start, as: UTF8.self)
    if text.hasPrefix("version https://git-lfs") || text.hasPrefix("version h") {
      return "is a pointer of Git LFS; the file it stands for was not fetched (git lfs pull)"
    }
    if text.hasPrefix("<!DOCTYPE") || text.lowercased().hasPrefix("<html") {
      return "is a web page; the download gave something else than the weights"
    }
    if text.hasPrefix("<?xml") || text.hasPrefix("<net ") {
      return "is an OpenVINO network; the checkpoint it was made from is needed"
    }
    if start.dropFirst(4).starts(with: Array("TFL3".utf8)) {
      return "is a TensorFlow Lite network; the checkpoint it was made from is needed"
    }
    if text.hasPrefix("7767517") { return "is an ncnn network; the checkpoint it was made from is needed" }
    return "is neither a .pt checkpoint nor a .safetensors or .onnx file"
  }
}
