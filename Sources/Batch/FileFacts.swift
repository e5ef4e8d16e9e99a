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

  /// Whether something is at `path`, by itself or by a link, that is neither a file nor a folder: a pipe, a socket or a device.
  static func isSpecial(_ path: String) -> Bool {
    let path = URL(filePath: path).resolvingSymlinksInPath().path
    let type = (try? FileManager.default.attributesOfItem(atPath: path)[.type]) as? FileAttributeType
    return type.map { $0 != .typeRegular && $0 != .typeDirectory } ?? false
  }

  /// Whether a folder is at `path`, by itself or by a link.
  static func isFolder(_ path: String) -> Bool {
    let path = URL(filePath: path).resolvingSymlinksInPath().path
    return (try? FileManager.default.attributesOfItem(atPath: path)[.type]) as? FileAttributeType == .typeDirectory
  }
}
