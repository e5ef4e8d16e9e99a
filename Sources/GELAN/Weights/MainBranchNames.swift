extension NetworkSpec {
  /// Maps parameter names of the single-branch network to names in this one.
  package struct MainBranchNames: Sendable {
    fileprivate let layers: [Int]
    fileprivate let isDual: Bool

    /// The name here for the single-branch network's `name`, such as `model.22.cv2.0.0.conv.weight`.
    package func original(of name: String) -> String {
      guard isDual else { return name }
      let parts = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let layer = Int(parts[1]), layers.indices.contains(layer) else { return name }
      var rest = String(parts[2])
      if layer == layers.count - 1 {
        // The second group of a dual head is the main one.
        for (single, dual) in [("cv2.", "cv4."), ("cv3.", "cv5."), ("dfl.", "dfl2.")] where rest.hasPrefix(single) {
          rest = dual + rest.dropFirst(single.count)
          break
        }
      }
      return "model.\(layers[layer]).\(rest)"
    }
  }

  /// Maps the parameter names of `inference` to those of this network.
  package var mainBranchNames: MainBranchNames { MainBranchNames(layers: inferenceLayers, isDual: isDual) }
}
