import FFmpeg
import Glibc
package import Imaging

/// An image file: JPEG, PNG, BMP, WebP, TIFF, JPEG 2000, AVIF or Netpbm.
package struct ImageFile: Sendable {
  /// Path of the file.
  package let path: String
  /// Size limit in bytes.
  package static let sizeLimit = 512 << 20

  /// The image at `path`; reads nothing yet.
  package init(path: String) { self.path = path }

  /// Reads the header without decoding. Throws as `read` does; a truncated file is not an error here.
  package func header() throws(CaptureError) -> StillHeader {
    guard let header = StillHeader(try contents()) else { throw Self.unknown(path) }
    return header
  }

  private static func unknown(_ path: String) -> CaptureError {
    CaptureError(
      .invalidMedia,
      "cannot show \(path): expected a JPEG, PNG, BMP, WebP, TIFF, JPEG 2000, AVIF, PBM, PGM or PPM file")
  }

  /// Reads and decodes the image, upright. A truncated or damaged file is an error.
  ///
  /// - Parameter format: the pixel format; `nil` keeps that of the file if it is supported.
  /// - Throws: `notFound`, `accessDenied`, `inputOutput`, or `invalidMedia` for a file that is not an image or
  ///   damaged; the message contains the path.
  package func read(as format: PixelFormat? = nil) throws(CaptureError) -> PixelBuffer {
    var remarks = Remarks()
    return try read(as: format, noting: &remarks)
  }

  /// What is worth knowing of an image that was read.
  struct Remarks {
    /// Whether part of a JPEG could not be decoded and is concealed.
    var isDamaged = false
    /// Images or frames in the file, of which the first was read.
    var imageCount = 1
  }

  /// Reads as `read(as:)` does.
  func read(as format: PixelFormat? = nil, noting remarks: inout Remarks) throws(CaptureError) -> PixelBuffer {
    let bytes = try contents()
    guard let header = StillHeader(bytes) else { throw Self.unknown(path) }
    if let obstacle = header.obstacle {
      throw CaptureError(.unsupported, "cannot show \(path): \(obstacle) is not decoded here")
    }
    guard !header.isTruncated || header.mayBeWhole else {
      throw CaptureError(.invalidMedia, "cannot show \(path): the file is truncated")
    }
    remarks.imageCount = header.imageCount
    do throws(FFmpegError) {
      let frame = try Self.decoded(bytes, header, &remarks)
      // Their luma and chroma have the full range, which libav does not state.
      if [.tiff, .jpeg2000].contains(header.format), !frame.isRGB {
        frame.colour = FrameColour(matrix: .bt601, isFullRange: true)
      }
      var wrapper = FrameWrapper(isForDrawing: true, orientation: header.orientation, hasFields: false)
      return try wrapper.wrap(frame, format: format.flatMap { FrameFormat(rawValue: $0.rawValue) })
    } catch {
      let code: CaptureError.Code = error.code == .outOfMemory ? .internalError : .invalidMedia
      throw CaptureError(code, "cannot show \(path): \(error.message)", cause: error)
    }
  }

  /// The image in `bytes`. Damage is an error, except in a JPEG whose end is there: as for Pillow, what is left of it is shown.
  private static func decoded(
    _ bytes: [UInt8], _ header: StillHeader, _ remarks: inout Remarks
  ) throws(FFmpegError) -> Frame {
    let image = header.pieces.isEmpty ? bytes : header.pieces.flatMap { bytes[$0] }
    let packet = try unsafe Packet(copying: image.span.bytes)
    let errors = Decoder.reportedErrors
    // A JPEG without its end marker is complete only if nothing is missing before it; PNG has checksums.
    let isStrict = header.format == .jpeg || header.isTruncated || header.format == .png
    do throws(FFmpegError) {
      let frame = try decoded(packet, header.codec, isStrict: isStrict)
      // libav shows parts that it cannot decode in black, and reports them in its log only. Of a JPEG that may be a segment
      // that has nothing to do with the image.
      guard header.format == .jpeg || Decoder.reportedErrors == errors else {
        throw FFmpegError(.unsupported, "it is damaged, or holds what this FFmpeg cannot decode")
      }
      return frame
    } catch {
      guard header.format == .jpeg, !header.isTruncated, error.code != .outOfMemory else { throw error }
      let frame = try decoded(packet, header.codec, isStrict: false)
      remarks.isDamaged = true
      return frame
    }
  }

  private static func decoded(_ packet: Packet, _ codec: String, isStrict: Bool) throws(FFmpegError) -> Frame {
    var decoder = try Decoder(StreamParameters(codecNamed: codec), isStrict: isStrict)
    try decoder.send(packet)
    var outcome = try decoder.receive()
    if case .needsInput = outcome {
      try decoder.send(nil)
      outcome = try decoder.receive()
    }
    guard case .frame(let frame) = outcome, !frame.isDamaged else {
      throw FFmpegError(.invalidData, "the image is damaged or incomplete")
    }
    return frame
  }

  private func contents() throws(CaptureError) -> [UInt8] {
    // Does not wait for a named pipe.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code: CaptureError.Code = errno == ENOENT ? .notFound : errno == EACCES ? .accessDenied : .inputOutput
      throw CaptureError(code, "cannot open \(path): \(Self.text(of: errno))")
    }
    defer { close(descriptor) }
    var status = stat()
    unsafe fstat(descriptor, &status)
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.sizeLimit else {
      throw CaptureError(.invalidMedia, "cannot show \(path): expected a file of at most \(Self.sizeLimit) bytes")
    }
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        guard let start = buffer.baseAddress else { return }
        let got = unsafe Glibc.read(descriptor, start + count, buffer.count - count)
        if got > 0 {
          count += got
        } else if got == 0 {
          return
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else { throw CaptureError(.inputOutput, "cannot read \(path): \(Self.text(of: failure))") }
    return bytes
  }

  static func text(of code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
