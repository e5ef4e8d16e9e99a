import CFFmpeg

/// Converts frames between sizes and pixel formats. Keeps its tables while the input format stays the same.
@safe
package struct Scaler: ~Copyable {
  /// Interpolation quality.
  package enum Quality: Sendable {
    /// Exact rounding and full chroma interpolation; for frames that are measured or shown.
    case accurate
    /// Bilinear, as fast as libswscale can.
    case fast
  }

  private var context: OpaquePointer?
  private let quality: Quality
  /// The conversion that `context` was created for.
  private var key: Key?

  private struct Key: Equatable {
    var width: Int, height: Int, format: Int32, colour: FrameColour
    var outWidth: Int, outHeight: Int, outFormat: FrameFormat, outColour: FrameColour
  }

  /// A scaler with the given quality.
  package init(quality: Quality = .accurate) {
    self.quality = quality
    unsafe context = nil
  }

  deinit { unsafe sws_freeContext(context) }

  /// Converts `frame` to `width` × `height` pixels in `format`, keeping its times.
  ///
  /// - Parameter colour: colour encoding of the result; `nil` keeps that of `frame`. RGB is always full range.
  package mutating func convert(
    _ frame: Frame, width: Int, height: Int, format: FrameFormat, colour: FrameColour? = nil
  ) throws(FFmpegError) -> Frame {
    let result = try Frame(width: width, height: height, format: format)
    let sourceColour = frame.colour
    let colour = colour ?? sourceColour
    let key = Key(
      width: frame.width, height: frame.height, format: unsafe frame.handle.pointee.format, colour: sourceColour,
      outWidth: width, outHeight: height, outFormat: format, outColour: colour)
    if key != self.key { try prepare(key, describing: frame) }
    try unsafe FFmpegError.check(
      sws_scale_frame(context, result.handle, frame.handle), "convert a \(frame.formatName) frame")
    try unsafe FFmpegError.check(av_frame_copy_props(result.handle, frame.handle), "copy the times of a frame")
    result.colour = colour
    return result
  }

  /// Creates the tables for `key`.
  private mutating func prepare(_ key: Key, describing frame: Frame) throws(FFmpegError) {
    unsafe sws_freeContext(context)
    unsafe context = nil
    self.key = nil
    let flags =
      switch quality {
      case .accurate: SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
      case .fast: SWS_FAST_BILINEAR
      }
    let source = AVPixelFormat(key.format)
    unsafe context = unsafe sws_getContext(
      Int32(key.width), Int32(key.height), source, Int32(key.outWidth), Int32(key.outHeight), key.outFormat.code,
      flags, nil, nil, nil)
    guard unsafe context != nil else {
      throw FFmpegError(
        .unsupported,
        "cannot convert \(frame.formatName) \(key.width)x\(key.height) to \(key.outFormat.rawValue) "
          + "\(key.outWidth)x\(key.outHeight)")
    }
    let traits = unsafe av_pix_fmt_desc_get(source)?.pointee.flags ?? 0
    let sourceIsRGB = traits & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
    let unity: Int32 = 1 << 16
    // Fails for conversions without tables, which do not need them.
    _ = unsafe sws_setColorspaceDetails(
      context, sws_getCoefficients(key.colour.scalerTable), sourceIsRGB || key.colour.isFullRange ? 1 : 0,
      sws_getCoefficients(key.outColour.scalerTable), key.outColour.isFullRange || key.outFormat == .rgb24 ? 1 : 0,
      0, unity, unity)
    self.key = key
  }
}
