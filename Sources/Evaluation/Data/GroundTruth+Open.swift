internal import Foundation

extension GroundTruth {
  /// Opens whatever data set is at `path`, for `split` (`train` or `val`):
  ///
  /// - a COCO file `….json`, with the pictures beside it, in a folder named like the split or the file or in `images`;
  /// - a folder with `SPLIT.json` in the COCO format;
  /// - a Pascal VOC folder (`Annotations`, `JPEGImages`);
  /// - a YOLO folder (`classes.txt`, `images/SPLIT`, `labels/SPLIT`).
  ///
  /// What cannot be used of it is counted and passed over. Throws `missing` if there is no such place or none of the
  /// pictures, `malformed` if nothing there can be used.
  ///
  /// - Parameters:
  ///   - images: folder of the pictures, if it is another one.
  ///   - classes: names in the order of their numbers where the format does not number them (VOC).
  public static func open(
    _ path: String, split: String, images: String? = nil, classes: [String]? = nil
  ) throws(EvaluationError) -> GroundTruth {
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
    guard exists(path) else {
      throw EvaluationError(.missing, file: path, "expected labelled pictures, there is nothing of this name")
    }
    let place = URL(filePath: path)
    let file = place.pathExtension.lowercased() == "json" ? path : place.appending(path: "\(split).json").path
    var truth: GroundTruth
    var folders: [String]
    if exists(file) {
      truth = try parse(coco: TextFile.read(file), path: file)
      let stem = URL(filePath: file).deletingPathExtension().lastPathComponent
      let beside = URL(filePath: truth.folder, directoryHint: .isDirectory)
      folders = ["images/\(split)", "images/\(stem)", "images", split, stem].map { beside.appending(path: $0).path }
      folders.append(truth.folder)
    } else {
      let isVOC = exists(place.appending(path: "Annotations").path)
      truth =
        try isVOC
        ? read(vocFolder: place, split: split, classes: classes) : read(yoloFolder: place, split: split)
      folders = [truth.folder]
    }
    if let images { folders = [images] }
    let pictures = truth.pictures
    let home = folders.first { folder in
      exists(folder) && pictures.contains { exists(Self.path(of: $0, in: folder)) }
    }
    guard let home else {
      throw EvaluationError(
        .missing, file: path,
        "expected its pictures, such as \(pictures.first?.fileName ?? ""), in \(folders.joined(separator: " or "))")
    }
    truth.folder = home
    return truth
  }
}
