import CFFmpeg

/// A decoded frame; its planes are reference-counted by libav.
@safe
package final class Frame: @unchecked Sendable {
  /// Filled by a decoder, a scaler or `init(width:height:format:)`; later only changed by `makeWritable`, before the
  /// frame is shared.
  let handle: UnsafeMutablePointer<AVFrame>

  init() throws(FFmpegError) {
    unsafe handle = try unsafe FFmpegError.unwrap(av_frame_alloc(), "a frame")
  }

  /// A frame of `width` by `height` pixels with undefined contents.
  package convenience init(width: Int, height: Int, format: FrameFormat) throws(FFmpegError) {
    try self.init()
    guard let width32 = Int32(exactly: width), let height32 = Int32(exactly: height), width > 0, height > 0 else {
      throw FFmpegError(.invalidArgument, "cannot make a frame of \(width)x\(height): not a size")
    }
    unsafe (handle.pointee.width, handle.pointee.height, handle.pointee.format) = (
      width32, height32, format.code.rawValue
    )
    try unsafe FFmpegError.check(av_frame_get_buffer(handle, 0), "allocate a frame of \(width)x\(height)")
  }

  deinit {
    var handle: UnsafeMutablePointer<AVFrame>? = unsafe handle
    unsafe av_frame_free(&handle)
  }

  /// Width in pixels.
  package var width: Int { Int(unsafe handle.pointee.width) }
  /// Height in pixels.
  package var height: Int { Int(unsafe handle.pointee.height) }
  /// Pixel format; `nil` if this package does not support it (`Scaler` converts it).
  package var format: FrameFormat? { FrameFormat(code: AVPixelFormat(unsafe handle.pointee.format)) }
  /// libav's name of the pixel format.
  package var formatName: String {
    guard let name = unsafe av_get_pix_fmt_name(AVPixelFormat(handle.pointee.format)) else { return "unknown" }
    return unsafe String(cString: name)
  }

  /// Presentation time in ticks of its stream: the frame's own, else libav's best guess.
  package var timestamp: Int64? {
    let ticks = unsafe handle.pointee.best_effort_timestamp
    return ticks == yolostream_no_pts() ? nil : ticks
  }
  /// Whether the decoder concealed errors in part of the frame.
  package var isDamaged: Bool {
    unsafe handle.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 || handle.pointee.decode_error_flags != 0
  }

  /// Marks the frame as damaged, before it is shared.
  package func markDamaged() { unsafe handle.pointee.flags |= AV_FRAME_FLAG_CORRUPT }

  /// Whether it is a keyframe.
  package var isKeyframe: Bool { unsafe yolostream_is_keyframe(handle) != 0 }

  /// Pixel aspect ratio, width over height, from the codec; `nil` if it does not state one.
  package var pixelAspect: Double? {
    let aspect = unsafe handle.pointee.sample_aspect_ratio
    return aspect.num > 0 && aspect.den > 0 ? Double(aspect.num) / Double(aspect.den) : nil
  }

  /// Makes the planes exclusive to this frame, copying them if a decoder still references them.
  package func makeWritable() throws(FFmpegError) {
    try unsafe FFmpegError.check(av_frame_make_writable(handle), "copy a frame of \(width)x\(height)")
  }

  /// Copies times, colours and other properties of `other`.
  package func copyProperties(of other: Frame) throws(FFmpegError) {
    let colour = other.colour
    try unsafe FFmpegError.check(av_frame_copy_props(handle, other.handle), "copy the times of a frame")
    self.colour = colour
  }

  /// Whether shared chroma samples are in the middle of their pixels, as in JPEG.
  package var hasCentredChroma: Bool { unsafe handle.pointee.chroma_location == AVCHROMA_LOC_CENTER }

  /// Whether its samples are red, green and blue, with or without a palette.
  package var isRGB: Bool {
    let format = AVPixelFormat(unsafe handle.pointee.format)
    let traits = unsafe av_pix_fmt_desc_get(format)?.pointee.flags ?? 0
    return traits & UInt64(AV_PIX_FMT_FLAG_RGB) != 0 || format == AV_PIX_FMT_PAL8
  }

  /// Whether its samples are brightness alone, of any depth, with or without transparency.
  var isGrey: Bool {
    let components = unsafe av_pix_fmt_desc_get(AVPixelFormat(handle.pointee.format))?.pointee.nb_components ?? 0
    return (1...2).contains(components) && !isRGB
  }

  /// Another frame with the same planes.
  func reference() throws(FFmpegError) -> Frame {
    let other = try Frame()
    try unsafe FFmpegError.check(av_frame_ref(other.handle, handle), "reference a frame")
    return other
  }

  /// Plane `index` (0...2): its first byte and its stride in bytes; `nil` if there is none.
  ///
  /// The pointer is valid as long as the frame lives.
  @unsafe
  package func plane(_ index: Int) -> (base: UnsafeMutablePointer<UInt8>, stride: Int)? {
    let data = unsafe handle.pointee.data
    let stride = unsafe handle.pointee.linesize
    switch index {
    case 0: return unsafe data.0.map { unsafe ($0, Int(stride.0)) }
    case 1: return unsafe data.1.map { unsafe ($0, Int(stride.1)) }
    case 2: return unsafe data.2.map { unsafe ($0, Int(stride.2)) }
    default: return nil
    }
  }
}
