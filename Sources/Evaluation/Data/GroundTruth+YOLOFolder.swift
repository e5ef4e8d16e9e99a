internal import Foundation

extension GroundTruth {
  /// Reads a YOLO folder: `classes.txt`, `images/SPLIT/*`, and `labels/SPLIT/*.txt` with a line for each object. What
  /// is not to train on may also lie in `images` and `labels` themselves.
  ///
  /// Pictures are numbered from 1 in order of their names. Bad lines are counted and passed over; only a folder without
  /// classes or without pictures is an error.
  static func read(yoloFolder folder: URL, split: String) throws(EvaluationError) -> GroundTruth {
    func malformed(_ file: URL, _ message: String) -> EvaluationError {
      EvaluationError(.malformed, file: file.path, message)
    }
    let classFile = folder.appending(path: "classes.txt")
    guard let text = try? String(contentsOf: classFile, encoding: .utf8) else {
      throw malformed(classFile, "cannot be read; a YOLO folder names its classes there")
    }
    let names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    if names.isEmpty { throw malformed(classFile, "expected the name of a class on each line, got none") }

    let ofSplit = folder.appending(path: "images/\(split)")
    // Without parts there is nothing set aside: what was trained on would be validated on.
    let hasSplit = split == "train" || FileManager.default.fileExists(atPath: ofSplit.path)
    let images = hasSplit ? ofSplit : folder.appending(path: "images")
    let labels = folder.appending(path: hasSplit ? "labels/\(split)" : "labels")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: images.path)) ?? []
    let kinds: Set<String> = ["jpg", "jpeg", "png", "ppm", "bmp", "webp", "tif", "tiff"]
    var pictures: [Picture] = []
    var problems: [Problem] = []
    for file in files.sorted() where kinds.contains((file as NSString).pathExtension.lowercased()) {
      let label = labels.appending(path: "\((file as NSString).deletingPathExtension).txt")
      var objects: [TrueObject] = []
      if let lines = try? String(contentsOf: label, encoding: .utf8) {
        objects = Self.objects(in: lines, file: label.lastPathComponent, classes: names.count, problems: &problems)
      } else {
        problems.append(Problem(kind: .missingLabels, place: file))
      }
      pictures.append(Picture(id: pictures.count + 1, fileName: file, size: .unit, objects: objects))
    }
    if pictures.isEmpty { throw malformed(images, "expected a folder with pictures of a YOLO data set, got none") }
    return GroundTruth(
      path: folder.path, folder: images.path, categories: names.enumerated().map { Category(id: $0, name: $1) },
      pictures: pictures, problems: problems)
  }

  /// The objects of a label file, in fractions of their picture. A line is a class and the corners of an outline, or
  /// `class cx cy width height`, behind which there may be a score.
  static func objects(in text: String, file: String, classes: Int, problems: inout [Problem]) -> [TrueObject] {
    var objects: [TrueObject] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let place = "\(file):\(index + 1)"
      let fields = line.split(whereSeparator: \.isWhitespace)
      if fields.isEmpty { continue }
      let isOutline = fields.count >= 7 && fields.count % 2 == 1
      let numbers = isOutline ? fields.dropFirst() : fields.dropFirst().prefix(4)
      let values = numbers.compactMap { Double($0) }
      guard let classID = Int(fields[0]), fields.count >= 5, values.count == numbers.count,
        values.allSatisfy(\.isFinite)
      else {
        problems.append(Problem(kind: .unreadableLine, place: place))
        continue
      }
      guard (0..<classes).contains(classID) else {
        problems.append(Problem(kind: .unknownClass, place: place))
        continue
      }
      let outline = isOutline ? points(values.map { Float($0) }) : []
      let box =
        PreciseBox(around: outline)
        ?? PreciseBox(
          left: values[0] - values[2] / 2, top: values[1] - values[3] / 2, width: values[2], height: values[3])
      guard box.isVisible(in: .unit) else {
        problems.append(Problem(kind: .boxOutside, place: place))
        continue
      }
      objects.append(TrueObject(box: box, classID: classID, outline: isOutline ? [outline] : []))
    }
    return objects
  }
}

extension PreciseBox {
  /// The smallest box that holds all `points`; `nil` if there are none.
  fileprivate init?(around points: [SIMD2<Float>]) {
    let (across, down) = (points.map { Double($0.x) }, points.map { Double($0.y) })
    guard let left = across.min(), let right = across.max(), let top = down.min(), let bottom = down.max() else {
      return nil
    }
    self.init(left: left, top: top, width: right - left, height: bottom - top)
  }
}
