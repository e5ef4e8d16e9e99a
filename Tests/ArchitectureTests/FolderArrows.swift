/// Which folders of a target use types of which others. Files that stand in no folder are what the folders share, or what
/// puts them together, and have no arrows here.
struct FolderArrows {
  /// The types that a folder uses, by the folder that declares them.
  var arrows: [String: [String: Set<String>]] = [:]

  init(_ files: [SourceFile]) {
    let folders = Dictionary(grouping: files.filter { $0.folder != nil }, by: { $0.folder ?? "" })
    var owners: [String: Set<String>] = [:]
    for (folder, files) in folders {
      arrows[folder] = [:]
      for type in files.flatMap(\.types) { owners[type, default: []].insert(folder) }
    }
    // A name that a file outside the folders declares, too, proves nothing.
    for type in files.filter({ $0.folder == nil }).flatMap(\.types) { owners[type] = nil }
    for (folder, files) in folders {
      for word in Set(files.flatMap(\.words)) {
        guard let homes = owners[word], homes.count == 1, let home = homes.first, home != folder else { continue }
        arrows[folder]?[home, default: []].insert(word)
      }
    }
  }
}

extension SourceFile {
  /// The folder of its target that it stands in; `nil` at the top.
  var folder: String? {
    let parts = path.split(separator: "/")
    return parts.count > 3 ? String(parts[2]) : nil
  }

  /// Names of the types that it declares at the top, for others to see.
  var types: [String] {
    code.compactMap { line in
      guard
        let match = line.firstMatch(
          of: /^(?:@\w+(?:\([^)]*\))?\s+)*((?:\w+\s+)*?)(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/)
      else { return nil }
      return match.1.contains("private") ? nil : String(match.2)
    }
  }

  /// All words that may be names of types.
  var words: Set<String> {
    Set(code.flatMap { $0.matches(of: /\b[A-Z]\w+\b/).map { String($0.output) } })
  }

  /// The modules that it imports.
  var imports: [String] {
    code.compactMap { line in
      line.firstMatch(of: /^\s*(?:@\w+\s+)*(?:(?:public|package|internal|private)\s+)?import\s+(\w+)/).map {
        String($0.1)
      }
    }
  }
}
