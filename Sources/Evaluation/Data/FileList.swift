internal import Foundation

/// Lists the image files of a data set, and finds files that were moved.
enum FileList {
  /// Extensions of still images: of those that can be decoded, and of those that Ultralytics reads, so that what cannot
  /// be decoded is counted instead of being passed over.
  static let imageEndings: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "pbm", "ppm", "pgm", "pnm", "bmp", "dib", "webp", "tif", "tiff", "jp2",
    "j2k", "jpeg2000", "avif", "heic", "heif", "dng",
  ]

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// `path`, or the file whose name has the same letters with accents composed otherwise, as copies between systems
  /// have them; `nil` if there is none.
  static func existing(_ path: String) -> String? {
    if exists(path) { return path }
    guard !path.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    return [path.precomposedStringWithCanonicalMapping, path.decomposedStringWithCanonicalMapping].first(where: exists)
  }

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
    var plain = name.replacing("\\", with: "/")
    if plain.contains("://") {
      let address = String(plain.prefix { $0 != "?" && $0 != "#" })
      plain = address.removingPercentEncoding ?? address
    }
    for folder in folders {
      if let path = existing(joined(folder, plain)) ?? existing(joined(folder, name)) { return (path, false) }
    }
    var rest = plain.split(separator: "/").filter { $0 != "." && $0 != ".." }[...]
    while !rest.isEmpty {
      for folder in folders {
        if let path = existing(joined(folder, rest.joined(separator: "/"))) { return (path, true) }
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}
