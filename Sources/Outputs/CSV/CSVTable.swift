import JSON
import Scene

/// Writes one row per detection: the columns of `supervision`'s CSVSink, then index and time of the frame.
///
/// `x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,frame,time`, in pixels and seconds of the source. A
/// detection without a track has an empty `tracker_id`.
struct CSVTable: ~Copyable, Sink {
  static let kind = SinkKind("csv", "A table of detections, one row each.", needs: .frames) {
    path, context throws(OutputError) in
    CSVTable(file: try LineFile(path: path, context))
  }

  private static let header = "x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,frame,time\n"
  private var file: LineFile
  private var needsHeader = true

  private init(file: consuming LineFile) {
    needsHeader = file.isEmpty
    self.file = file
  }

  mutating func take(_ frame: SinkFrame) throws(OutputError) {
    let findings = frame.findings
    var text = needsHeader ? Self.header : ""
    for (index, detection) in findings.detections.enumerated() {
      let box = detection.box
      let track = findings.identities.indices.contains(index) ? findings.identities[index] : nil
      text += [box.minX, box.minY, box.maxX, box.maxY].map { $0.json(places: 2) }.joined(separator: ",")
      text += ",\(detection.classID),\(detection.score.json(places: 4)),\(track.map(String.init) ?? ""),"
      text += "\(findings.stamp.index),\(findings.stamp.seconds.json(places: 6))\n"
    }
    if text.isEmpty { return }
    try file.append(text)
    needsHeader = false
  }

  mutating func finish() throws(OutputError) { if needsHeader { try file.append(Self.header) } }
}
