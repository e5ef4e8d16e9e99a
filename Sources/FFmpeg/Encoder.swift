import CFFmpeg
import Glibc

/// Encodes frames to the packets of one video stream.
@safe
package struct Encoder: ~Copyable {
  /// Codec, frame format and rate of an encoder.
  package struct Settings: Sendable {
    /// libav's name of the encoder, such as `libx264`.
    package var codecName: String
    /// Width in pixels.
    package var width: Int
    /// Height in pixels.
    package var height: Int
    /// Pixel format of the frames.
    package var format: FrameFormat
    /// Colour encoding of the frames.
    package var colour: FrameColour
    /// Colour primaries and transfer characteristics of the frames.
    package var colourMetadata = ColourMetadata.unspecified
    /// Pixel aspect ratio, width over height.
    package var pixelAspect: Double = 1
    /// Unit of the frames' timestamps.
    package var timeBase: TimeBase
    /// Frames per second if known; a hint for rate control.
    package var nominalRate: Double?
    /// Largest interval between keyframes, in frames.
    package var keyInterval: Int = 250
    /// Most B-frames in a row; 0 makes decoding order equal to presentation order.
    package var reordering: Int = 0
    /// Threads; 0 lets the encoder choose.
    package var threads: Int = 1
    /// Whether headers are global rather than in the stream, as MP4 and MKV require.
    package var hasGlobalHeader = false
    /// Options of the encoder, such as `preset` and `crf`.
    package var options: [String: String] = [:]

    /// Settings for frames of `width` × `height`.
    package init(
      codecName: String, width: Int, height: Int, format: FrameFormat, colour: FrameColour, timeBase: TimeBase
    ) {
      self.codecName = codecName
      self.width = width
      self.height = height
      self.format = format
      self.colour = colour
      self.timeBase = timeBase
    }
  }

  /// The result of `receive()`.
  package enum Outcome: Sendable {
    /// A packet.
    case packet(Packet)
    /// `send` another frame first.
    case needsInput
    /// There are no more packets.
    case endOfStream
  }

  /// The settings it was opened with.
  package let settings: Settings
  private let owner: CodecContext
  var context: UnsafeMutablePointer<AVCodecContext> { unsafe owner.pointer }

  /// Opens an encoder.
  package init(_ settings: Settings) throws(FFmpegError) {
    LogBridge.install()
    let action = "open the \(settings.codecName) encoder for \(settings.width)x\(settings.height)"
    guard let codec = unsafe avcodec_find_encoder_by_name(settings.codecName) else {
      throw FFmpegError(.unsupported, "cannot \(action): this FFmpeg has no such encoder")
    }
    let owner = try unsafe CodecContext(codec)
    let context = unsafe owner.pointer
    unsafe context.pointee.width = Int32(clamping: settings.width)
    unsafe context.pointee.height = Int32(clamping: settings.height)
    unsafe context.pointee.pix_fmt = settings.format.code
    if settings.codecName == "mjpeg" {
      // libav's JPEG encoder before 7.0 accepts full range only by the name of the pixel format.
      switch settings.format {
      case .yuv420p: unsafe context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
      case .yuv422p: unsafe context.pointee.pix_fmt = AV_PIX_FMT_YUVJ422P
      case .yuv444p: unsafe context.pointee.pix_fmt = AV_PIX_FMT_YUVJ444P
      default: break
      }
    }
    if settings.format != .rgb24 && settings.format != .gray8 {
      unsafe context.pointee.colorspace = settings.colour.space
      unsafe context.pointee.color_range = settings.colour.range
      unsafe context.pointee.color_primaries = AVColorPrimaries(settings.colourMetadata.primaries)
      unsafe context.pointee.color_trc = AVColorTransferCharacteristic(settings.colourMetadata.transfer)
    }
    unsafe context.pointee.sample_aspect_ratio = av_d2q(settings.pixelAspect, 65535)
    unsafe context.pointee.time_base = settings.timeBase.rational
    if let rate = settings.nominalRate, rate > 0, rate < 1e5 {
      unsafe context.pointee.framerate = av_d2q(rate, 1_001_000)
    }
    unsafe context.pointee.gop_size = Int32(clamping: settings.keyInterval)
    unsafe context.pointee.max_b_frames = Int32(clamping: settings.reordering)
    unsafe context.pointee.thread_count = Int32(clamping: settings.threads)
    if settings.hasGlobalHeader {
      unsafe context.pointee.flags |= Int32(bitPattern: UInt32(AV_CODEC_FLAG_GLOBAL_HEADER))
    }
    var options = OptionList(settings.options)
    try unsafe FFmpegError.check(avcodec_open2(context, codec, &options.handle), action)
    if let name = options.leftOver {
      throw FFmpegError(.invalidArgument, "cannot \(action): it has no option named \(name)")
    }
    self.settings = settings
    self.owner = owner
  }

  /// Sends the next frame, presented at `timestamp` ticks, or `nil` at the end. The frame must have the size and
  /// format of `settings` (a larger one is cropped at the right and bottom), and timestamps must increase. `isKey`
  /// requests a keyframe.
  ///
  /// Receive all packets before sending the next frame.
  package mutating func send(_ frame: Frame?, timestamp: Int64 = 0, isKey: Bool = false) throws(FFmpegError) {
    guard let frame else {
      try unsafe FFmpegError.check(avcodec_send_frame(context, nil), "finish encoding")
      return
    }
    guard frame.format == settings.format, frame.width >= settings.width, frame.height >= settings.height else {
      throw FFmpegError(
        .invalidArgument,
        "cannot encode a frame of \(frame.formatName) \(frame.width)x\(frame.height): expected "
          + "\(settings.format.rawValue) \(settings.width)x\(settings.height)")
    }
    let reference = try frame.reference()
    unsafe reference.handle.pointee.format = context.pointee.pix_fmt.rawValue
    unsafe reference.handle.pointee.width = context.pointee.width
    unsafe reference.handle.pointee.height = context.pointee.height
    unsafe reference.handle.pointee.pts = timestamp
    unsafe reference.handle.pointee.pict_type = isKey ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
    try unsafe FFmpegError.check(avcodec_send_frame(context, reference.handle), "encode a frame")
  }

  /// Receives the next packet; its times are in ticks of `settings.timeBase`.
  package mutating func receive() throws(FFmpegError) -> Outcome {
    let packet = try Packet(timeBase: settings.timeBase)
    let status = unsafe avcodec_receive_packet(context, packet.handle)
    if status == yolostream_averror(EAGAIN) { return .needsInput }
    if status == yolostream_averror_eof() { return .endOfStream }
    try FFmpegError.check(status, "encode a frame")
    return .packet(packet)
  }
}
