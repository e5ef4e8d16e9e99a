import FFmpeg
import Glibc
package import Imaging

/// An image file: JPEG, PNG, BMP, WebP, TIFF, JPEG 2000 or Netpbm.
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
      .invalidMedia, "cannot show \(path): expected a JPEG, PNG, BMP, WebP, TIFF, JPEG 2000, PBM, PGM or PPM file")
  }

  /// Reads and decodes the image, upright. A truncated or damaged file is an error.
  ///
  /// - Parameter format: the pixel format; `nil` keeps that of the file if it is supported.
  /// - Throws: `notFound`, `accessDenied`, `inputOutput`, or `invalidMedia` for a file that is not an image or
  ///   damaged; the message contains the path.
  package func read(as format: PixelFormat? = nil) throws(CaptureError) -> PixelBuffer {
    let bytes = try contents()
    guard let header = StillHeader(bytes) else { throw Self.unknown(path) }
    if let obstacle = header.obstacle {
      throw CaptureError(.unsupported, "cannot show \(path): \(obstacle) is not decoded here")
    }
    guard !header.isTruncated || header.mayBeWhole else {
      throw CaptureError(.invalidMedia, "cannot show \(path): the file is truncated")
    }
    do throws(FFmpegError) {
      // A JPEG without its end marker is complete only if nothing is missing before it; PNG has checksums.
      let isStrict = header.isTruncated || header.format == .png
      var decoder = try Decoder(StreamParameters(codecNamed: header.codec), isStrict: isStrict)
      let errors = Decoder.reportedErrors
      try decoder.send(try unsafe Packet(copying: bytes.span.bytes))
      var outcome = try decoder.receive()
      if case .needsInput = outcome {
        try decoder.send(nil)
        outcome = try decoder.receive()
      }
      guard case .frame(let frame) = outcome, !frame.isDamaged else {
        throw FFmpegError(.invalidData, "the image is damaged or incomplete")
      }
      // TIFF has JPEG's conventions, which libav does not state.
      if header.format == .tiff, !frame.isRGB {
        frame.colour = FrameColour(matrix: .bt601, isFullRange: true)
      }
      // libav shows parts that it cannot decode in black, and reports them in its log only.
      guard header.format == .jpeg || Decoder.reportedErrors == errors else {
        throw FFmpegError(.unsupported, "it is damaged, or holds what this FFmpeg cannot decode")
      }
      var wrapper = FrameWrapper(isForDrawing: true, orientation: header.orientation)
      return try wrapper.wrap(frame, format: format.flatMap { FrameFormat(rawValue: $0.rawValue) })
    } catch {
      let code: CaptureError.Code = error.code == .outOfMemory ? .internalError : .invalidMedia
      throw CaptureError(code, "cannot show \(path): \(error.message)", cause: error)
    }
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

  private static func text(of code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
