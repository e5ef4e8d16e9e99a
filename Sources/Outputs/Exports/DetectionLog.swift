import Foundation
public import Scene

/// Writes one JSON line a frame: its number, its time and what it shows, boxes in source pixels.
///
/// `{"frame":0,"pts":0.0,"detections":[{"class_id":0,"class":"person","score":0.91,"box":[x1,y1,x2,y2]}]}`, with
/// `"track":3` where a tracker ran. The same input gives the same bytes.
public struct DetectionLog: ~Copyable {
  private let file: FileHandle
  private let path: String
  private let classNames: [String]
  private var buffer = Data()

  /// Makes the file at `path` (`-` is standard output).
  public init(path: String, classes: ClassCatalogue) throws(OutputError) {
    self.path = path
    classNames = classes.names.map { name in
      (try? JSONEncoder().encode(name)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
    if path == "-" {
      file = .standardOutput
    } else {
      guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path)
      else { throw OutputError(.cannotCreate, "cannot create \(path): is its folder there and writable?") }
      file = handle
    }
  }

  /// Writes the line of one frame.
  public mutating func write(
    _ detections: [Detection], tracks: [Int]? = nil, at stamp: FrameStamp
  ) throws(OutputError) {
    var line = "{\"frame\":\(stamp.index),\"pts\":\(Self.number(stamp.seconds, places: 6)),\"detections\":["
    for (index, detection) in detections.enumerated() {
      if index > 0 { line += "," }
      let name = classNames.indices.contains(detection.classID) ? classNames[detection.classID] : "\"\""
      let box = detection.box
      let corners = [box.minX, box.minY, box.maxX, box.maxY].map { Self.number(Double($0), places: 2) }
      line += "{\"class_id\":\(detection.classID),\"class\":\(name),"
      line += "\"score\":\(Self.number(Double(detection.score), places: 4)),\"box\":[\(corners.joined(separator: ","))]"
      if let tracks, tracks.indices.contains(index) { line += ",\"track\":\(tracks[index])" }
      line += "}"
    }
    line += "]}\n"
    buffer.append(contentsOf: line.utf8)
    if buffer.count > 1 << 16 || path == "-" { try flush() }
  }

  /// Writes what is still held back.
  public consuming func finish() throws(OutputError) {
    try flush()
    if path != "-" { try? file.close() }
  }

  private mutating func flush() throws(OutputError) {
    do { try file.write(contentsOf: buffer) } catch {
      throw OutputError(.writeFailed, "cannot write \(path): \(error.localizedDescription)")
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// A decimal number with at most `places` digits behind the point and no needless zeros; independent of the locale.
  static func number(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "null" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let rounded = (value * scale).rounded()
    guard abs(rounded) < 9e15 else { return "\(value)" }
    let digits = String(Int(abs(rounded)))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let whole = padded.dropLast(places)
    var fraction = String(padded.suffix(places))
    while fraction.count > 1, fraction.hasSuffix("0") { fraction.removeLast() }
    return (rounded < 0 ? "-" : "") + whole + "." + fraction
  }
}
