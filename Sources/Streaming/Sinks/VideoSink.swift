import FFmpeg
import Foundation
import Imaging
import Outputs
import Scene

/// An annotated video of a run. When the frames of a live source change size, it starts another file, `NAME-2.mp4`
/// and so on, because a video has one size; names that are taken are left out. Standard output gets all frames scaled to the
/// size of the first.
final class VideoSink: AnnotatedWriter {
  private let path: String
  private let settings: VideoWriter.Settings
  private let isLive: Bool
  private let audio: PacketQueue?
  private let warn: (String) -> Void
  private var writer: VideoWriter?
  private var size: (width: Int, height: Int)?
  private var count = 1

  /// Creates the first file.
  ///
  /// - Parameters:
  ///   - audio: audio packets for this video only.
  ///   - warn: called with a sentence for the user, such as which audio is left out.
  init(
    path: String, settings: VideoWriter.Settings, isLive: Bool, audio: PacketQueue?, warn: @escaping (String) -> Void
  ) throws(OutputError) {
    self.warn = warn
    self.path = path
    self.settings = settings
    self.isLive = isLive
    self.audio = audio
    writer = try VideoWriter(path: path, settings: settings, audio: audio)
  }

  func write(
    _ pixels: borrowing PixelBuffer, _ findings: FrameFindings, _ colours: ColourMetadata
  ) throws(OutputError) {
    let layout = pixels.layout
    if isLive, path != "-", let size, size != (layout.width, layout.height) {
      if let done = writer.take() { try done.finish() }
      // Nobody has agreed to replacing a file that is there.
      repeat { count += 1 } while FileManager.default.fileExists(atPath: Self.path(of: count, after: path))
      writer = try VideoWriter(path: Self.path(of: count, after: path), settings: settings, audio: audio)
    }
    size = (layout.width, layout.height)
    try writer?.write(pixels, at: findings.stamp, colours: colours)
    if let sentence = writer?.warning { warn(sentence) }
  }

  func finish() throws(OutputError) { if let writer = writer.take() { try writer.finish() } }

  /// `a/out.mp4` → `a/out-2.mp4`.
  private static func path(of part: Int, after path: String) -> String {
    guard let dot = path.lastIndex(of: ".") else { return "\(path)-\(part)" }
    return "\(path[..<dot])-\(part)\(path[dot...])"
  }
}
