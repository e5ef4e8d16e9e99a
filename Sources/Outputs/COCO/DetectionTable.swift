public import Scene

/// Writes detections as COCO's results are written: `[{"image_id":…,"category_id":…,"bbox":[x,y,w,h],"score":…},…]`.
///
/// A picture is called by the number its name is, else by its name without the ending; a frame of a video by its number,
/// counted from 0. Models of the 80 COCO classes get COCO's own category numbers (1...90), others the index of the class.
public struct DetectionTable: ~Copyable {
  private var file: LineFile
  private let categories: [Int]?
  private var isEmpty = true

  /// The category numbers that COCO left unused.
  private static let unused: Set<Int> = [12, 26, 29, 30, 45, 66, 68, 69, 71, 83]

  package static let kind = SinkKind(
    "coco", "Detections in COCO's result format.", ending: ".coco.json", needs: .frames, isForFiles: true
  ) {
    path, context throws(OutputError) in
    DetectionTable(file: try LineFile(path: path, context), classes: context.classes)
  }

  /// Makes the file at `path` (`-` is standard output).
  public init(path: String, classes: ClassCatalogue) throws(OutputError) {
    self.init(file: try LineFile(path: path), classes: classes)
  }

  private init(file: consuming LineFile, classes: ClassCatalogue) {
    let isCOCO = classes.count == 80 && classes[0] == "person" && classes[79] == "toothbrush"
    categories = isCOCO ? (1...90).filter { !Self.unused.contains($0) } : nil
    self.file = file
  }

  /// Writes the entries of one frame.
  public mutating func write(_ findings: FrameFindings) throws(OutputError) {
    let image =
      findings.fileName.map { name in
        let stem = name.stem
        return Int(stem).map(String.init) ?? stem.json
      } ?? String(findings.stamp.index)
    var text = ""
    for detection in findings.detections {
      let box = detection.box
      let numbers = [box.minX, box.minY, box.width, box.height].map { $0.json(places: 3) }
      let category = categories.flatMap { $0.indices.contains(detection.classID) ? $0[detection.classID] : nil }
      text += isEmpty ? "[\n" : ",\n"
      isEmpty = false
      text += "{\"image_id\":\(image),\"category_id\":\(category ?? detection.classID),"
      text += "\"bbox\":[\(numbers.joined(separator: ","))],\"score\":\(detection.score.json(places: 5))}"
    }
    if !text.isEmpty { try file.append(text) }
  }

  /// Closes the list.
  public mutating func finish() throws(OutputError) { try file.append(isEmpty ? "[]\n" : "\n]\n") }
}

extension DetectionTable: Sink {
  package mutating func take(_ frame: SinkFrame) throws(OutputError) { try write(frame.findings) }
}
