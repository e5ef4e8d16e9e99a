internal import Foundation

extension GroundTruth {
  /// Opens the split `split` (`train`, `val`, `test`) of the data set at `path`, in any supported layout:
  ///
  /// - a description file: `data.yaml` (Ultralytics, Roboflow, CVAT) or `obj.data` (Darknet, CVAT);
  /// - a COCO file, or a folder with one, such as `annotations/instances_train2017.json` or Roboflow's `_annotations.coco.json`;
  /// - a folder with Pascal VOC annotations, in `Annotations` or beside the images;
  /// - a folder with class names in `classes.txt` and YOLO labels in `labels` or beside the images.
  ///
  /// Throws `missing` if the path or all images are missing, `malformed` if nothing there can be used.
  ///
  /// - Parameters:
  ///   - images: folder of the images, if it is elsewhere.
  ///   - classes: class names in order, for formats that do not number them (VOC).
  ///   - keepsOutlines: whether to read outlines of COCO files; only training uses them.
  ///   - needsImages: whether the images of a COCO file must exist; they are not needed to score detections.
  package static func open(
    _ path: String, split: String, images: String? = nil, classes: [String]? = nil, keepsOutlines: Bool = true,
    needsImages: Bool = true
  ) throws(EvaluationError) -> GroundTruth {
    guard FileList.exists(path) else {
      throw EvaluationError(.missing, file: path, "expected a labelled data set, there is nothing of this name")
    }
    if let images, !FileList.isFolder(images) {
      throw EvaluationError(.missing, file: images, "expected the folder of the images, there is none of this name")
    }
    // Paths of label files are derived by replacing a folder anywhere in the absolute path.
    let place = URL(filePath: path).standardizedFileURL.path
    if !needsImages, let file = FileList.isFolder(place) ? annotations(in: place, split: split) : place,
      file.lowercased().hasSuffix(".json"), description(in: place) == nil
    {
      return try parse(coco: TextFile.read(file), path: file, keepsOutlines: keepsOutlines, needsNames: false)
    }
    if !FileList.isFolder(place) { return try open(file: place, split: split, images: images, keepsOutlines) }
    if let file = description(in: place) { return try open(file: file, split: split, images: images, keepsOutlines) }
    if let file = annotations(in: place, split: split) {
      let unsplit = !DatasetDescription.aliases(of: split).contains { file.dropFirst(place.count).contains($0) }
      return try read(coco: file, split: split, images: images, keepsOutlines, isUnsplit: unsplit)
    }
    if let truth = try read(vocFolder: place, split: split, images: images, classes: classes) { return truth }
    if let other = otherAnnotations(in: place, split: split) {
      return try read(coco: other.file, split: split, images: images, keepsOutlines, isUnsplit: other.isUnsplit)
    }
    let others = ["train", "val", "test"].filter {
      annotations(in: place, split: $0) != nil || otherAnnotations(in: place, split: $0) != nil
    }
    guard others.isEmpty || FileList.exists(FileList.joined(place, "classes.txt")) else {
      throw EvaluationError(
        .malformed, file: place, "expected a part '\(split)', it has \(others.joined(separator: ", "))")
    }
    // An archive may hold everything in one more folder.
    let inner = FileList.names(in: place).filter { $0 != "__MACOSX" }
    if inner.count == 1, !partFolders.contains(inner[0]), FileList.isFolder(FileList.joined(place, inner[0])) {
      return try open(
        FileList.joined(place, inner[0]), split: split, images: images, classes: classes, keepsOutlines: keepsOutlines,
        needsImages: needsImages)
    }
    return try read(yoloFolder: place, split: split)
  }

  /// The image files of the data set at `path`, or all images in a folder that is not a data set; `nil` if it is
  /// neither.
  package static func imageFiles(of path: String) throws(EvaluationError) -> [String]? {
    let isFolder = FileList.isFolder(path)
    guard isFolder || ["yaml", "yml", "data", "json"].contains(URL(filePath: path).pathExtension.lowercased()) else {
      return nil
    }
    guard FileList.exists(path) else { return nil }
    do throws(EvaluationError) { return try open(path, split: "train", keepsOutlines: false).images.map(\.path) } catch
    {
      if let truth = try? open(path, split: "val", keepsOutlines: false) { return truth.images.map(\.path) }
      let files = isFolder ? FileList.files(below: path) : []
      if files.isEmpty, !isFolder { throw error }
      return files.isEmpty ? nil : files
    }
  }

