import Foundation
import Outputs

/// Names for the outputs of inputs, all different and the same in each shard: the stem, where needed with the folder, then with
/// the ending, at last with a hash of the path.
enum OutputNames {
  static func distinct(_ inputs: [BatchInput]) -> [String] {
    var names = inputs.map(\.name)
    for level in 1...3 {
      var counts: [String: Int] = [:]
      for name in names { counts[name, default: 0] += 1 }
      for (index, input) in inputs.enumerated() where counts[names[index], default: 0] > 1 {
        names[index] = name(of: input, level: level)
      }
    }
    // `clip.events.jsonl` must not be two files: the events of `clip` and the detections of `clip.events`.
    let all = Set(names)
    return names.map { name in
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      let isClear = parts.indices.dropFirst().allSatisfy { !all.contains(parts[..<$0].joined(separator: ".")) }
      return isClear ? name : name.replacing(".", with: "_")
    }
  }

  private static func name(of input: BatchInput, level: Int) -> String {
    let parts = input.path.split(separator: "/").map(String.init)
    let file = parts.last ?? input.name
    let folder = parts.dropLast().last.map { $0 + "_" } ?? ""
    switch level {
    case 1: return folder + (input.isImages ? file : file.stem)
    case 2: return folder + file.replacing(".", with: "_")
    default: return input.name + "_" + String(Shard.hash(input.path), radix: 16)
    }
  }
}
