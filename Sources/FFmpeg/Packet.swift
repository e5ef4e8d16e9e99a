import CFFmpeg

/// A packet of a compressed stream. Immutable after it was created, so it can be shared between threads.
@safe
package final class Packet: @unchecked Sendable {
  let handle: UnsafeMutablePointer<AVPacket>
  /// Unit of its timestamps.
  package let timeBase: TimeBase

  init(timeBase: TimeBase) throws(FFmpegError) {
    unsafe handle = try unsafe FFmpegError.unwrap(av_packet_alloc(), "a packet")
    self.timeBase = timeBase
  }

  /// A packet with a copy of `bytes`, without timestamps.
  package convenience init(copying bytes: borrowing RawSpan) throws(FFmpegError) {
    try self.init(timeBase: .microseconds)
    guard let count = Int32(exactly: bytes.byteCount), count < Int32.max - 64 else {
      throw FFmpegError(.invalidArgument, "cannot make a packet of \(bytes.byteCount) bytes: the limit is 2 GiB")
    }
    try unsafe FFmpegError.check(av_new_packet(handle, count), "allocate \(count) bytes")
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe UnsafeMutableRawPointer(handle.pointee.data).copyMemory(from: start, byteCount: source.count)
    }
  }

  /// The concatenation of `first` and `second`, with the times of the one that has some.
  package convenience init(joining first: Packet, _ second: Packet) throws(FFmpegError) {
    try self.init(timeBase: first.timeBase)
    let (one, other) = (first.byteCount, second.byteCount)
    guard let count = Int32(exactly: one + other), count < Int32.max - 64 else {
      throw FFmpegError(.invalidArgument, "cannot join packets to \(one + other) bytes: the limit is 2 GiB")
    }
    try unsafe FFmpegError.check(av_new_packet(handle, count), "allocate \(count) bytes")
    let bytes = unsafe UnsafeMutableRawPointer(handle.pointee.data)
    if one > 0 { unsafe bytes?.copyMemory(from: first.handle.pointee.data, byteCount: one) }
    if other > 0 { unsafe bytes?.advanced(by: one).copyMemory(from: second.handle.pointee.data, byteCount: other) }
    let timed = first.timestamp == nil ? second : first
    try unsafe FFmpegError.check(av_packet_copy_props(handle, timed.handle), "copy the times of a packet")
    unsafe handle.pointee.flags |= first.handle.pointee.flags | second.handle.pointee.flags
  }

  /// Takes over the content of `other`.
  convenience init(taking other: Packet, timeBase: TimeBase) throws(FFmpegError) {
    try self.init(timeBase: timeBase)
    unsafe av_packet_move_ref(handle, other.handle)
  }

  deinit {
    var handle: UnsafeMutablePointer<AVPacket>? = unsafe handle
    unsafe av_packet_free(&handle)
  }

  /// Index of its stream in the container.
  package var streamIndex: Int { Int(unsafe handle.pointee.stream_index) }
  /// Size in bytes.
  package var byteCount: Int { Int(unsafe handle.pointee.size) }
  /// Whether decoding can start here.
  package var isKey: Bool { unsafe handle.pointee.flags & AV_PKT_FLAG_KEY != 0 }
  /// Whether the container marks it as incomplete.
  package var isCorrupt: Bool { unsafe handle.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 }
  /// Whether the container states that its bytes are encrypted; no key is ever known here.
  package var isEncrypted: Bool {
    unsafe av_packet_get_side_data(handle, AV_PKT_DATA_ENCRYPTION_INFO, nil) != nil
  }
  /// Presentation time in ticks of `timeBase`.
  package var timestamp: Int64? {
    let ticks = unsafe handle.pointee.pts
    return ticks == yolostream_no_pts() ? nil : ticks
  }
  /// Decoding time in ticks of `timeBase`.
  package var decodingTimestamp: Int64? {
    let ticks = unsafe handle.pointee.dts
    return ticks == yolostream_no_pts() ? nil : ticks
  }

  /// Capture time that the sender reports for a frame (RTCP sender report), in microseconds since 1970.
  ///
  /// Where libav searches for the ends of frames (H.264, H.265) it is that of the following frame: the end is found
  /// when the next frame starts, whose time is attached.
  package var senderTime: Int64? {
    var size = 0
    guard let data = unsafe av_packet_get_side_data(handle, AV_PKT_DATA_PRFT, &size),
      size >= MemoryLayout<AVProducerReferenceTime>.size
    else { return nil }
    return unsafe UnsafeRawPointer(data).loadUnaligned(as: AVProducerReferenceTime.self).wallclock
  }

  /// Duration in seconds; `nil` if unknown.
  package var duration: Double? {
    let ticks = unsafe handle.pointee.duration
    return ticks > 0 ? timeBase.seconds(of: ticks) : nil
  }

  /// Clears the presentation time, so that the decoder derives it; call it before the packet is shared.
  package func forgetTimestamp() { unsafe handle.pointee.pts = yolostream_no_pts() }

  /// Sets decoding and (unless `isShown` is false) presentation time to `seconds`; call it before the packet is
  /// shared.
  package func setTimes(_ seconds: Double, isShown: Bool = true) {
    let ticks = timeBase.ticks(at: seconds)
    unsafe (handle.pointee.pts, handle.pointee.dts) = (isShown ? ticks : yolostream_no_pts(), ticks)
  }

  /// A packet of stream `index` with the same bytes, another time base, and times `shift` seconds later.
  package func moved(toStream index: Int, timeBase target: TimeBase, by shift: Double) throws(FFmpegError) -> Packet {
    let packet = try Packet(timeBase: target)
    try unsafe FFmpegError.check(av_packet_ref(packet.handle, handle), "reference a packet")
    unsafe av_packet_rescale_ts(packet.handle, timeBase.rational, target.rational)
    packet.shiftTimes(by: target.ticks(at: shift))
    unsafe packet.handle.pointee.stream_index = Int32(clamping: index)
    return packet
  }

  /// Shifts its times by `ticks` of `timeBase`; call it before the packet is shared.
  package func shiftTimes(by ticks: Int64) {
    if let timestamp { unsafe handle.pointee.pts = timestamp &+ ticks }
    if let decodingTimestamp { unsafe handle.pointee.dts = decodingTimestamp &+ ticks }
  }

  /// The same packet with other times, in ticks of `timeBase`; the bytes are shared. Without `length` it keeps its duration.
  package func retimed(showing: Int64, decoding: Int64, length: Int64? = nil) throws(FFmpegError) -> Packet {
    let packet = try Packet(timeBase: timeBase)
    try unsafe FFmpegError.check(av_packet_ref(packet.handle, handle), "reference a packet")
    unsafe (packet.handle.pointee.pts, packet.handle.pointee.dts, packet.handle.pointee.duration) = (
      showing, decoding, length ?? packet.handle.pointee.duration
    )
    return packet
  }

  /// Calls `body` with the compressed bytes.
  package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try unsafe body(UnsafeRawBufferPointer(start: handle.pointee.data, count: byteCount))
  }
}
