import CFFmpeg

/// The parameters of a stream: an owned copy of libav's codec parameters.
@safe
package final class StreamParameters: @unchecked Sendable {
  /// The kind of media.
  package enum Kind: Hashable, Sendable { case video, audio, other }

  /// Written only before it is shared.
  let handle: UnsafeMutablePointer<AVCodecParameters>

  init(copying source: UnsafePointer<AVCodecParameters>) throws(FFmpegError) {
    unsafe handle = try unsafe FFmpegError.unwrap(avcodec_parameters_alloc(), "codec parameters")
    try unsafe FFmpegError.check(avcodec_parameters_copy(handle, source), "copy codec parameters")
  }

  /// The parameters of what `encoder` puts out.
  convenience init(of encoder: borrowing Encoder) throws(FFmpegError) {
    try self.init(codecNamed: "rawvideo")
    try unsafe FFmpegError.check(
      avcodec_parameters_from_context(handle, encoder.context), "describe the encoded stream")
  }

  /// Default parameters of the codec `name` (libav's name, such as `png`), for stills and raw streams.
  package init(codecNamed name: String) throws(FFmpegError) {
    unsafe handle = try unsafe FFmpegError.unwrap(avcodec_parameters_alloc(), "codec parameters")
    guard let codec = unsafe avcodec_find_decoder_by_name(name) else {
      throw FFmpegError(.unsupported, "cannot decode \(name): this FFmpeg has no decoder for it")
    }
    unsafe (handle.pointee.codec_type, handle.pointee.codec_id) = (codec.pointee.type, codec.pointee.id)
  }

  /// The parameters of uncompressed frames with unpadded rows; `format` is libav's name, such as `yuyv422`.
  package convenience init(rawVideo format: String, width: Int, height: Int) throws(FFmpegError) {
    try self.init(codecNamed: "rawvideo")
    let code = unsafe av_get_pix_fmt(format)
    guard code != AV_PIX_FMT_NONE, let columns = Int32(exactly: width), let rows = Int32(exactly: height) else {
      throw FFmpegError(.unsupported, "cannot decode \(width)x\(height) frames of \(format)")
    }
    unsafe (handle.pointee.format, handle.pointee.width, handle.pointee.height) = (code.rawValue, columns, rows)
  }

  deinit {
    var handle: UnsafeMutablePointer<AVCodecParameters>? = unsafe handle
    unsafe avcodec_parameters_free(&handle)
  }

  /// The kind of media.
  package var kind: Kind {
    switch unsafe handle.pointee.codec_type {
    case AVMEDIA_TYPE_VIDEO: .video
    case AVMEDIA_TYPE_AUDIO: .audio
    default: .other
    }
  }

  /// Whether the codec tag states that all of the stream is encrypted: `encv`, or Apple's `drmi`. Others state it in each packet.
  package var isEncrypted: Bool { [0x7663_6E65, 0x696D_7264].contains(unsafe handle.pointee.codec_tag) }

  /// Name of the codec, such as `h264`.
  package var codecName: String { unsafe String(cString: avcodec_get_name(handle.pointee.codec_id)) }
  /// Width of a coded frame in pixels; 0 if unknown.
  package var width: Int { Int(unsafe handle.pointee.width) }
  /// Height of a coded frame in pixels; 0 if unknown.
  package var height: Int { Int(unsafe handle.pointee.height) }

  /// Whether packets of `other` are decoded like its own: the same codec, and of audio the same samples per second.
  package func goesOn(in other: StreamParameters) -> Bool {
    codecName == other.codecName && (unsafe handle.pointee.sample_rate) == (unsafe other.handle.pointee.sample_rate)
  }
}
