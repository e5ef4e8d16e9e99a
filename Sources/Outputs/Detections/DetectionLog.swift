import JSON
package import Scene

/// Writes one JSON line per frame: index, time and detections with boxes in source pixels.
///
/// `{"frame":0,"pts":0.0,"detections":[{"class_id":0,"class":"person","score":0.91,"box":[x1,y1,x2,y2]}]}`, with
/// `"track":3` for a detection with a track. Deterministic.
package struct DetectionLog: ~Copyable {
  private var file: LineFile
  private let classNames: [String]

  package static let kind = SinkKind(
    "detections", "JSON lines, one a frame; - is standard output.", ending: ".jsonl", needs: .frames
  ) {
    path, context throws(OutputError) in
    DetectionLog(file: try LineFile(path: path, context), classes: context.classes)
  }

  /// Creates the file at `path` (`-` is standard output).
  package init(path: String, classes: ClassCatalogue) throws(OutputError) {
    self.init(file: try LineFile(path: path), classes: classes)
  }

  private init(file: consuming LineFile, classes: ClassCatalogue) {
    classNames = classes.names.map(\.json)
    self.file = file
  }

  /// Writes the line of one frame.
  package mutating func write(_ findings: FrameFindings) throws(OutputError) {
    var line = "{\"frame\":\(findings.stamp.index),\"pts\":\(findings.stamp.seconds.json(places: 6))"
    if let name = findings.fileName { line += ",\"file\":\(name.json)" }
    line += ",\"detections\":["
    for (index, detection) in findings.detections.enumerated() {
      if index > 0 { line += "," }
      let name = classNames.indices.contains(detection.classID) ? classNames[detection.classID] : "\"\""
      let box = detection.box
      let corners = [box.minX, box.minY, box.maxX, box.maxY].map { $0.json(places: 2) }
      line += "{\"class_id\":\(detection.classID),\"class\":\(name),"
      line += "\"score\":\(detection.score.json(places: 4)),\"box\":[\(corners.joined(separator: ","))]"
      if findings.identities.indices.contains(index), let track = findings.identities[index] {
        line += ",\"track\":\(track)"
      }
      line += "}"
    }
    try file.append(line + "]}\n")
  }
}

extension DetectionLog: Sink {
  package mutating func take(_ frame: SinkFrame) throws(OutputError) { try write(frame.findings) }
}
