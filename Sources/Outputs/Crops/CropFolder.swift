package import Imaging
package import Scene

/// Writes an image of each object: `CLASS/STEM.jpg`, `CLASS/STEM2.jpg` …, as the official script does.
package struct CropFolder: ~Copyable {
  private let path: String
  private let stem: String
  private let classes: ClassCatalogue
  private var writer = ImageWriter()
  private var counts: [String: Int] = [:]

  package static let kind = SinkKind("crops", "An image of each object.", target: "dir", needs: .pixels) {
    path, context throws(OutputError) in
    try CropFolder(path: path, stem: context.stem, classes: context.classes)
  }

  /// Creates the folder at `path` for frames of the source `stem`.
  package init(path: String, stem: String, classes: ClassCatalogue) throws(OutputError) {
    try OutputFolder.make(path)
    self.path = path
    self.stem = stem
    self.classes = classes
  }

  /// Writes the objects of one frame; nothing must have been drawn on `pixels`.
  package mutating func write(_ findings: FrameFindings, of pixels: borrowing PixelBuffer) throws(OutputError) {
    for detection in findings.detections {
      // Class names can contain characters that folder names cannot.
      let name = String(classes[detection.classID].map { $0 == "/" || $0 == "\0" ? "_" : $0 })
      let folder = path + "/" + (name.first == "." ? "_" : "") + name.prefix(100)
      if counts[folder] == nil { try OutputFolder.make(folder) }
      let base = folder + "/" + (findings.fileName?.stem ?? stem)
      counts[folder, default: 0] += 1
      let number = counts[base, default: 0] + 1
      counts[base] = number
      try writer.write(pixels, to: base + (number == 1 ? "" : String(number)) + ".jpg", cut: detection.box)
    }
  }
}

extension CropFolder: Sink {
  package mutating func take(_ frame: SinkFrame) throws(OutputError) {
    if let pixels = frame.pixels { try write(frame.findings, of: pixels.buffer) }
  }
}
