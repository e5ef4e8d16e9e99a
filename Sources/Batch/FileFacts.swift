import Foundation

/// Size and date of an input's files: whether it changed.
struct FileFacts: Hashable {
  private(set) var bytes = 0
  private(set) var newest = Date.distantPast

  /// Of the files at `paths`; what is not there counts nothing.
  init(_ paths: [String]) {
    for path in paths {
      let path = URL(filePath: path).resolvingSymlinksInPath().path
      guard let facts = try? FileManager.default.attributesOfItem(atPath: path) else { continue }
      bytes += facts[.size] as? Int ?? 0
      newest = max(newest, facts[.modificationDate] as? Date ?? .distantPast)
    }
  }

  /// Whether a folder is at `path`, by itself or by a link.
  static func isFolder(_ path: String) -> Bool {
    let path = URL(filePath: path).resolvingSymlinksInPath().path
    return (try? FileManager.default.attributesOfItem(atPath: path)[.type]) as? FileAttributeType == .typeDirectory
  }
}
