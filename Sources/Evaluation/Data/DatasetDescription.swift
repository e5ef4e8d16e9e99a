internal import Foundation
internal import Yams

/// The description file of a data set with YOLO labels: class names, and the images of each split.
struct DatasetDescription {
  /// The description file.
  let path: String
  /// Names of the classes by index.
  var names: [String]
  /// Folders that relative paths are resolved in, the best first.
  var roots: [String]
  /// Folders, image lists (`.txt`) or images by split.
  var parts: [String: [String]]
  /// Number of columns of a label row with key points (`kpt_shape`), if the data set has them.
  var poseColumns: Int?

  /// Common names of the split `split`, its own first.
  static func aliases(of split: String) -> [String] {
    let groups = [["val", "valid", "validation"], ["train", "training"], ["test", "testing"]]
    guard let group = groups.first(where: { $0.contains(split) }) else { return [split] }
    return [split] + group.filter { $0 != split }
  }

  /// The paths of `split`, under any of its names.
  func places(of split: String) throws(EvaluationError) -> [String] {
    for name in Self.aliases(of: split) {
      if let places = parts[name], !places.isEmpty { return places }
    }
    throw EvaluationError(
      .malformed, file: path,
      "expected a part '\(split)', it has \(parts.isEmpty ? "none" : parts.keys.sorted().joined(separator: ", "))")
  }
}

extension DatasetDescription {
  /// Reads `data.yaml` as Ultralytics does (`check_det_dataset`): `path`, `train`, `val`, `test`, `names`, `nc`.
  ///
  /// `path` is resolved in the file's folder and in the current one; if it is missing or does not exist, the file's
  /// folder is used. A split may start with one `../` too many, as Roboflow writes it.
  init(yaml path: String) throws(EvaluationError) {
    func malformed(_ sentence: String, line: Int? = nil) -> EvaluationError {
      EvaluationError(.malformed, file: path, line: line, sentence)
    }
    let bytes = try TextFile.read(path)
    guard bytes.count <= 16 << 20 else { throw malformed("expected YAML of at most 16 MiB") }
    // Bytes that are no UTF-8 are left out, as the reference does.
    let text = String(decoding: bytes, as: UTF8.self)
    let root: Node.Mapping
    do {
      let plain = text.unicodeScalars.filter {
        $0 != "\u{FEFF}" && $0 != "\u{FFFD}" && ($0.value >= 0x20 || "\n\r\t".unicodeScalars.contains($0))
      }
      guard let mapping = try Yams.compose(yaml: String(String.UnicodeScalarView(plain)))?.mapping else {
        throw malformed("expected keys such as train, val and names")
      }
      root = mapping
    } catch let error as EvaluationError {
      throw error
    } catch let error as YamlError {
      throw malformed("expected YAML: \(error.sentence)", line: error.place)
    } catch { throw malformed("expected YAML: \(error)") }

    self.path = path
    names = try Self.names(in: root, malformed: { malformed($0) })
    let home = URL(filePath: path).deletingLastPathComponent().path
    roots = [home]
    if let place = root["path"]?.scalar?.string, !place.isEmpty {
      let here = FileManager.default.currentDirectoryPath
      roots = [FileList.joined(home, place), FileList.joined(here, place), home].filter(FileList.isFolder)
    }
    if let shape = root["kpt_shape"]?.sequence, shape.count == 2, let points = shape[0].int, let values = shape[1].int,
      (1...1000).contains(points), (2...3).contains(values)
    {
      poseColumns = 5 + points * values
    }
    parts = [:]
    for (key, value) in root {
      guard let name = key.scalar?.string, !["path", "names", "nc", "download"].contains(name) else { continue }
      if let text = value.scalar?.string, !["", "~", "null", "Null", "NULL"].contains(text), name.count <= 40,
        Self.aliases(of: name).count > 1 || name == "minival"
      {
        parts[name] = [text]
      } else if let list = value.sequence, Self.aliases(of: name).count > 1 {
        parts[name] = list.compactMap { $0.scalar?.string }
      }
    }
    guard !parts.isEmpty else { throw malformed("expected the keys train and val, which say where the images are") }
  }

  private static func names(
    in root: Node.Mapping, malformed: (String) -> EvaluationError
  ) throws(EvaluationError) -> [String] {
    let count = root["nc"]?.scalar.flatMap { Double($0.string) }.flatMap { Int(exactly: $0) }
    var names: [String]
    if let list = root["names"]?.sequence {
      names = list.map { $0.scalar?.string ?? "" }
    } else if let table = root["names"]?.mapping {
      var byIndex: [Int: String] = [:]
      for (key, value) in table {
        guard let index = key.scalar.flatMap({ Int($0.string) }), index >= 0 else {
          throw malformed("names: expected class indices as keys, got '\(key.scalar?.string.prefix(40) ?? "?")'")
        }
        byIndex[index] = value.scalar?.string ?? ""
      }
      guard let last = byIndex.keys.max(), last == byIndex.count - 1 else {
        throw malformed(
          "names: expected \(byIndex.count) classes from 0 to \(byIndex.count - 1), got indices up to "
            + "\(byIndex.keys.max() ?? 0)")
      }
      names = (0...last).map { byIndex[$0] ?? "" }
    } else if let count, (1...100_000).contains(count) {
      names = (0..<count).map { "class_\($0)" }
    } else {
      throw malformed("expected 'names', or 'nc' for classes without names")
    }
    guard !names.isEmpty else { throw malformed("names: expected the name of a class, got none") }
    if let count, count != names.count {
      throw malformed("expected as many names as nc, got \(names.count) names and nc: \(count)")
    }
    return names
  }

  /// Reads `obj.data` of Darknet and CVAT (YOLO 1.1): lines `train = …`, `valid = …`, `names = …`.
  init(darknet path: String) throws(EvaluationError) {
    let home = URL(filePath: path).deletingLastPathComponent().path
    self.path = path
    roots = [home]
    var entries: [String: String] = [:]
    for line in TextFile.lines(of: try TextFile.read(path)) {
      let words = String(decoding: line, as: UTF8.self).split(separator: "=", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if words.count == 2 { entries[words[0].lowercased()] = words[1] }
    }
    guard let file = entries["names"] ?? (FileList.exists(home + "/obj.names") ? "obj.names" : nil),
      let place = FileList.find(file, in: [home])?.path
    else { throw EvaluationError(.malformed, file: path, "expected a line 'names = FILE', and that file") }
    names = try Self.names(file: place)
    parts = entries.filter { Self.aliases(of: $0.key).count > 1 }.mapValues { [$0] }
  }

  /// Class names from a text file, one per line.
  static func names(file path: String) throws(EvaluationError) -> [String] {
    var bytes = try TextFile.read(path)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    let names = TextFile.lines(of: Array(bytes)).map {
      String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }.filter { !$0.isEmpty }
    if names.isEmpty {
      throw EvaluationError(.malformed, file: path, "expected the name of a class on each line, got none")
    }
    return names
  }
}

extension YamlError {
  /// The error without the excerpt that Yams adds.
  fileprivate var sentence: String {
    switch self {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
    case .duplicatedKeysInMapping(let keys, _):
      "a key stands twice: \(keys.map { "\($0)".prefix(40) }.joined(separator: ", "))"
    default: "it cannot be understood"
    }
  }

  fileprivate var place: Int? {
    switch self {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    default: nil
    }
  }
}