  private static func open(
    file: String, split: String, images: String?, _ keepsOutlines: Bool
  ) throws(EvaluationError) -> GroundTruth {
    switch URL(filePath: file).pathExtension.lowercased() {
    case "yaml", "yml": return try read(DatasetDescription(yaml: file), split: split, images: images)
    case "data": return try read(DatasetDescription(darknet: file), split: split, images: images)
    case "json": return try read(coco: file, split: split, images: images, keepsOutlines)
    default:
      throw EvaluationError(
        .malformed, file: file, "expected a data set: a folder, data.yaml, obj.data or a COCO .json")
    }
  }

  private static let splits = Set(["train", "val", "test"].flatMap(DatasetDescription.aliases))
  /// Names of folders that are parts of a data set, not a data set in one more folder.
  private static let partFolders = splits.union(["images", "labels", "Annotations", "annotations"])

  /// A COCO file in `folder` of another name than tools give it: in the folder of the split, with the split's name as a
  /// word of its own, or the only one that names no split.
  private static func otherAnnotations(in folder: String, split: String) -> (file: String, isUnsplit: Bool)? {
    // Label Studio writes a file beside YOLO labels that is none.
    guard !FileList.exists(FileList.joined(folder, "classes.txt")) else { return nil }
    func files(_ place: String) -> [String] {
      FileList.names(in: place).filter { $0.lowercased().hasSuffix(".json") }.map { FileList.joined(place, $0) }
        .filter(COCOFile.isLikely)
    }
    func words(_ file: String) -> Set<String> {
      Set(URL(filePath: file).lastPathComponent.lowercased().split { !$0.isLetter }.map(String.init))
    }
    let aliases = DatasetDescription.aliases(of: split)
    let ofSplit = aliases.flatMap { ["\($0)", "\($0)/annotations"] }.map { FileList.joined(folder, $0) }
    if let file = ofSplit.lazy.flatMap(files).first { return (file, false) }
    let beside = [FileList.joined(folder, "annotations"), folder].flatMap(files)
    if let file = beside.first(where: { !words($0).isDisjoint(with: aliases) }) { return (file, false) }
    let whole = beside.filter { words($0).isDisjoint(with: splits) }
    return whole.count == 1 ? (whole[0], true) : nil
  }

  /// The description file in `folder`, if any.
  private static func description(in folder: String) -> String? {
    let usual = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml"].map { FileList.joined(folder, $0) }
    if let file = usual.first(where: FileList.exists) { return file }
    let others = FileList.names(in: folder).filter {
      ["yaml", "yml"].contains(URL(filePath: $0).pathExtension.lowercased())
    }.map { FileList.joined(folder, $0) }
    let described = others.filter { (try? DatasetDescription(yaml: $0)) != nil }
    if described.count == 1 { return described[0] }
    let darknet = FileList.joined(folder, "obj.data")
    return FileList.exists(darknet) ? darknet : nil
  }

  /// The COCO file of `split` in `folder`, if any.
  private static func annotations(in folder: String, split: String) -> String? {
    for name in DatasetDescription.aliases(of: split) {
      let exact = ["\(name).json", "\(name)/_annotations.coco.json", "annotations/\(name).json"]
      if let file = exact.lazy.map({ FileList.joined(folder, $0) }).first(where: FileList.exists) { return file }
      let annotations = FileList.joined(folder, "annotations")
      let instances = FileList.names(in: annotations).filter {
        $0.hasPrefix("instances_\(name)") && $0.lowercased().hasSuffix(".json")
      }
      if let file = instances.first { return FileList.joined(annotations, file) }
    }
    let unsplit = [
      "_annotations.coco.json", "annotations/instances_default.json", "instances.json", "annotations.json",
      "result.json",
    ]
    return unsplit.map { FileList.joined(folder, $0) }.first(where: FileList.exists)
  }
}
