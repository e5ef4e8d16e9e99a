import FFmpeg
import Imaging
import Outputs
import Scene

/// Writes annotated images: one file, or one per frame in a folder.
final class ImageSink: AnnotatedWriter {
  private let path: String
  private let isFolder: Bool
  private var writer = ImageWriter()

  init(path: String, isFolder: Bool) {
    self.path = path
    self.isFolder = isFolder
  }

  func write(
    _ pixels: borrowing PixelBuffer, _ findings: FrameFindings, _ colours: ColourMetadata
  ) throws(OutputError) {
    guard isFolder else { return try writer.write(pixels, to: path) }
    let name = findings.fileName ?? "\(findings.stamp.index)"
    let file = ImageWriter.Format(path: name) == nil ? name + ".png" : name
    try writer.write(pixels, to: "\(path)/\(file)")
  }

  func finish() {}
}
