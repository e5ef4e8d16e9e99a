import FFmpeg
import Glibc
public import Imaging
public import Scene

/// Writes single pictures: JPEG or PNG by the ending of the path.
public struct PictureWriter: ~Copyable {
  /// The kinds of files it writes.
  public enum Format: Sendable {
    /// Small, and not exact.
    case jpeg
    /// Exact.
    case png

    /// The format that the ending of `path` names; `nil` for any other.
    public init?(path: String) {
      switch path.split(separator: ".").last?.lowercased() {
      case "jpg", "jpeg": self = .jpeg
      case "png": self = .png
      default: return nil
      }
    }
  }

  private var importer = FrameImport()

  /// A writer.
  public init() {}

  /// Writes `pixels`, or the part of it in `cut`, to `path`.
  public mutating func write(_ pixels: borrowing PixelBuffer, to path: String, cut: Box? = nil) throws(OutputError) {
    guard let format = Format(path: path) else {
      throw OutputError(.cannotCreate, "cannot create \(path): expected a name ending in .jpg or .png")
    }
    let packet: Packet
    do throws(FFmpegError) {
      let picture = if let cut { try FrameImport.copy(pixels, cut: cut) } else { try FrameImport.borrow(pixels) }
      packet = try encode(picture, as: format)
    } catch {
      throw OutputError(.writeFailed, "cannot write \(path): \(error)", cause: error)
    }
    try store(packet, at: path)
  }

  /// `pixels` as the bytes of a file.
  ///
  /// - Parameter quality: of a JPEG, in libav's numbers: 2 is best, 31 smallest.
  public mutating func encode(
    _ pixels: borrowing PixelBuffer, as format: Format, quality: Int = 2
  ) throws(OutputError) -> [UInt8] {
    do throws(FFmpegError) {
      let packet = try encode(try FrameImport.borrow(pixels), as: format, quality: quality)
      return unsafe packet.withBytes { unsafe Array($0) }
    } catch {
      throw OutputError(.writeFailed, "cannot encode a picture: \(error)", cause: error)
    }
  }

  private mutating func encode(
    _ picture: Frame, as format: Format, quality: Int = 2
  ) throws(FFmpegError) -> Packet {
    // JPEG is BT.601 at full range; it takes chroma as it is, so that a JPEG that came in goes out as sharp.
    let colour = FrameColour(matrix: .bt601, isFullRange: true)
    let target: FrameFormat =
      switch (format, picture.format) {
      case (.png, .gray8): .gray8
      case (.png, _): .rgb24
      case (.jpeg, .yuv422p): .yuv422p
      case (.jpeg, .yuv444p), (.jpeg, .rgb24): .yuv444p
      case (.jpeg, _): .yuv420p
      }
    let frame = try importer.convert(picture, to: target, colour: colour)
    var settings = Encoder.Settings(
      codecName: format == .jpeg ? "mjpeg" : "png", width: frame.width, height: frame.height, format: target,
      colour: colour, timeBase: .video)
    // libav counts quality in units of 118.
    settings.options = format == .jpeg ? ["flags": "+qscale", "global_quality": "\(quality * 118)"] : [:]
    var encoder = try Encoder(settings)
    try encoder.send(frame)
    try encoder.send(nil)
    guard case .packet(let packet) = try encoder.receive() else {
      throw FFmpegError(.invalidData, "cannot encode a picture of \(frame.width)x\(frame.height)")
    }
    return packet
  }
}

/// Puts the bytes of `packet` into a file of their own.
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
