import Foundation

extension Dataset {
  /// Opens whatever data set is at `path`, for `split` (`train` or `val`):
  ///
  /// - a COCO file `….json`, with the pictures beside it in `images/SPLIT`, `images` or right there;
  /// - a folder with `SPLIT.json` in the COCO format;
  /// - a YOLO folder (`classes.txt`, `images/SPLIT`, `labels/SPLIT`);
  /// - a Pascal VOC folder (`Annotations`, `JPEGImages`).
  ///
  /// - Parameter classes: names in the order of their numbers where the format does not number them (VOC).
  public static func open(
    _ path: String, split: String, classes: [String]? = nil
  ) throws(TrainingError) -> Dataset {
    guard FileManager.default.fileExists(atPath: path) else {
      throw TrainingError(.missingData, "\(path): expected labelled pictures, there is nothing of this name")
    }
    let place = URL(filePath: path)
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: place.appending(path: name).path) }
    if place.pathExtension.lowercased() == "json" {
      return try Dataset(coco: place, pictures: pictures(for: split, beside: place.deletingLastPathComponent()))
    }
    if has("\(split).json") {
      return try Dataset(coco: place.appending(path: "\(split).json"), pictures: pictures(for: split, beside: place))
    }
    if has("Annotations") { return try Dataset(vocFolder: place, split: split, classes: classes) }
    return try Dataset(yoloFolder: place, split: split)
  }

  private static func pictures(for split: String, beside folder: URL) -> URL {
    for name in ["images/\(split)", "images", split] {
      let candidate = folder.appending(path: name, directoryHint: .isDirectory)
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
    }
    return folder
  }
}
