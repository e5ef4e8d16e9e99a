internal import Foundation

extension GroundTruth {
  /// Reads the split `split` of the data set with YOLO labels that `description` describes.
  static func read(
    _ description: DatasetDescription, split: String, images folder: String? = nil
  ) throws(EvaluationError) -> GroundTruth {
    var problems: [Problem] = []
    var files: [String] = []
    if let folder {
      files = FileList.files(below: folder)
    } else {
      for place in try description.places(of: split) {
        files += try images(at: place, of: description, problems: &problems)
      }
    }
    files.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard !files.isEmpty else {
      throw EvaluationError(.malformed, file: description.path, "expected images in its part '\(split)', got none")
    }
    return labelled(
      files, names: description.names, path: description.path, problems: problems,
      poseColumns: description.poseColumns)
  }

  /// The images of an entry of the description: a folder, a list or one image.
  private static func images(
    at place: String, of description: DatasetDescription, problems: inout [Problem]
  ) throws(EvaluationError) -> [String] {
    // Roboflow's `../train/images` is relative to a folder that does not exist.
    let names = place.hasPrefix("../") ? [place, String(place.dropFirst(3))] : [place]
    let found = names.lazy.compactMap { name in
      description.roots.lazy.map { FileList.joined($0, name) }.first(where: FileList.exists)
    }.first
    var path = found
    if path == nil, let moved = FileList.find(place, in: description.roots) {
      path = moved.path
      problems.append(Problem(kind: .movedFile, place: place))
    }
    guard let path else {
      throw EvaluationError(
        .missing, file: description.path,
        "expected images in '\(place)', which is not in \(description.roots.joined(separator: " or "))")
    }
    if FileList.isFolder(path) { return FileList.files(below: path) }
    if FileList.isImage(path) { return [path] }
    return try images(listedIn: path, roots: description.roots, problems: &problems)
  }

  /// The images in a list, one per line: relative to the list's folder if they start with `./`, else to the data set,
  /// the list's folder or the current folder.
  static func images(
    listedIn list: String, roots: [String], problems: inout [Problem]
  ) throws(EvaluationError) -> [String] {
    let beside = URL(filePath: list).deletingLastPathComponent().path
    let folders = roots + [beside, FileManager.default.currentDirectoryPath]
    var files: [String] = []
    for line in TextFile.lines(of: try TextFile.read(list)) {
      let bytes = line.starts(with: [0xEF, 0xBB, 0xBF]) ? line.dropFirst(3) : line
      let name = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
      guard !name.isEmpty else { continue }
      let isLocal = name.hasPrefix("./")
      guard let found = FileList.find(isLocal ? String(name.dropFirst(2)) : name, in: isLocal ? [beside] : folders)
      else {
        problems.append(Problem(kind: .unreadableImage, place: name))
        continue
      }
      if found.isMoved { problems.append(Problem(kind: .movedFile, place: name)) }
      files.append(found.path)
    }
    return files
  }

  /// Images with their label files: in `labels` instead of `images` in the path, or beside the image.
  static func labelled(
    _ files: [String], names: [String], path: String, problems before: [Problem] = [], poseColumns: Int? = nil,
    isUnsplit: Bool = false
  ) -> GroundTruth {
    var problems = before
    var images: [Image] = []
    for (index, file) in files.enumerated() {
      let name = URL(filePath: file).lastPathComponent
      var objects: [TrueObject] = []
      if let label = labelFile(of: file) {
        let place = URL(filePath: label).lastPathComponent
        let bytes: [UInt8]
        do throws(EvaluationError) { bytes = try TextFile.read(label) } catch {
          problems.append(Problem(kind: .unusableLabels, place: place, detail: error.message))
          continue
        }
        do throws(LabelFile.Refusal) {
          let read = try LabelFile(bytes, classCount: names.count, poseColumns: poseColumns)
          for note in read.notes { problems.append(Problem(kind: note.kind, place: "\(place):\(note.line)")) }
          if read.objects.isEmpty { problems.append(Problem(kind: .emptyLabels, place: place)) }
          objects = read.objects
        } catch {
          problems.append(Problem(kind: .unusableLabels, place: "\(place):\(error.line)", detail: error.sentence))
          continue
        }
      } else {
        problems.append(Problem(kind: .missingLabels, place: name))
      }
      images.append(Image(id: .number(index + 1), name: name, path: file, size: .unit, objects: objects))
    }
    return GroundTruth(
      path: path, categories: names.enumerated().map { Category(id: .number($0), name: $1) }, images: images,
      problems: problems, isUnsplit: isUnsplit, hasIdentifiers: false)
  }

  /// Path of an image's label file, derived as in the reference: the last folder `images` becomes `labels`. The
  /// reference follows links to folders first; labels beside the link are preferred here.
  static func labelFile(of image: String) -> String? {
    if let file = labelCandidates(image).lazy.compactMap(FileList.existing).first { return file }
    let url = URL(filePath: image)
    let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
    let linked = folder.appending(path: url.lastPathComponent).path
    return linked == image ? nil : labelCandidates(linked).lazy.compactMap(FileList.existing).first
  }

  private static func labelCandidates(_ image: String) -> [String] {
    let stem = (image as NSString).deletingPathExtension
    guard let range = stem.range(of: "/images/", options: .backwards) else { return [stem + ".txt"] }
    return [stem.replacingCharacters(in: range, with: "/labels/") + ".txt", stem + ".txt"]
  }

  /// Reads a folder without a description file: class names in `classes.txt`, `obj.names` or Roboflow's
  /// `_darknet.labels`; images in `images/SPLIT`, `SPLIT/images` or `SPLIT`, or, without splits, in `images` or the folder
  /// itself (LabelImg).
  static func read(yoloFolder folder: String, split: String) throws(EvaluationError) -> GroundTruth {
    func malformed(_ file: String, _ message: String) -> EvaluationError {
      EvaluationError(.malformed, file: file, message)
    }
    func layouts(_ name: String) -> [String] {
      ["images/\(name)", "\(name)/images", name].map { FileList.joined(folder, $0) }
    }
    let ofSplit = DatasetDescription.aliases(of: split).flatMap(layouts).first(where: FileList.isFolder)
    let parts = ["train", "val", "test"].flatMap(DatasetDescription.aliases).filter {
      layouts($0).contains(where: FileList.isFolder)
    }
    let unsplit = ["images", ""].map { FileList.joined(folder, $0) }.first(where: FileList.isFolder) ?? folder
    let home = ofSplit ?? unsplit
    let labels = home.replacing("/images", with: "/labels")
    let places = [folder, home, labels, folder + "/labels", folder + "/images"].flatMap {
      [FileList.joined($0, "classes.txt"), FileList.joined($0, "obj.names"), FileList.joined($0, "_darknet.labels")]
    }
    guard let classFile = places.first(where: FileList.exists) else {
      throw malformed(
        folder,
        "expected a data set: data.yaml, obj.data, a COCO .json, Pascal VOC annotations, or classes.txt with the names of "
          + "the classes, got none of them")
    }
    let names = try DatasetDescription.names(file: classFile)
    guard ofSplit != nil || parts.isEmpty else {
      throw malformed(folder, "expected a part '\(split)', it has \(parts.joined(separator: ", "))")
    }
    let files = FileList.files(below: home)
    if files.isEmpty { throw malformed(home, "expected images, got none") }
    return labelled(files, names: names, path: folder, isUnsplit: ofSplit == nil)
  }
}
