/// Names of tensors in weights of MultimediaTechLab/YOLO (`v9-t.pt`, `v9-s.pt`, `v9-m.pt`, `v9-c.pt` and its training
/// checkpoints), brought to those of the published networks.
///
/// Both number the layers of the main branch alike; there the auxiliary branch follows the main head. Blocks differ in
/// names only: `conv1` for `cv1`, `bottleneck` for `m`, `heads.0.anchor_conv` for `cv2.0`.
enum MultimediaTechNames {
  /// The licence of that project and its weights.
  static let licence = "MIT"

  /// The main branch of `tensors` under published names, and how many tensors of the auxiliary branch were left out;
  /// `nil` if the names are not of this kind.
  static func mainBranch(of tensors: [String: StoredTensor]) -> (tensors: [String: StoredTensor], leftOut: Int)? {
    let heads = Set(tensors.keys.filter { $0.contains(".heads.0.anchor_conv.") }.compactMap(layer))
    guard let main = heads.min() else { return nil }
    var named: [String: StoredTensor] = [:]
    var leftOut = 0
    for (name, tensor) in tensors {
      guard let layer = layer(of: name), layer <= main else {
        leftOut += 1
        continue
      }
      if let published = published(name, isHead: layer == main) { named[published] = tensor }
    }
    return (named, leftOut)
  }

  private static func layer(of name: String) -> Int? {
    let parts = name.split(separator: ".", maxSplits: 2)
    return parts.count == 3 && parts[0] == "model" ? Int(parts[1]) : nil
  }

  /// The published name of `name`, `model.LAYER.…`; `nil` for the constants 0, 1, 2 … of the head.
  private static func published(_ name: String, isHead: Bool) -> String? {
    var parts = name.split(separator: ".").map(String.init)
    if isHead {
      guard parts.count > 5, parts[2] == "heads", let branch = ["anchor_conv": "cv2", "class_conv": "cv3"][parts[4]]
      else {
        return nil
      }
      return (["model", parts[1], branch, parts[3]] + parts[5...]).joined(separator: ".")
    }
    // A convolution alone is `conv` and `bn` in both; one inside a layer is called `conv`, `conv1`, `conv2` …
    for index in parts.indices.dropFirst(2) where index < parts.count - 2 {
      if parts[index] == "bottleneck" {
        parts[index] = "m"
      } else if parts[index] == "conv" {
        parts[index] = "cv1"
      } else if parts[index].hasPrefix("conv"), !isBranch(parts, index) {
        parts[index] = "cv" + parts[index].dropFirst("conv".count)
      }
    }
    return parts.joined(separator: ".")
  }

  /// Whether `conv1` or `conv2` at `index` is one of the two branches of a RepConv, which both call alike.
  private static func isBranch(_ parts: [String], _ index: Int) -> Bool {
    index > 2 && index == parts.count - 3 && parts[index - 1] == "cv1" && parts.contains("m")
  }
}
