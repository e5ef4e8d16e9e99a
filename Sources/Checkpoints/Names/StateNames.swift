/// Names of tensors as the published networks have them: `model.LAYER.…`.
///
/// Wrappers for parallel training, averaging, compiling and frameworks put words before it: `module.`, `_orig_mod.`,
/// `ema.`, `model.model.`. A bare list of layers has nothing before the number. A file may hold several copies of the
/// network under different words: averaged weights are preferred, else the copy with most tensors.
struct StateNames {
  /// The tensors of one copy, by their published names.
  let tensors: [String: StoredTensor]
  /// The words before the copy that was taken, if there were several.
  let origin: String?
  /// Whether they are those of MultimediaTechLab/YOLO.
  let isMultimediaTech: Bool

  init(_ stored: [String: StoredTensor]) {
    var copies: [String: [String: StoredTensor]] = [:]
    var others: [String: StoredTensor] = [:]
    for (name, tensor) in stored {
      guard let (prefix, rest) = Self.split(name) else {
        others[name] = tensor
        continue
      }
      copies[prefix, default: [:]][rest] = tensor
    }
    let best = copies.max { a, b in
      let (one, other) = (Self.isAverage(a.key), Self.isAverage(b.key))
      if one != other { return other }
      return a.value.count != b.value.count ? a.value.count < b.value.count : a.key > b.key
    }
    // A few tensors under words of their own are no copy: they must not be lost.
    for (prefix, copy) in copies where prefix != best?.key && copy.count * 2 < (best?.value.count ?? 0) {
      for (name, tensor) in copy { others[prefix + name] = tensor }
    }
    let several = copies.count > 1 ? best.map { "tensors under '\($0.key.dropLast())'" } : nil
    if let main = MultimediaTechNames.mainBranch(of: best?.value ?? [:]) {
      tensors = main.tensors.merging(others) { own, _ in own }
      origin = "MultimediaTechLab/YOLO, \(main.leftOut) tensors of the auxiliary branch left out"
      isMultimediaTech = true
    } else {
      tensors = (best?.value ?? [:]).merging(others) { own, _ in own }
      origin = several
      isMultimediaTech = false
    }
  }

  private static func isAverage(_ prefix: String) -> Bool { prefix.lowercased().contains("ema") }

  /// `name` at its last `model.NUMBER.`, or as a bare `NUMBER.…`; `nil` for what is neither.
  private static func split(_ name: String) -> (prefix: String, rest: String)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    func isNumber(_ index: Int) -> Bool {
      index < parts.count - 1 && !parts[index].isEmpty && parts[index].allSatisfy { ("0"..."9").contains($0) }
    }
    if let index = parts.indices.first(where: { parts[$0] == "model" && isNumber($0 + 1) }) {
      let prefix = parts[..<index].map { $0 + "." }.joined()
      return (prefix, parts[index...].joined(separator: "."))
    }
    let wrappers: Set<Substring> = ["module", "_orig_mod", "ema", "net", "network"]
    let start = parts.firstIndex { !wrappers.contains($0) } ?? 0
    guard isNumber(start) else { return nil }
    return (parts[..<start].map { $0 + "." }.joined(), "model." + parts[start...].joined(separator: "."))
  }
}
