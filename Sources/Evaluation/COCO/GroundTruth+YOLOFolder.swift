internal import Foundation

extension GroundTruth {
  /// Reads a YOLO folder: `classes.txt`, and `images` and `labels`, each with a folder `split` inside or without.
  ///
  /// A label file has the name of its picture and a line `class cx cy width height` for each object, in fractions of the
  /// picture; a picture without one shows nothing. Pictures are numbered from 1 in order of their names.
  public static func read(yoloFolder path: String, split: String) throws(EvaluationError) -> GroundTruth {
    let folder = URL(filePath: path, directoryHint: .isDirectory)
    let classFile = folder.appending(path: "classes.txt").path
    let categories = try TextFile.lines(of: TextFile.read(classFile)).compactMap { line -> String? in
      let name = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
      return name.isEmpty ? nil : name
    }.enumerated().map { Category(id: $0, name: $1) }
    if categories.isEmpty {
      throw EvaluationError(.malformed, file: classFile, "expected the name of a class on each line, got none")
    }

    let hasSplit = isFolder(folder.appending(path: "images/\(split)"))
    let images = folder.appending(path: hasSplit ? "images/\(split)" : "images")
    let labels = folder.appending(path: hasSplit ? "labels/\(split)" : "labels")
    for needed in [images, labels] where !isFolder(needed) {
      throw EvaluationError(.missing, file: needed.path, "expected a folder of a YOLO data set, there is none")
    }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: images.path) } catch {
      throw EvaluationError(.unreadable, file: images.path, "cannot be read: \(error.localizedDescription)")
    }
    let kinds: Set<String> = ["jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff"]
    var pictures: [Picture] = []
    for name in names.sorted() {
      let file = URL(filePath: name)
      guard kinds.contains(file.pathExtension.lowercased()) else { continue }
      let label = labels.appending(path: file.deletingPathExtension().lastPathComponent + ".txt").path
      var objects: [TrueObject] = []
      if FileManager.default.fileExists(atPath: label) {
        objects = try parse(labels: TextFile.read(label), path: label, classCount: categories.count)
      }
      pictures.append(
        Picture(id: pictures.count + 1, fileName: name, size: nil, objects: objects, isInFractions: true))
    }
    if pictures.isEmpty { throw EvaluationError(.missing, file: images.path, "expected pictures, there are none") }
    return GroundTruth(path: path, pictureFolder: images.path, categories: categories, pictures: pictures)
  }

  /// Understands `bytes` as the label file `path`: objects in fractions of their picture.
  static func parse(labels bytes: [UInt8], path: String, classCount: Int) throws(EvaluationError) -> [TrueObject] {
    var objects: [TrueObject] = []
    for (index, line) in TextFile.lines(of: bytes).enumerated() {
      let fields = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" }
      if fields.isEmpty { continue }
      func fault(_ message: String) -> EvaluationError {
        EvaluationError(.malformed, file: path, line: index + 1, message)
      }
      guard fields.count == 5 else {
        throw fault("expected 5 columns (class cx cy width height), got \(fields.count)")
      }
      guard let classID = Int(fields[0]), (0..<classCount).contains(classID) else {
        throw fault("expected a class from 0 to \(classCount - 1), got '\(fields[0].prefix(40))'")
      }
      var numbers: [Double] = []
      for (field, name) in zip(fields.dropFirst(), ["cx", "cy", "width", "height"]) {
        // Written with few digits, an edge may lie a little outside.
        guard let number = Double(field), (-0.01...1.01).contains(number) else {
          throw fault("expected a fraction of the picture, 0 to 1, as \(name), got '\(field.prefix(40))'")
        }
        numbers.append(number)
      }
      objects.append(
        TrueObject(
          box: PreciseBox(
            left: numbers[0] - numbers[2] / 2, top: numbers[1] - numbers[3] / 2, width: max(0, numbers[2]),
            height: max(0, numbers[3])), classID: classID))
    }
    return objects
  }

  private static func isFolder(_ url: URL) -> Bool {
    (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
  }
}
