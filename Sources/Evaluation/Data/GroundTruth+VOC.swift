internal import Foundation

extension GroundTruth {
  /// Reads Pascal VOC annotations as laid out by the benchmark, LabelImg, CVAT and Roboflow; `nil` if there are none.
  ///
  /// They are in `Annotations` with the images in `JPEGImages` and the splits in `ImageSets/Main/SPLIT.txt`, or
  /// beside the images, with or without a folder per split. Annotation and image have the same file name; the tag
  /// `filename` is often outdated and only used if there is no such image. Objects marked as difficult count as
  /// crowds. Images are numbered from 1 in the order of the list.
  ///
  /// - Parameter classes: class names in order; by default those that occur in all splits, sorted.
  static func read(
    vocFolder folder: String, split: String, images: String?, classes: [String]?
  ) throws(EvaluationError) -> GroundTruth? {
    guard let layout = try VOCLayout(folder, split: split) else { return nil }
    var problems: [Problem] = []
    var read: [(file: String, annotation: VOCAnnotation)] = []
    for file in layout.files {
      guard let data = try? Data(contentsOf: URL(filePath: file)), let annotation = VOCAnnotation(data) else {
        problems.append(Problem(kind: .unusableLabels, place: URL(filePath: file).lastPathComponent))
        continue
      }
      read.append((file, annotation))
    }
    let names: [String]
    if let classes {
      names = classes
    } else if let file = layout.classFile {
      names = try DatasetDescription.names(file: file)
    } else {
      names = Set(read.flatMap { $0.annotation.objects.map(\.name) } + layout.namesElsewhere()).sorted()
    }
    guard !read.isEmpty, !names.isEmpty else {
      throw EvaluationError(.malformed, file: folder, "holds no annotations that can be read, or no objects")
    }
    let folders = images.map { [$0] } ?? layout.imageFolders
    var known: [Image] = []
    for (file, annotation) in read {
      let stem = layout.stem(of: file)
      let objects = annotation.labelled(names, stem: stem, problems: &problems)
      guard let image = imageFile(stem: stem, tag: annotation.fileName, in: folders) else {
        problems.append(Problem(kind: .unreadableImage, place: stem, detail: "not found"))
        continue
      }
      known.append(
        Image(
          id: .number(known.count + 1), name: URL(filePath: image).lastPathComponent, path: image,
          size: annotation.size, objects: objects))
    }
    guard !known.isEmpty else {
      throw EvaluationError(
        .missing, file: folder,
        "expected the images of its annotations, such as that of \(layout.stem(of: read[0].file)), in "
          + folders.joined(separator: " or "))
    }
    return GroundTruth(
      path: folder, categories: names.enumerated().map { Category(id: .number($0), name: $1) }, images: known,
      problems: problems, isUnsplit: layout.isUnsplit, hasIdentifiers: false)
  }

  private static func imageFile(stem: String, tag: String, in folders: [String]) -> String? {
    for folder in folders {
      for ending in ["jpg", "png", "jpeg", "JPG", "JPEG", "PNG"] + FileList.imageEndings.sorted() {
        let path = FileList.joined(folder, "\(stem).\(ending)")
        if let found = FileList.existing(path) { return found }
      }
    }
    return tag.isEmpty ? nil : FileList.find(tag, in: folders)?.path
  }
}

extension VOCAnnotation {
  /// The objects whose class is in `names`, boxes in pixels.
  fileprivate func labelled(
    _ names: [String], stem: String, problems: inout [GroundTruth.Problem]
  ) -> [TrueObject] {
    var labelled: [TrueObject] = []
    for (index, object) in objects.enumerated() {
      func note(_ kind: GroundTruth.Problem.Kind) {
        problems.append(GroundTruth.Problem(kind: kind, place: "\(stem).xml: object \(index + 1)"))
      }
      guard let box = object.box else {
        note(.unusableRow)
        continue
      }
      guard let classID = names.firstIndex(of: object.name) else {
        note(.unknownClass)
        continue
      }
      if let size, !box.isVisible(in: size) { note(.boxOutside) }
      labelled.append(TrueObject(box: box, classID: classID, isCrowd: object.isDifficult))
    }
    return labelled
  }

  /// Size of the image in pixels; `nil` if the file states zeros, as some tools write.
  fileprivate var size: GroundTruth.Size? {
    width > 0 && height > 0 ? GroundTruth.Size(width: width, height: height) : nil
  }
}
