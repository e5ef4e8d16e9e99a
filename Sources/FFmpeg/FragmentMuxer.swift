import CFFmpeg

/// Muxes packets of a stream into MP4 fragments in memory, without re-encoding, as browsers play them.
@safe
package struct FragmentMuxer: ~Copyable {
  /// The initialisation segment, which precedes the fragments.
  package let header: [UInt8]
  private var owner: OutputContext
  private var context: UnsafeMutablePointer<AVFormatContext> { unsafe owner.pointer }

  /// A muxer for the packets of `video`, and of `audioStreams`, which are the streams from 1 on.
  package init(_ video: StreamDescription, audioStreams: [StreamDescription] = []) throws(FFmpegError) {
    LogBridge.install()
    var owner = try OutputContext(container: "mp4")
    let context = unsafe owner.pointer
    unsafe context.pointee.flags |= AVFMT_FLAG_BITEXACT
    for source in [video] + audioStreams {
      let stream = try unsafe FFmpegError.unwrap(avformat_new_stream(context, nil), "a stream")
      try unsafe FFmpegError.check(
        avcodec_parameters_copy(stream.pointee.codecpar, source.parameters.handle), "describe a copied stream")
      unsafe stream.pointee.codecpar.pointee.codec_tag = source.parameters.codecName == "hevc" ? Self.hvc1 : 0
      unsafe stream.pointee.time_base = source.timeBase.rational
    }
    try unsafe FFmpegError.check(avio_open_dyn_buf(&context.pointee.pb), "make fragments of MP4")
    owner.isInMemory = true
    var options = OptionList(["movflags": "empty_moov+default_base_moof+frag_custom+skip_trailer"])
    try unsafe FFmpegError.check(avformat_write_header(context, &options.handle), "make fragments of MP4")
    header = try Self.take(&owner)
    self.owner = owner
  }

  /// The codec tag of H.265 that browsers support, `hvc1`, first letter in the lowest byte.
  private static let hvc1: UInt32 = 0x3163_7668

  /// Writes the next packet of stream `index` with a duration of `duration` ticks of its time base; nothing where there is no
  /// such stream.
  package mutating func write(_ packet: Packet, to index: Int = 0, duration: Int64) throws(FFmpegError) {
    guard index >= 0, unsafe index < context.pointee.nb_streams, let stream = unsafe context.pointee.streams[index]
    else { return }
    let reference = try Packet(timeBase: packet.timeBase)
    try unsafe FFmpegError.check(av_packet_ref(reference.handle, packet.handle), "reference a packet")
    unsafe reference.handle.pointee.duration = duration
    unsafe reference.handle.pointee.stream_index = Int32(clamping: index)
    unsafe reference.handle.pointee.pos = -1
    unsafe av_packet_rescale_ts(reference.handle, packet.timeBase.rational, stream.pointee.time_base)
    try unsafe FFmpegError.check(av_write_frame(context, reference.handle), "make a fragment of MP4")
  }

  /// Ends the fragment and returns it.
  package mutating func cut() throws(FFmpegError) -> [UInt8] {
    try unsafe FFmpegError.check(av_write_frame(context, nil), "make a fragment of MP4")
    return try Self.take(&owner)
  }

  /// Takes the written bytes and continues with an empty buffer.
  private static func take(_ owner: inout OutputContext) throws(FFmpegError) -> [UInt8] {
    let context = unsafe owner.pointer
    unsafe avio_flush(context.pointee.pb)
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = unsafe avio_close_dyn_buf(context.pointee.pb, &bytes)
    unsafe context.pointee.pb = nil
    owner.isInMemory = false
    let taken = unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(max(0, count))))
    unsafe av_free(bytes)
    try unsafe FFmpegError.check(avio_open_dyn_buf(&context.pointee.pb), "make fragments of MP4")
    owner.isInMemory = true
    return taken
  }
}
