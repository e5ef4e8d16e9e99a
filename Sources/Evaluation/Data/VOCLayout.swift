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
  /// The folder that holds the annotations of all splits.
  private let root: String

  /// Inspects `folder`; `nil` if there are no annotations. Throws `malformed` if the split is missing.
  init?(_ folder: String, split: String) throws(EvaluationError) {
    let aliases = DatasetDescription.aliases(of: split)
    let parts = aliases.map { FileList.joined(folder, $0) }
    classFile = ["classes.txt", "labels.txt"].map { FileList.joined(folder, $0) }.first(where: FileList.exists)
    // A folder of annotations above the splits or in one, or annotations beside the images.
    let bases = [folder] + parts.filter(FileList.isFolder)
    let found = bases.lazy.compactMap { base in Self.annotations(in: base).map { (base: base, place: $0) } }.first
    guard let (base, place) = found else {
      guard let own = (parts + [folder]).first(where: Self.holdsAnnotations) else { return nil }
      home = own
      root = folder
      isUnsplit = own == folder
      imageFolders = [own, FileList.joined(own, "images")].filter(FileList.isFolder)
      files = FileList.names(in: own).filter(Self.isAnnotation).map { FileList.joined(own, $0) }
      return
    }
    home = place
    root = base == folder ? place : folder
    let names = ["JPEGImages", "images", "Images", "imgs", "img", ""]
    var seen: Set<String> = []
    imageFolders = ([base, folder].flatMap { home in names.map { FileList.joined(home, $0) } } + [place]).filter {
      FileList.isFolder($0) && seen.insert($0).inserted
    }
    let lists = ["ImageSets/Main", "ImageSets"].map { FileList.joined(base, $0) }
    let list = lists.flatMap { home in aliases.map { FileList.joined(home, "\($0).txt") } }.first(
      where: FileList.exists)
    if let list {
      isUnsplit = false
      files = TextFile.lines(of: try TextFile.read(list)).compactMap { line in
        let name = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        return name.isEmpty ? nil : Self.file(listedAs: name, in: place)
      }
      return
    }
    let missing = ["train.txt", "val.txt", "trainval.txt", "test.txt"].contains {
      FileList.exists(FileList.joined(lists[0], $0))
    }
    guard !missing else {
      throw EvaluationError(
        .malformed, file: FileList.joined(lists[0], "\(split).txt"),
        "cannot be read; it names the images of the part '\(split)'")
    }
    let folders = ["train", "val", "test"].flatMap(DatasetDescription.aliases).filter {
      FileList.isFolder(FileList.joined(place, $0))
    }
    let ofSplit = folders.first(where: aliases.contains).map { FileList.joined(place, $0) }
    if ofSplit == nil, base == folder, !folders.isEmpty {
      throw EvaluationError(
        .malformed, file: place, "expected a part '\(split)', it has \(folders.joined(separator: ", "))")
    }
    isUnsplit = ofSplit == nil && base == folder
    files = FileList.files(below: ofSplit ?? place, where: Self.isAnnotation)
  }

  private static func isAnnotation(_ name: String) -> Bool { name.lowercased().hasSuffix(".xml") }

  private static func holdsAnnotations(_ folder: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.contains { isAnnotation($0) && !$0.hasPrefix(".") }
  }

  /// The folder of annotations in `base`, as the benchmark calls it or as others do.
  private static func annotations(in base: String) -> String? {
    let published = FileList.joined(base, "Annotations")
    if FileList.isFolder(published) { return published }
    let others = ["annotations", "annotations/xmls", "xmls", "xml", "labels"].map { FileList.joined(base, $0) }
    return others.first { place in
      holdsAnnotations(place)
        || ["train", "val", "valid", "test"].contains { holdsAnnotations(FileList.joined(place, $0)) }
    }
  }

  /// The annotation file that a line of a list means: a name, which may have blanks in it, stand in quotes, have the
  /// image's extension, or be followed by a flag.
  private static func file(listedAs line: String, in home: String) -> String {
    let quoted = line.hasPrefix("\"") ? line.split(separator: "\"").first.map(String.init) : nil
    let first = line.split(separator: " ").first.map(String.init) ?? line
    let names = [quoted ?? line, first].flatMap { name in
      FileList.isImage(name) ? [name, (name as NSString).deletingPathExtension] : [name]
    }
    let files = names.map { FileList.joined(home, "\($0).xml") }
    return files.lazy.compactMap(FileList.existing).first ?? FileList.joined(home, "\(quoted ?? first).xml")
  }

  /// The name of an image without its extension: the path of its annotation below the annotation folder.
  func stem(of file: String) -> String {
    let below = file.hasPrefix(home + "/") ? String(file.dropFirst(home.count + 1)) : file
    return (below as NSString).deletingPathExtension
  }

  /// Class names in annotations of other splits, so that all splits number their classes alike.
  func namesElsewhere() -> [String] {
    let known = Set(files)
    let others = FileList.files(below: root, where: Self.isAnnotation).filter { !known.contains($0) }
    return others.flatMap { file in
      (try? Data(contentsOf: URL(filePath: file))).flatMap(VOCAnnotation.init)?.objects.map(\.name) ?? []
    }
  }
}
