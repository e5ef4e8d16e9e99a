internal import Foundation

extension GroundTruth {
  /// Parses `bytes`, the content of `path`, as annotations of the COCO benchmark: a JSON object with `images`,
  /// `annotations` and `categories`.
  ///
  /// Only a file that is not such JSON or has no images or classes is an error; bad rows are counted and left out.
  /// Identifiers are integers or text. `area`, `iscrowd`, outlines and image sizes may be missing; run-length masks
  /// are ignored. Image paths are relative to the file.
  ///
  /// - Parameter needsNames: whether to leave out images without a file name; they are not needed to score detections.
  package static func parse(
    coco bytes: [UInt8], path: String, keepsOutlines: Bool = true, needsNames: Bool = true
  ) throws(EvaluationError) -> GroundTruth {
    let file = try COCOFile(bytes, path: path, keepsOutlines: keepsOutlines)
    let url = URL(filePath: path)
    let folder = url.deletingLastPathComponent().path
    var problems: [Problem] = []
    func note(_ kind: Problem.Kind, _ row: String) {
      problems.append(Problem(kind: kind, place: "\(url.lastPathComponent): \(row)"))
    }

    let groups = groupsOnly(in: file)
    var categories: [Category] = []
    var classes: [RecordID: Int] = [:]
    for (index, row) in file.categories.enumerated() {
      guard let id = row.id else {
        note(.unusableRow, "categories[\(index)]")
        continue
      }
      let name = row.name ?? "class \(id.text)"
      if groups.contains(index) {
        note(.groupClass, "'\(name)'")
      } else if classes[id] == nil {
        classes[id] = categories.count
        categories.append(Category(id: id, name: name))
      } else {
        note(.repeatedID, "categories[\(index)]")
      }
    }
    var images: [Image] = []
    var places: [RecordID: Int] = [:]
    for (index, row) in file.images.enumerated() {
      guard let id = row.id, let name = row.name ?? (needsNames ? nil : id.text) else {
        note(.unusableRow, "images[\(index)]")
        continue
      }
      guard places[id] == nil else {
        note(.repeatedID, "images[\(index)]")
        continue
      }
      places[id] = images.count
      var size: Size?
      if let width = row.width, let height = row.height { size = Size(width: width, height: height) }
      images.append(Image(id: id, name: name, path: FileList.joined(folder, name), size: size, objects: []))
    }
    for (index, row) in file.annotations.enumerated() {
      guard let image = row.image, let category = row.category, let box = row.preciseBox else {
        note(.unusableRow, "annotations[\(index)]")
        continue
      }
      guard let place = places[image] else {
        note(.unknownImage, "annotations[\(index)]")
        continue
      }
      guard let classID = classes[category] else {
        note(.unknownClass, "annotations[\(index)]")
        continue
      }
      let size = images[place].size
      // The benchmark counts it as missed.
      if let size, !box.isVisible(in: size) { note(.boxOutside, "annotations[\(index)]") }
      let sides = size.map { SIMD2(Float($0.width), Float($0.height)) }
      let outline = sides.map { sides in row.outline.map { points($0, of: sides) }.filter { $0.count >= 3 } }
      images[place].objects.append(
        TrueObject(box: box, classID: classID, area: row.area, isCrowd: row.isCrowd, outline: outline ?? []))
    }
    guard !images.isEmpty, !categories.isEmpty else {
      throw EvaluationError(.malformed, file: path, "names no images or no classes")
    }
    return GroundTruth(path: path, categories: categories, images: images.sorted { $0.id < $1.id }, problems: problems)
  }

  /// Reads the COCO file at `path` and finds its images: in `images`, beside the file, or where the benchmark,
  /// Roboflow and CVAT unpack them.
  static func read(
    coco path: String, split: String, images folder: String?, _ keepsOutlines: Bool, isUnsplit: Bool = false
  ) throws(EvaluationError) -> GroundTruth {
    let truth = try parse(coco: TextFile.read(path), path: path, keepsOutlines: keepsOutlines)
    let folders = folder.map { [$0] } ?? imageFolders(of: path, split: split)
    var problems = truth.problems
    var foundAny = false
    let images = truth.images.map { image in
      guard let found = FileList.find(image.name, in: folders) else {
        problems.append(Problem(kind: .unreadableImage, place: image.name, detail: "not found"))
        return image
      }
      foundAny = true
      if found.isMoved { problems.append(Problem(kind: .movedFile, place: image.name)) }
      return Image(id: image.id, name: image.name, path: found.path, size: image.size, objects: image.objects)
    }
    guard foundAny else {
      throw EvaluationError(
        .missing, file: path,
        "expected its images, such as \(truth.images.first?.name ?? ""), in \(folders.joined(separator: " or ")); "
          + "--images names another folder")
    }
    return GroundTruth(
      path: path, categories: truth.categories, images: images, problems: problems, isUnsplit: isUnsplit)
  }

  /// Folders that may contain the images of the file at `path`, the likeliest first.
  private static func imageFolders(of path: String, split: String) -> [String] {
    let url = URL(filePath: path)
    let stem = url.deletingPathExtension().lastPathComponent
    // `instances_train2017` describes `train2017`.
    let name = stem.split(separator: "_").last.map(String.init) ?? stem
    let beside = url.deletingLastPathComponent()
    var homes = [beside.path]
    if ["annotations", "labels"].contains(beside.lastPathComponent.lowercased()) {
      homes.append(beside.deletingLastPathComponent().path)
    }
    let names = [stem, name] + DatasetDescription.aliases(of: split)
    let below = names.map { "images/\($0)" } + ["images"] + names + ["data", "JPEGImages", ""]
    var seen: Set<String> = []
    let folders = homes.flatMap { home in below.map { FileList.joined(home, $0) } }.filter {
      FileList.isFolder($0) && seen.insert($0).inserted
    }
    return folders.isEmpty ? homes : folders
  }

  /// Roboflow's first category is the name of the data set, a parent of the others without annotations.
  private static func groupsOnly(in file: COCOFile) -> Set<Int> {
    let used = Set(file.annotations.compactMap(\.category))
    return Set(
      file.categories.indices.filter { index in
        let category = file.categories[index]
        guard category.group == "none", let id = category.id, !used.contains(id) else { return false }
        return file.categories.contains { $0.group == category.name }
      })
  }

  /// Pairs of numbers as points, in fractions of `size`, clipped to the image.
  static func points(_ values: [Float], of size: SIMD2<Float> = .one) -> [SIMD2<Float>] {
    stride(from: 0, to: values.count - 1, by: 2).map {
      (SIMD2(values[$0], values[$0 + 1]) / size).clamped(lowerBound: .zero, upperBound: .one)
    }
  }
}

extension COCOFile.Annotation {
  /// Left, top, width and height, if it is these.
  var preciseBox: PreciseBox? {
    guard let box, (0..<4).allSatisfy({ abs(box[$0]) < 1e9 }), box[2] >= 0, box[3] >= 0 else { return nil }
    return PreciseBox(left: box[0], top: box[1], width: box[2], height: box[3])
  }
}
