internal import Foundation

extension GroundTruth {
  /// Reads a Pascal VOC folder: `JPEGImages`, `Annotations/*.xml`, and `ImageSets/Main/SPLIT.txt`; without such a list
  /// all annotations are to train on. Objects marked as difficult count as crowds. Pictures are numbered from 1 in the
  /// order of the list.
  ///
  /// - Parameter classes: names in the order of their numbers; without, those that occur, sorted.
  static func read(
    vocFolder folder: URL, split: String, classes: [String]?
  ) throws(EvaluationError) -> GroundTruth {
    let annotations = folder.appending(path: "Annotations")
    let list = folder.appending(path: "ImageSets/Main/\(split).txt")
    let stems: [String]
    if let text = try? String(contentsOf: list, encoding: .utf8) {
      stems = text.split(whereSeparator: \.isNewline).compactMap { $0.split(separator: " ").first.map(String.init) }
    } else if split != "train" {
      throw EvaluationError(
        .malformed, file: list.path, "cannot be read; it names the pictures of the part '\(split)'")
    } else {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: annotations.path)) ?? []
      stems = files.filter { $0.hasSuffix(".xml") }.map { String($0.dropLast(4)) }.sorted()
    }
    var problems: [Problem] = []
    var read: [(stem: String, annotation: VOCAnnotation)] = []
    for stem in stems {
      let file = annotations.appending(path: "\(stem).xml")
      guard let data = try? Data(contentsOf: file), let annotation = VOCAnnotation(data) else {
        problems.append(Problem(kind: .unreadableLabels, place: "\(stem).xml"))
        continue
      }
      read.append((stem, annotation))
    }
    let names = classes ?? Set(read.flatMap { $0.annotation.objects.map(\.name) }).sorted()
    guard !read.isEmpty, !names.isEmpty else {
      throw EvaluationError(
        .malformed, file: annotations.path, "holds no annotations that can be read, or no objects")
    }
    let numbers = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var pictures: [Picture] = []
    for (stem, annotation) in read {
      let size = Size(width: annotation.width, height: annotation.height)
      var objects: [TrueObject] = []
      for (index, object) in annotation.objects.enumerated() {
        let place = "\(stem).xml: object \(index + 1)"
        guard let box = object.box else {
          problems.append(Problem(kind: .unreadableLine, place: place))
          continue
        }
        guard let classID = numbers[object.name] else {
          problems.append(Problem(kind: .unknownClass, place: place))
          continue
        }
        guard box.isVisible(in: size) else {
          problems.append(Problem(kind: .boxOutside, place: place))
          continue
        }
        objects.append(TrueObject(box: box, classID: classID, isCrowd: object.isDifficult))
      }
      let name = annotation.fileName.isEmpty ? "\(stem).jpg" : annotation.fileName
      pictures.append(Picture(id: pictures.count + 1, fileName: name, size: size, objects: objects))
    }
    return GroundTruth(
      path: folder.path, folder: folder.appending(path: "JPEGImages").path,
      categories: names.enumerated().map { Category(id: $0, name: $1) }, pictures: pictures, problems: problems)
  }
}
