import CFFmpeg
import Glibc

/// Sends the packets of one video stream to a receiver: a server, a datagram address, or an HLS playlist.
///
/// Every call ends within its time limit. After a failure the connection cannot be used any more.
@safe
package struct LiveMuxer: ~Copyable {
  /// How packets are sent.
  package enum Transport: Hashable, Sendable {
    /// RTSP (ANNOUNCE and RECORD), packets interleaved over TCP.
    case rtsp
    /// FLV over RTMP.
    case rtmp
    /// MPEG-TS over UDP, SRT or TCP, depending on the address.
    case mpegts
    /// HLS: a playlist and MPEG-TS segments, written to files or PUT to an HTTP server. With `window` the playlist
    /// has the last twelve seconds and older segments are deleted; without, all are kept.
    case hls(window: Bool)

    /// Whether encoders must use global headers.
    package var needsGlobalHeader: Bool { self == .rtsp || self == .rtmp }

    fileprivate var format: String {
      switch self {
      case .rtsp: "rtsp"
      case .rtmp: "flv"
      case .mpegts: "mpegts"
      case .hls: "hls"
      }
    }

    fileprivate func options(isRemote: Bool, isContinued: Bool) -> [String: String] {
      switch self {
      case .rtsp: return ["rtsp_transport": "tcp"]
      case .rtmp: return ["flvflags": "no_duration_filesize"]
      case .mpegts: return [:]
      case .hls(let window):
        var options = ["hls_time": "2", "hls_segment_type": "mpegts"]
        // An existing playlist is continued behind a discontinuity: players stay, and its segments are deleted in
        // turn. Without one, numbers start with the time of day, so that no segment gets the name of an earlier one.
        options["hls_flags"] =
          "temp_file+independent_segments"
          + (window ? "+delete_segments+append_list+program_date_time" : "")
        if window {
          options["hls_list_size"] = "6"
          if !isContinued { options["hls_start_number_source"] = "epoch" }
        } else {
          options["hls_playlist_type"] = "event"
          options["hls_list_size"] = "0"
        }
        // With a method, libav treats every address as a web address.
        if isRemote { options["method"] = "PUT" }
        return options
      }
    }
  }

  private var owner: OutputContext
  private var context: UnsafeMutablePointer<AVFormatContext> { unsafe owner.pointer }
  private let name: String
  private let timeout: Double
  private let interrupt: InterruptFlag
  private var isOpen = true

  /// Connects to `address` and announces the stream of `encoder`. Throws if the receiver does not answer within
  /// `timeout` seconds or rejects it; later calls have the same limit.
  package init(
    _ address: String, transport: Transport, encoder: borrowing Encoder, timeout: Double = 10,
    interrupt: InterruptFlag = InterruptFlag()
  ) throws(FFmpegError) {
    LogBridge.install()
    name = Redaction.redact(address)
    self.timeout = timeout
    self.interrupt = interrupt
    let owner = try OutputContext(container: transport.format, address: address)
    let context = unsafe owner.pointer
    let stream = try unsafe FFmpegError.unwrap(avformat_new_stream(context, nil), "a stream")
    try unsafe FFmpegError.check(
      avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context), "describe the encoded stream")
    unsafe stream.pointee.time_base = encoder.settings.timeBase.rational
    unsafe stream.pointee.avg_frame_rate = encoder.context.pointee.framerate
    unsafe stream.pointee.sample_aspect_ratio = encoder.context.pointee.sample_aspect_ratio
    unsafe context.pointee.interrupt_callback = unsafe interrupt.callback
    unsafe context.pointee.flags |= AVFMT_FLAG_FLUSH_PACKETS
    let hasTransport = unsafe context.pointee.oformat.pointee.flags & AVFMT_NOFILE == 0
    // For UDP: seven MPEG-TS packets per datagram, which fits every network's MTU.
    var wire = OptionList(transport == .mpegts && address.hasPrefix("udp:") ? ["pkt_size": "1316"] : [:])
    var callback = unsafe interrupt.callback
    let (status, isLate) = interrupt.withDeadline(timeout) {
      var status: Int32 = 0
      var isContinued = false
      if case .hls = transport { status = unsafe Self.look(at: address, &callback, isThere: &isContinued) }
      if status >= 0, hasTransport {
        status = unsafe avio_open2(&context.pointee.pb, address, AVIO_FLAG_WRITE, &callback, &wire.handle)
      }
      if status >= 0 {
        var options = OptionList(transport.options(isRemote: address.contains("://"), isContinued: isContinued))
        status = unsafe avformat_write_header(context, &options.handle)
      }
      return (status, interrupt.shouldStop)
    }
    guard status >= 0 else {
      interrupt.withDeadline(1) { _ = unsafe avio_closep(&context.pointee.pb) }
      throw Self.failure(status, name, isLate: isLate, timeout: timeout, interrupt: interrupt)
    }
    self.owner = owner
  }

  deinit { if isOpen { _ = unsafe Self.close(owner.pointer, interrupt) } }

  /// Closes the connection, and ends a playlist.
  package mutating func finish() throws(FFmpegError) {
    guard isOpen else { return }
    isOpen = false
    let status = unsafe Self.close(owner.pointer, interrupt)
    if status < 0 {
      throw Self.failure(status, name, isLate: false, timeout: timeout, interrupt: interrupt)
    }
  }

  /// Frees what libav allocated with the header, also after the receiver is gone.
  private static func close(_ context: UnsafeMutablePointer<AVFormatContext>, _ interrupt: InterruptFlag) -> Int32 {
    interrupt.withDeadline(1) {
      let status = unsafe av_write_trailer(context)
      guard unsafe context.pointee.oformat.pointee.flags & AVFMT_NOFILE == 0 else { return status }
      let closing = unsafe avio_closep(&context.pointee.pb)
      return status < 0 ? status : closing
    }
  }

  /// Checks whether there is a playlist. Throws if a web server does not answer at all: libav would notice only at
  /// the end of the first segment.
  private static func look(at address: String, _ callback: inout AVIOInterruptCB, isThere: inout Bool) -> Int32 {
    guard address.contains("://") else {
      isThere = unsafe access(address, F_OK) == 0
      return 0
    }
    var connection: UnsafeMutablePointer<AVIOContext>?
    let status = unsafe avio_open2(&connection, address, AVIO_FLAG_READ, &callback, nil)
    unsafe avio_closep(&connection)
    isThere = status >= 0
    let answers = [
      yolostream_averror_bad_request(), yolostream_averror_unauthorized(), yolostream_averror_forbidden(),
      yolostream_averror_http_not_found(), yolostream_averror_http_other(), yolostream_averror_http_server(),
    ]
    return answers.contains(status) ? 0 : status
  }

  /// Sends the next packet, in decoding order; it is not changed.
  package mutating func write(_ packet: Packet) throws(FFmpegError) {
    guard let stream = unsafe context.pointee.streams[0] else { return }
    let reference = try Packet(timeBase: packet.timeBase)
    try unsafe FFmpegError.check(av_packet_ref(reference.handle, packet.handle), "reference a packet")
    unsafe av_packet_rescale_ts(reference.handle, packet.timeBase.rational, stream.pointee.time_base)
    unsafe reference.handle.pointee.stream_index = 0
    unsafe reference.handle.pointee.pos = -1
    let (status, isLate) = interrupt.withDeadline(timeout) { [context = unsafe context] in
      let status = unsafe av_write_frame(context, reference.handle)
      return (status, interrupt.shouldStop)
    }
    // Some protocols report no error for an interrupted call, and errors of the transport appear one call later.
    let pending = unsafe context.pointee.pb.map { unsafe $0.pointee.error } ?? 0
    for status in [status, pending, isLate ? yolostream_averror_exit() : 0] where status < 0 {
      throw Self.failure(status, name, isLate: isLate, timeout: timeout, interrupt: interrupt)
    }
  }

  private static func failure(
    _ status: Int32, _ name: String, isLate: Bool, timeout: Double, interrupt: InterruptFlag
  ) -> FFmpegError {
    if interrupt.isInterrupted { return FFmpegError(.interrupted, "cannot send to \(name): interrupted") }
    return isLate
      ? FFmpegError(.timedOut, "cannot send to \(name): no answer within \(timeout) s")
      : FFmpegError(status: status, tryingTo: "send to \(name)")
  }
}
