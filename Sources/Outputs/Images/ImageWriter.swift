import FFmpeg
import Glibc
package import Imaging
package import Scene

/// Writes single images: JPEG or PNG, by the extension of the path.
package struct ImageWriter: ~Copyable {
  /// Supported formats.
  package enum Format: Sendable {
    /// JPEG, lossy.
    case jpeg
    /// PNG, lossless.
    case png

    /// The format for the extension of `path`; `nil` for another.
    package init?(path: String) {
      switch path.split(separator: ".").last?.lowercased() {
      case "jpg", "jpeg": self = .jpeg
      case "png": self = .png
      default: return nil
      }
    }
  }

  private var importer = FrameImport()

  /// Creates a writer.
  package init() {}

  /// Writes `pixels`, or the part of it in `cut`, to `path`.
  package mutating func write(_ pixels: borrowing PixelBuffer, to path: String, cut: Box? = nil) throws(OutputError) {
    guard let format = Format(path: path) else {
      throw OutputError(.cannotCreate, "cannot create \(path): expected a name ending in .jpg or .png")
    }
    let packet: Packet
    do throws(FFmpegError) {
      let image = if let cut { try FrameImport.copy(pixels, cut: cut) } else { try FrameImport.borrow(pixels) }
      packet = try encode(image, as: format)
    } catch {
      throw OutputError(.writeFailed, "cannot write \(path): \(error)", cause: error)
    }
    try store(packet, at: path)
  }

  /// Encodes `pixels` in memory.
  ///
  /// - Parameter quality: JPEG quality on libav's scale from 2 (best) to 31 (smallest).
  package mutating func encode(
    _ pixels: borrowing PixelBuffer, as format: Format, quality: Int = 2
  ) throws(OutputError) -> [UInt8] {
    do throws(FFmpegError) {
      let packet = try encode(try FrameImport.borrow(pixels), as: format, quality: quality)
      return unsafe packet.withBytes { unsafe Array($0) }
    } catch {
      throw OutputError(.writeFailed, "cannot encode an image: \(error)", cause: error)
    }
  }

  private mutating func encode(
    _ image: Frame, as format: Format, quality: Int = 2
  ) throws(FFmpegError) -> Packet {
    // JPEG is BT.601 in full range. The chroma subsampling is kept, so a JPEG source keeps its sharpness.
    let colour = FrameColour(matrix: .bt601, isFullRange: true)
    let target: FrameFormat =
      switch (format, image.format) {
      case (.png, .gray8): .gray8
      case (.png, _): .rgb24
      case (.jpeg, .yuv422p): .yuv422p
      case (.jpeg, .yuv444p), (.jpeg, .rgb24): .yuv444p
      case (.jpeg, _): .yuv420p
      }
    let frame = try importer.convert(image, to: target, colour: colour)
    var settings = Encoder.Settings(
      codecName: format == .jpeg ? "mjpeg" : "png", width: frame.width, height: frame.height, format: target,
      colour: colour, timeBase: .video)
    // libav's quality scale has 118 units per step.
    settings.options = format == .jpeg ? ["flags": "+qscale", "global_quality": "\(quality * 118)"] : [:]
    var encoder = try Encoder(settings)
    try encoder.send(frame)
    try encoder.send(nil)
    guard case .packet(let packet) = try encoder.receive() else {
      throw FFmpegError(.invalidData, "cannot encode an image of \(frame.width)x\(frame.height)")
    }
    return packet
  }
}

/// Writes the bytes of `packet` to a file.
private func store(_ packet: Packet, at path: String) throws(OutputError) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw .cannotCreate(path, errno: errno) }
  defer { close(descriptor) }
  let failure = unsafe packet.withBytes { bytes -> Int32 in
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
      let count = unsafe write(descriptor, start + done, bytes.count - done)
      if count >= 0 { done += count } else if errno != EINTR { return errno }
    }
    return 0
  }
  guard failure == 0 else { throw .writeFailed(path, errno: failure) }
}
