import Capture
import Foundation
import Outputs

/// The inputs that a user named by files, folders, patterns and lists, each once and in order.
package struct InputList: Sendable {
  /// Endings of files that are taken for videos within a folder. A file that is named itself may have any.
  package static let videoEndings: Set<String> = [
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "wmv", "asf", "flv", "mpg", "mpeg", "vob", "ts", "mts", "m2ts", "3gp",
    "ogv", "mxf", "h264", "264", "h265", "265", "hevc", "y4m", "gif", "dav", "dv", "divx", "3g2", "apng", "av1", "f4v",
    "ivf", "m1v", "m2t", "m2v", "mj2", "mjpeg", "mjpg", "mk3d", "mod", "mpe", "mpv", "nut", "obu", "qt", "rm", "rmvb",
    "tod", "vc1", "wtv",
  ]

  /// The inputs. Their names tell them apart.
  package private(set) var inputs: [BatchInput] = []
  private let outputFolder: String
  private var known: Set<String> = []
  private var seenFolders: Set<String> = []
  /// Images that were named one by one, by their folder, and the folders in order.
  private var images: [String: [String]] = [:]
  private var imageFolders: [String] = []

  /// Reads `words`: videos, images, folders (with all folders in them), patterns such as `'cams/*/day1*.mp4'`, lists
  /// (`.txt`, `.csv`).
  ///
  /// - Parameter outputFolder: where results go; nothing below it is taken for an input.
  /// - Throws: `notFound` for a word that leads to nothing; a list may name what is not there, which fails by itself.
  package init(_ words: [String], outputFolder: String) throws(BatchError) {
    self.outputFolder = outputFolder.isEmpty ? "" : Self.resolved(outputFolder)
    for word in words { try add(word) }
    for folder in imageFolders {
      let name = folder == "." ? "images" : Self.lastPart(folder)
      inputs.append(BatchInput(path: folder, content: .images(images[folder] ?? []), name: name))
    }
    if inputs.isEmpty, let word = words.first(where: { Self.resolved($0) == self.outputFolder }) {
      throw BatchError(.usage, "\(word) is to be read and to be written to; expected another folder for outputs")
    }
    if inputs.isEmpty {
      throw BatchError(.notFound, "\(words.joined(separator: ", ")): expected videos or images, found none")
    }
    let names = OutputNames.distinct(inputs)
    for index in inputs.indices { inputs[index].name = names[index] }
  }

  /// Whether `word` names many inputs: a folder with videos, also beside images, a pattern or a list.
  package static func isMany(_ word: String) -> Bool {
    if word == "-" || word.contains("://") { return false }
    guard FileManager.default.fileExists(atPath: word) else { return GlobPattern.isPattern(word) }
    guard FileFacts.isFolder(word) else { return ListFile.isList(word) }
    guard let list = try? InputList([word], outputFolder: "") else { return false }
    // Images alone are one input.
    return list.inputs.contains { $0.content == .video } || (try? StillsSource.images(in: word).isEmpty) ?? false
  }

  private mutating func add(_ word: String) throws(BatchError) {
    let isFileAddress = word.lowercased().hasPrefix("file://")
    if word == "-" || word.contains("://") && !isFileAddress {
      throw BatchError(.usage, "\(word): expected files; 'yolostream run' reads cameras, pipes and addresses")
    }
    let path = Self.normalised(isFileAddress ? try Self.path(ofFileAddress: word) : word)
    if FileManager.default.fileExists(atPath: path) {
      if ListFile.isList(path), !FileFacts.isFolder(path) {
        for entry in try ListFile(path: path).entries() { addPath(Self.normalised(entry)) }
      } else {
        addPath(path)
      }
    } else if GlobPattern.isPattern(path) {
      let paths = GlobPattern(path).paths()
      guard !paths.isEmpty else { throw BatchError(.notFound, "no file fits \(word)") }
      for path in paths { addPath(path) }
    } else {
      throw BatchError(.notFound, "cannot open \(word): no such file or folder")
    }
  }

  private mutating func addPath(_ path: String) {
    if FileFacts.isFolder(path) {
      addFolder(path, below: "")
    } else if Self.ending(path).map(SourceAddress.imageExtensions.contains) ?? false {
      guard known.insert(path).inserted else { return }
      let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
      if images[folder] == nil { imageFolders.append(folder) }
      images[folder, default: []].append(path)
    } else {
      add(path, .video, name: path.stem)
    }
  }

  /// Adds what is in the folder at `path`, whose outputs are to lie in `relative`.
  private mutating func addFolder(_ path: String, below relative: String) {
    // A folder that holds a link to itself has no end.
    let place = Self.resolved(path)
    guard place != outputFolder, seenFolders.insert(place).inserted else { return }
    let ownName = relative.isEmpty ? Self.lastPart(place) : String(relative.dropLast())
    guard let all = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      // As an input it fails by itself, with the reason.
      add(path, .folder, name: ownName)
      return
    }
    // The folder of the file system's own repairs, which only root can read.
    let names = all.filter { !$0.hasPrefix(".") && $0 != "lost+found" }.sorted()
    var hasImages = false
    for name in names {
      let inner = path == "/" ? "/" + name : path + "/" + name
      if FileFacts.isFolder(inner) {
        addFolder(inner, below: relative + name + "/")
      } else if let ending = Self.ending(name) {
        if SourceAddress.imageExtensions.contains(ending) { hasImages = true }
        if Self.videoEndings.contains(ending) { add(inner, .video, name: relative + name.stem) }
      }
    }
    if hasImages { add(path, .folder, name: ownName) }
  }

  private mutating func add(_ path: String, _ content: BatchInput.Content, name: String) {
    if known.insert(path).inserted { inputs.append(BatchInput(path: path, content: content, name: name)) }
  }

  private static func path(ofFileAddress text: String) throws(BatchError) -> String {
    do throws(CaptureError) { return try NetworkAddress.path(ofFileAddress: text) } catch {
      throw BatchError(.usage, error.description)
    }
  }

  /// Without `./` and double slashes: the same file is the same text.
  private static func normalised(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    return path.hasPrefix("/") ? "/" + parts : parts.isEmpty ? "." : parts
  }

  private static func resolved(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? "images"
  }

  private static func ending(_ path: String) -> String? {
    let name = lastPart(path)
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() }
  }
}
