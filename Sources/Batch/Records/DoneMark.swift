import Foundation
import Outputs

/// `NAME.done`: the SHA-256 of each output of an input, as `sha256sum` writes them and `sha256sum -c` checks them. It is written
/// last and in one step, so what has one is whole.
struct DoneMark {
  let path: String

  /// Where outputs stand that the mark names.
  private var folder: String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }

  var exists: Bool { FileManager.default.fileExists(atPath: path) }
  /// When it was written.
  var date: Date {
    (try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date) ?? .distantPast
  }

  /// The files it names, if they are all there.
  var files: [String]? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    let files = lines.compactMap { line in line.utf8.count > 66 ? folder + line.dropFirst(66) : nil }
    let isWhole = files.count == lines.count && files.allSatisfy { FileManager.default.fileExists(atPath: $0) }
    return isWhole ? files : nil
  }

  /// Marks `outputs`, files and folders, as done. They are on the disk before the mark is.
  func write(_ outputs: [String]) throws {
    var text = ""
    for output in outputs {
      for file in Self.files(in: output) {
        try DurableFile.sync(file)
        text += "\(try FileHash.sha256(file))  \(file.dropFirst(folder.count))\n"
      }
    }
    try DurableFile.replace(path, with: [UInt8](text.utf8))
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// `path`, or the files below it if it is a folder.
  private static func files(in path: String) -> [String] {
    guard FileFacts.isFolder(path) else {
      return [path]
    }
    return ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).sorted().map { path + "/" + $0 }
      .filter { !FileFacts.isFolder($0) }
  }
}
