import CFFmpeg
import Glibc

/// Decodes the packets of one video stream to frames.
@safe
package struct Decoder: ~Copyable {
  /// The result of `receive()`.
  package enum Outcome: Sendable {
    /// A frame.
    case frame(Frame)
    /// `send` another packet first.
    case needsInput
    /// There are no more frames.
    case endOfStream
  }

  private let owner: CodecContext
  private var context: UnsafeMutablePointer<AVCodecContext> { unsafe owner.pointer }

  /// A decoder of streams like `parameters`.
  ///
  /// - Parameters:
  ///   - threads: number of threads; 0 for one per processor.
  ///   - isLowDelay: uses slice threads instead of frame threads, so that no frame is delayed.
  ///   - isStrict: treats any fault as an error and compares checksums; otherwise libav conceals errors.
  package init(
    _ parameters: StreamParameters, threads: Int = 1, isLowDelay: Bool = false, isStrict: Bool = false
  ) throws(FFmpegError) {
    LogBridge.install()
    guard let codec = unsafe avcodec_find_decoder(parameters.handle.pointee.codec_id) else {
      throw FFmpegError(
        .unsupported, "cannot decode \(parameters.codecName): this FFmpeg has no decoder for it")
    }
    let owner = try unsafe CodecContext(codec)
    let context = unsafe owner.pointer
    let name = parameters.codecName
    try unsafe FFmpegError.check(
      avcodec_parameters_to_context(context, parameters.handle), "set up the \(name) decoder")
    unsafe context.pointee.thread_count = Int32(clamping: max(0, threads))
    if isLowDelay {
      unsafe context.pointee.thread_type = FF_THREAD_SLICE
      unsafe context.pointee.flags |= Int32(bitPattern: UInt32(AV_CODEC_FLAG_LOW_DELAY))
    }
    if isStrict {
      unsafe context.pointee.err_recognition |= Int32(AV_EF_EXPLODE | AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER)
    }
    // A damaged header must not make libav allocate more memory than a frame can need.
    unsafe context.pointee.max_pixels = 1 << 28
    try unsafe FFmpegError.check(avcodec_open2(context, codec, nil), "open the \(name) decoder")
    self.owner = owner
  }

  /// Whether all frames of the codec are intra-coded, so that a damaged packet affects only its own frame.
  package static func isIntraOnly(_ parameters: StreamParameters) -> Bool {
    let traits = unsafe avcodec_descriptor_get(parameters.handle.pointee.codec_id)?.pointee.props ?? 0
    return traits & AV_CODEC_PROP_INTRA_ONLY != 0
  }

  /// Number of errors, including hidden ones, that decoders reported on this thread; compare it before and after a
  /// packet.
  package static var reportedErrors: Int64 { LogBridge.decodingErrors }

  /// Resets the decoder: the next packet must be a keyframe.
  package mutating func flush() { unsafe avcodec_flush_buffers(context) }

  /// Sends a packet, or `nil` at the end of the stream. Receive all frames before sending the next packet.
  package mutating func send(_ packet: Packet?) throws(FFmpegError) {
    try unsafe FFmpegError.check(avcodec_send_packet(context, packet?.handle), "decode a packet")
  }

  /// Receives the next frame.
  package mutating func receive() throws(FFmpegError) -> Outcome {
    let frame = try Frame()
    let status = unsafe avcodec_receive_frame(context, frame.handle)
    if status == yolostream_averror(EAGAIN) { return .needsInput }
    if status == yolostream_averror_eof() { return .endOfStream }
    try FFmpegError.check(status, "decode a frame")
    return .frame(frame)
  }
}
