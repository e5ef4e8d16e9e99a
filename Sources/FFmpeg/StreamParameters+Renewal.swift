import CFFmpeg

extension StreamParameters {
  /// The parameters in the keyframe `packet`, if its frame size differs; else `nil`. For codecs with in-band
  /// parameters, such as H.264 and H.265.
  func renewed(by packet: Packet) throws(FFmpegError) -> StreamParameters? {
    guard let size = try size(in: packet), size.width != width || size.height != height else { return nil }
    let renewed = try unsafe StreamParameters(copying: handle)
    unsafe renewed.handle.pointee.width = Int32(clamping: size.width)
    unsafe renewed.handle.pointee.height = Int32(clamping: size.height)
    try renewed.takeHeaders(from: packet)
    return renewed
  }

  /// Width and height of the frame in `packet`; `nil` if it does not state them.
  private func size(in packet: Packet) throws(FFmpegError) -> (width: Int, height: Int)? {
    guard let parser = unsafe av_parser_init(Int32(bitPattern: handle.pointee.codec_id.rawValue)) else { return nil }
    defer { unsafe av_parser_close(parser) }
    guard let codec = unsafe avcodec_find_decoder(handle.pointee.codec_id) else { return nil }
    let owner = try unsafe CodecContext(codec)
    try unsafe FFmpegError.check(avcodec_parameters_to_context(owner.pointer, handle), "look into a packet")
    unsafe parser.pointee.flags |= PARSER_FLAG_COMPLETE_FRAMES
    var out: UnsafeMutablePointer<UInt8>?
    var count: Int32 = 0
    unsafe av_parser_parse2(
      parser, owner.pointer, &out, &count, packet.handle.pointee.data, packet.handle.pointee.size,
      packet.handle.pointee.pts, packet.handle.pointee.dts, packet.handle.pointee.pos)
    let (width, height) = unsafe (Int(parser.pointee.width), Int(parser.pointee.height))
    return width > 0 && height > 0 ? (width, height) : nil
  }

  /// Replaces the global headers by those in `packet`.
  private func takeHeaders(from packet: Packet) throws(FFmpegError) {
    guard let filter = unsafe av_bsf_get_by_name("extract_extradata") else { return }
    var context: UnsafeMutablePointer<AVBSFContext>?
    try unsafe FFmpegError.check(av_bsf_alloc(filter, &context), "look into a packet")
    defer { unsafe av_bsf_free(&context) }
    guard let open = unsafe context else { return }
    try unsafe FFmpegError.check(avcodec_parameters_copy(open.pointee.par_in, handle), "look into a packet")
    // Codecs without such headers fail here and keep what they have.
    guard unsafe av_bsf_init(open) >= 0 else { return }
    let copy = try Packet(timeBase: packet.timeBase)
    try unsafe FFmpegError.check(av_packet_ref(copy.handle, packet.handle), "reference a packet")
    guard unsafe av_bsf_send_packet(open, copy.handle) >= 0 else { return }
    let result = try Packet(timeBase: packet.timeBase)
    guard unsafe av_bsf_receive_packet(open, result.handle) >= 0 else { return }
    var count = 0
    guard let found = unsafe av_packet_get_side_data(result.handle, AV_PKT_DATA_NEW_EXTRADATA, &count), count > 0,
      let memory = unsafe av_mallocz(count + Int(AV_INPUT_BUFFER_PADDING_SIZE))
    else { return }
    unsafe memory.copyMemory(from: found, byteCount: count)
    unsafe av_freep(&handle.pointee.extradata)
    unsafe handle.pointee.extradata = memory.assumingMemoryBound(to: UInt8.self)
    unsafe handle.pointee.extradata_size = Int32(clamping: count)
  }
}
