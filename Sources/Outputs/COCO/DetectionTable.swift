import JSON
package import Scene

/// Writes detections in COCO's result format: `[{"image_id":…,"category_id":…,"bbox":[x,y,w,h],"score":…},…]`.
///
/// The identifier of an image is its file name without extension, as a number if it is one; that of a video frame is
/// its index from 0. Models with the 80 COCO classes get COCO's category ids (1...90), others the class index.
package struct DetectionTable: ~Copyable {
  private var file: LineFile
  private let categories: [Int]?
  private let classes: ClassCatalogue
  private let reference: COCOReference?
  private var isEmpty = true

  /// The category ids that COCO does not use.
  private static let unused: Set<Int> = [12, 26, 29, 30, 45, 66, 68, 69, 71, 83]

  package static let kind = SinkKind(
    "coco", "Detections in COCO's result format.", ending: ".coco.json", needs: .frames, isForFiles: true
  ) {
    path, context throws(OutputError) in
    DetectionTable(file: try LineFile(path: path, context), classes: context.classes, reference: context.coco)
  }

  /// Creates the file at `path` (`-` is standard output).
  package init(path: String, classes: ClassCatalogue, reference: COCOReference? = nil) throws(OutputError) {
    self.init(file: try LineFile(path: path), classes: classes, reference: reference)
  }

  private init(file: consuming LineFile, classes: ClassCatalogue, reference: COCOReference?) {
    self.classes = classes
    self.reference = reference
    let isCOCO = classes.count == 80 && classes[0] == "person" && classes[79] == "toothbrush"
    categories = isCOCO ? (1...90).filter { !Self.unused.contains($0) } : nil
    self.file = file
  }

  /// Writes the detections of one frame.
  package mutating func write(_ findings: FrameFindings) throws(OutputError) {
    if findings.detections.isEmpty { return }
    let image = try number(of: findings)
    var text = ""
    for detection in findings.detections {
      let box = detection.box
      let numbers = [box.minX, box.minY, box.width, box.height].map { $0.json(places: 3) }
      let category = try category(of: detection)
      text += isEmpty ? "[\n" : ",\n"
      isEmpty = false
      text += "{\"image_id\":\(image),\"category_id\":\(category),"
      text += "\"bbox\":[\(numbers.joined(separator: ","))],\"score\":\(detection.score.json(places: 5))}"
    }
    if !text.isEmpty { try file.append(text) }
  }

  /// The identifier of the frame.
  private func number(of findings: FrameFindings) throws(OutputError) -> String {
    guard let name = findings.fileName else { return String(findings.stamp.index) }
    if let reference { return String(try reference.image(name)) }
    return Int(name.stem).map(String.init) ?? name.stem.json
  }

  private func category(of detection: Detection) throws(OutputError) -> Int {
    if let reference { return try reference.category(classes[detection.classID]) }
    return categories.flatMap { $0.indices.contains(detection.classID) ? $0[detection.classID] : nil }
      ?? detection.classID
  }

  /// Ends the list.
  package mutating func finish() throws(OutputError) { try file.append(isEmpty ? "[]\n" : "\n]\n") }
}

extension DetectionTable: Sink {
  package mutating func take(_ frame: SinkFrame) throws(OutputError) { try write(frame.findings) }
}
