/// The results file of the COCO benchmark.
package enum DetectionResults {
  /// Throws `unwritable` if no file can be created at `path`.
  package static func expectWritable(_ path: String) throws(EvaluationError) { try TextFile.expectWritable(path) }

  /// Writes `[{"image_id", "category_id", "bbox", "score", "file_name"}, …]`.
  ///
  /// - Parameter found: detections in each image of `truth`, with the classes of `truth`.
  package static func write(_ found: [[FoundObject]], of truth: GroundTruth, to path: String) throws(EvaluationError) {
    var rows: [String] = []
    for (image, objects) in zip(truth.images, found) {
      let name = RecordID.text(image.name).json
      for object in objects where truth.categories.indices.contains(object.classID) {
        let box = object.box
        rows.append(
          "{\"image_id\":\(image.id.json),\"category_id\":\(truth.categories[object.classID].id.json),"
            + "\"bbox\":[\(box.left),\(box.top),\(box.width),\(box.height)],\"score\":\(object.score),"
            + "\"file_name\":\(name)}")
      }
    }
    try TextFile.write("[\(rows.joined(separator: ",\n"))]\n", to: path)
  }
}
