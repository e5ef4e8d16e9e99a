import CFFmpeg
import Glibc

/// Turns packets of one video stream into frames.
@safe
public struct Decoder: ~Copyable {
  /// What `receive()` came to.
  public enum Outcome: Sendable {
    /// A frame.
    case frame(Frame)
    /// `send` another packet first.
    case needsInput
    /// Nothing will follow.
    case endOfStream
  }

  private let owner: CodecContext
  private var context: UnsafeMutablePointer<AVCodecContext> { unsafe owner.pointer }

  /// A decoder of streams like `parameters`.
  ///
  /// - Parameters:
  ///   - threads: how many it may use; 0 for one a processor.
  ///   - isLowDelay: threads share one frame rather than take one each, so that no frame is held back for them.
  ///   - isStrict: any fault is an error, and checksums are compared; otherwise libav makes the best of it.
  public init(
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
    // A damaged header must not ask for more memory than a frame can need.
    unsafe context.pointee.max_pixels = 1 << 28
    try unsafe FFmpegError.check(avcodec_open2(context, codec, nil), "open the \(name) decoder")
    self.owner = owner
  }

  /// Whether each frame is coded for itself, so that an error in one packet is one of its frame alone.
  public static func isIntraOnly(_ parameters: StreamParameters) -> Bool {
    let traits = unsafe avcodec_descriptor_get(parameters.handle.pointee.codec_id)?.pointee.props ?? 0
    return traits & AV_CODEC_PROP_INTRA_ONLY != 0
  }

  /// Errors that decoders have reported on this thread, hidden ones too: to be compared before and after a packet.
  public static var reportedErrors: Int64 { LogBridge.decodingErrors }

  /// Forgets every frame so far: the next packet must be one to begin with.
  public mutating func flush() { unsafe avcodec_flush_buffers(context) }

  /// Gives a packet, or `nil` for "that was the last". Take all frames with `receive()` before sending the next.
  public mutating func send(_ packet: Packet?) throws(FFmpegError) {
    try unsafe FFmpegError.check(avcodec_send_packet(context, packet?.handle), "decode a packet")
  }

  /// Takes the next frame.
  public mutating func receive() throws(FFmpegError) -> Outcome {
    let frame = try Frame()
    let status = unsafe avcodec_receive_frame(context, frame.handle)
    if status == yolostream_averror(EAGAIN) { return .needsInput }
    if status == yolostream_averror_eof() { return .endOfStream }
    try FFmpegError.check(status, "decode a frame")
    return .frame(frame)
  }
}
