internal import Foundation

/// Where the annotation files of a Pascal VOC data set and its images are.
struct VOCLayout {
  /// The annotation files of the part.
  let files: [String]
  /// Folders the images may be in.
  let imageFolders: [String]
  /// A list of class names, if any.
  let classFile: String?
  /// Whether there are no splits.
  let isUnsplit: Bool
  /// The folder that annotation names are relative to.
  private let home: String

  /// Inspects `folder`; `nil` if there are no annotations. Throws `malformed` if the split is missing.
  init?(_ folder: String, split: String) throws(EvaluationError) {
    func isAnnotation(_ name: String) -> Bool { name.lowercased().hasSuffix(".xml") }
    let aliases = DatasetDescription.aliases(of: split)
    let annotations = FileList.joined(folder, "Annotations")
    classFile = ["classes.txt", "labels.txt"].map { FileList.joined(folder, $0) }.first(where: FileList.exists)
    if FileList.isFolder(annotations) {
      home = annotations
      imageFolders = ["JPEGImages", "images", "Images", "Annotations", ""].map { FileList.joined(folder, $0) }
        .filter(FileList.isFolder)
      let lists = FileList.joined(folder, "ImageSets/Main")
      let list = aliases.lazy.map { FileList.joined(lists, "\($0).txt") }.first(where: FileList.exists)
      isUnsplit = list == nil
      if let list {
        let text = String(decoding: try TextFile.read(list), as: UTF8.self)
        files = text.split(whereSeparator: \.isNewline).compactMap { $0.split(separator: " ").first }.map {
          FileList.joined(annotations, "\($0).xml")
        }
      } else {
        let parts = FileList.names(in: lists).filter {
          ["train.txt", "val.txt", "trainval.txt", "test.txt"].contains($0)
        }
        guard parts.isEmpty else {
          throw EvaluationError(
            .malformed, file: FileList.joined(lists, "\(split).txt"),
            "cannot be read; it names the images of the part '\(split)'")
        }
        files = FileList.files(below: annotations, where: isAnnotation)
      }
      return
    }
    let places = aliases.map { FileList.joined(folder, $0) }
    let own = (places + [folder]).first { place in FileList.names(in: place).contains(where: isAnnotation) }
    guard let own else { return nil }
    home = own
    isUnsplit = own == folder
    imageFolders = [own, FileList.joined(own, "images")].filter(FileList.isFolder)
    files = FileList.names(in: own).filter(isAnnotation).map { FileList.joined(own, $0) }
  }

  /// The name of an image without its extension: the path of its annotation below the annotation folder.
  func stem(of file: String) -> String {
    let below = file.hasPrefix(home + "/") ? String(file.dropFirst(home.count + 1)) : file
    return (below as NSString).deletingPathExtension
  }

  /// Class names in annotations of other splits, so that all splits number their classes alike.
  func namesElsewhere() -> [String] {
    let known = Set(files)
    let root = isUnsplit || home.hasSuffix("/Annotations") ? home : URL(filePath: home).deletingLastPathComponent().path
    let others = FileList.files(below: root) { $0.lowercased().hasSuffix(".xml") }.filter { !known.contains($0) }
    return others.flatMap { file in
      (try? Data(contentsOf: URL(filePath: file))).flatMap(VOCAnnotation.init)?.objects.map(\.name) ?? []
    }
  }
}
