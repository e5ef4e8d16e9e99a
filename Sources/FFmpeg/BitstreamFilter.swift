import CFFmpeg

/// Rewrites the packets of one stream, one for one, without decoding them.
@safe
final class BitstreamFilter {
  private let context: UnsafeMutablePointer<AVBSFContext>

  /// libav's filter `name` for streams like `parameters`.
  init(_ name: String, parameters: StreamParameters, timeBase: TimeBase) throws(FFmpegError) {
    guard let filter = unsafe av_bsf_get_by_name(name) else {
      throw FFmpegError(.unsupported, "cannot rewrite \(parameters.codecName): this FFmpeg has no filter named \(name)")
    }
    var context: UnsafeMutablePointer<AVBSFContext>?
    try unsafe FFmpegError.check(av_bsf_alloc(filter, &context), "allocate \(name)")
    unsafe self.context = try unsafe FFmpegError.unwrap(context, "a filter")
    try unsafe FFmpegError.check(
      avcodec_parameters_copy(self.context.pointee.par_in, parameters.handle), "set up \(name)")
    unsafe self.context.pointee.time_base_in = timeBase.rational
    try unsafe FFmpegError.check(av_bsf_init(self.context), "set up \(name)")
  }

  deinit {
    var context: UnsafeMutablePointer<AVBSFContext>? = unsafe context
    unsafe av_bsf_free(&context)
  }

  /// Rewrites `packet` in place; it must not be shared.
  func apply(to packet: Packet) throws(FFmpegError) {
    try unsafe FFmpegError.check(av_bsf_send_packet(context, packet.handle), "rewrite a packet")
    try unsafe FFmpegError.check(av_bsf_receive_packet(context, packet.handle), "rewrite a packet")
  }
}
