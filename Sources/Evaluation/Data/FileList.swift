internal import Foundation

/// Lists the image files of a data set, and finds files that were moved.
enum FileList {
  /// Extensions of still images that can be decoded.
  static let imageEndings: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "ppm", "pgm", "pnm", "bmp", "dib", "webp", "tif", "tiff", "jp2",
  ]

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    // The out-parameter is a local that outlives the call.
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  static func isImage(_ name: String) -> Bool {
    imageEndings.contains((name as NSString).pathExtension.lowercased())
  }

  /// Names in `folder` in bytewise order, without hidden ones.
  static func names(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Files in `folder` and its subfolders, through links, for which `isWanted` is true; sorted by path.
  static func files(below folder: String, where isWanted: (String) -> Bool = isImage) -> [String] {
    var found: [String] = []
    var visited: Set<String> = []
    var open = [folder]
    while let next = open.popLast() {
      // A link may lead to a parent folder.
      guard visited.insert(URL(filePath: next).resolvingSymlinksInPath().path).inserted else { continue }
      for name in names(in: next) {
        let path = joined(next, name)
        if isWanted(name) { found.append(path) } else if isFolder(path) { open.append(path) }
      }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// `name` relative to `folder`; an absolute `name` is unchanged.
  static func joined(_ folder: String, _ name: String) -> String {
    name.hasPrefix("/") ? name : URL(filePath: folder, directoryHint: .isDirectory).appending(path: name).path
  }

  /// Finds a file of the data set: `name` in one of `folders`; or, for a data set that was moved, `name` without its
  /// first folders, reported by `isMoved`.
  static func find(_ name: String, in folders: [String]) -> (path: String, isMoved: Bool)? {
    // Some tools write Windows paths.
    let plain = name.replacing("\\", with: "/")
    for folder in folders {
      if exists(joined(folder, plain)) { return (joined(folder, plain), false) }
    }
    var rest = plain.split(separator: "/").filter { $0 != "." && $0 != ".." }[...]
    while !rest.isEmpty {
      for folder in folders {
        let path = joined(folder, rest.joined(separator: "/"))
        if exists(path) { return (path, true) }
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}
