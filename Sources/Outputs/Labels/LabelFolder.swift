import Foundation
package import Scene

/// Writes YOLO labels: a text file for each frame with detections, one object per line: `class cx cy width height
/// [score] [track]` in fractions of the frame, as Ultralytics writes them with `save_txt`, `save_conf` and tracking.
///
/// Files are named as by the official script: after the image, or `STEM_7.txt` for the seventh frame of a video. Of two images
/// that differ in the extension only, the second has it in the name: `a.png.txt` beside `a.txt`.
package struct LabelFolder: ~Copyable {
  private let path: String
  private let stem: String
  private let showsScores: Bool
  private let showsIdentities: Bool
  /// The images that files are named after, by the name of the file.
  private var images: [String: String] = [:]

  package static let kind = SinkKind("labels", "YOLO labels, a file a frame.", target: "dir", needs: .frames) {
    path, context throws(OutputError) in
    try LabelFolder(
      path: path, stem: context.stem, showsScores: context.labelsShowScores,
      showsIdentities: context.labelsShowIdentities)
  }

  /// Creates the folder at `path` for frames of the source `stem`.
  package init(
    path: String, stem: String, showsScores: Bool = false, showsIdentities: Bool = false
  ) throws(OutputError) {
    try OutputFolder.make(path)
    self.path = path
    self.stem = stem
    self.showsScores = showsScores
    self.showsIdentities = showsIdentities
  }

  /// Writes the file of one frame.
  package mutating func write(_ findings: FrameFindings) throws(OutputError) {
    guard !findings.detections.isEmpty, findings.width > 0, findings.height > 0 else { return }
    let width = Float(findings.width), height = Float(findings.height)
    let lines = findings.detections.enumerated().map { index, detection in
      let box = detection.box
      var numbers = [box.centreX / width, box.centreY / height, box.width / width, box.height / height]
      if showsScores { numbers.append(detection.score) }
      var words = ["\(detection.classID)"] + numbers.map { String(format: "%.6g", Double($0)) }
      if showsIdentities, findings.identities.indices.contains(index), let track = findings.identities[index] {
        words.append("\(track)")
      }
      return words.joined(separator: " ") + "\n"
    }
    let name = findings.fileName.map { self.name(after: $0) } ?? "\(stem)_\(findings.stamp.index + 1)"
    var file = try LineFile(path: "\(path)/\(name).txt")
    try file.append(lines.joined())
  }

  /// The name for the labels of `image`, which no other image has.
  private mutating func name(after image: String) -> String {
    let owner = images[image.stem, default: image]
    images[image.stem] = owner
    return owner == image ? image.stem : image
  }
}

extension LabelFolder: Sink {
  package mutating func take(_ frame: SinkFrame) throws(OutputError) { try write(frame.findings) }
}

extension String {
  /// The last component of a path without its extension.
  package var stem: String {
    let name = split(separator: "/").last.map(String.init) ?? self
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
