import CFFmpeg
import Glibc

/// Muxes packets into a file or standard output. What has been written is playable even if the program is killed.
@safe
package struct Muxer: ~Copyable {
  /// Supported containers.
  package enum Container: String, Sendable {
    /// Fragmented MP4, with fragments of half a second.
    case mp4
    /// Matroska.
    case matroska
  }

  /// The container being written.
  package let container: Container
  private var owner: OutputContext
  private var context: UnsafeMutablePointer<AVFormatContext> { unsafe owner.pointer }
  /// libav's address of the output, and its name in messages.
  private let address: String, name: String
  private var state = State.open

  private enum State { case open, writing, closed }

  /// Filters for AAC with in-band headers (ADTS, as in broadcasts and RTP): they move the headers out of the stream.
  private var filters: [Int: BitstreamFilter] = [:]
  /// The last decoding time of each stream, in its ticks.
  private var lastTicks: [Int: Int64] = [:]

  /// Seconds subtracted from all times; set it before `begin`.
  package var origin = 0.0

  /// Prepares writing to `path` (`-` is standard output, Matroska only); throws if that is not possible. The file is
  /// created by the first `flush`: a program that is killed before leaves the old file, and no unplayable one.
  package init(path: String, container: Container) throws(FFmpegError) {
    LogBridge.install()
    let owner = try OutputContext(container: container.rawValue)
    let context = unsafe owner.pointer
    let isFile = path != "-"
    if isFile { try FFmpegError.check(Self.trial(path), "create \(path)") }
    // Each fragment or cluster is written as soon as it is complete. Deterministic output: no random identifiers, no version of
    // libav.
    unsafe context.pointee.flags |= AVFMT_FLAG_FLUSH_PACKETS | AVFMT_FLAG_BITEXACT
    address = isFile ? "file:" + path : "pipe:1"
    name = isFile ? path : "standard output"
    self.container = container
    self.owner = owner
  }

  /// 0 if the file at `path` can be created or overwritten, else the error number.
  private static func trial(_ path: String) -> Int32 {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      if errno != EEXIST { return yolostream_averror(errno) }
      var status = stat()
      if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return yolostream_averror(EISDIR) }
      return unsafe access(path, W_OK) == 0 ? 0 : yolostream_averror(errno)
    }
    close(descriptor)
    unsafe unlink(path)
    return 0
  }

  /// Whether encoders must use global headers.
  package var needsGlobalHeader: Bool { unsafe context.pointee.oformat.pointee.flags & AVFMT_GLOBALHEADER != 0 }

  /// Whether the container supports the codec, including uses that libav calls non-standard.
  package func takes(_ parameters: StreamParameters) -> Bool {
    unsafe avformat_query_codec(
      context.pointee.oformat, parameters.handle.pointee.codec_id, FF_COMPLIANCE_EXPERIMENTAL) == 1
  }

  /// Throws if a stream like this cannot be copied into such a container, as far as its parameters show.
  package static func tryCopy(of stream: StreamDescription, in container: Container) throws(FFmpegError) {
    var trial = try Muxer(container: container)
    _ = try trial.addCopy(of: stream)
    try trial.begin()
  }

  private init(container: Container) throws(FFmpegError) {
    owner = try OutputContext(container: container.rawValue)
    (address, name) = ("", container.rawValue)
    self.container = container
  }

  /// Adds a stream encoded by `encoder`; returns its index.
  package mutating func addStream(of encoder: borrowing Encoder) throws(FFmpegError) -> Int {
    let stream = try unsafe newStream()
    try unsafe FFmpegError.check(
      avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context), "describe the encoded stream")
    let settled = unsafe encoder.context.pointee
    unsafe (stream.pointee.time_base, stream.pointee.avg_frame_rate, stream.pointee.sample_aspect_ratio) = (
      encoder.settings.timeBase.rational, settled.framerate, settled.sample_aspect_ratio
    )
    return Int(unsafe stream.pointee.index)
  }

  /// Adds a stream whose packets are copied; returns its index.
  package mutating func addCopy(of stream: StreamDescription) throws(FFmpegError) -> Int {
    let copy = try unsafe newStream()
    try unsafe FFmpegError.check(
      avcodec_parameters_copy(copy.pointee.codecpar, stream.parameters.handle), "describe a copied stream")
    // The codec tag belongs to the source container. Of MP4's two tags for H.265, hvc1 plays everywhere.
    let isHEVC = unsafe copy.pointee.codecpar.pointee.codec_id == AV_CODEC_ID_HEVC
    unsafe copy.pointee.codecpar.pointee.codec_tag = isHEVC && container == .mp4 ? Self.tag("hvc1") : 0
    unsafe copy.pointee.time_base = stream.timeBase.rational
    let index = Int(unsafe copy.pointee.index)
    if stream.parameters.codecName == "aac", unsafe copy.pointee.codecpar.pointee.extradata_size == 0 {
      filters[index] = try BitstreamFilter("aac_adtstoasc", parameters: stream.parameters, timeBase: stream.timeBase)
    }
    return index
  }

  /// A codec tag as libav stores it.
  private static func tag(_ letters: String) -> UInt32 { letters.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) } }

  private func newStream() throws(FFmpegError) -> UnsafeMutablePointer<AVStream> {
    try unsafe FFmpegError.unwrap(avformat_new_stream(context, nil), "a stream")
  }

  /// Writes the header, in memory. Add all streams before.
  package mutating func begin() throws(FFmpegError) {
    try unsafe FFmpegError.check(avio_open_dyn_buf(&context.pointee.pb), "write \(name)")
    owner.isInMemory = true
    // Audio may start slightly before the video. MKV can represent that; by default libav would shift all times.
    if container == .matroska { unsafe context.pointee.avoid_negative_ts = 0 }
    // Codecs whose mapping is experimental are copied, too.
    unsafe (context.pointee.strict_std_compliance, context.pointee.output_ts_offset) = (
      FF_COMPLIANCE_EXPERIMENTAL, -TimeBase.microseconds.ticks(at: origin)
    )
    var options = OptionList(
      container == .mp4
        ? [
          // Writes the header with the first fragment, when the first timestamps are known.
          "movflags": "delay_moov+default_base_moof+frag_keyframe",
          "frag_duration": "500000",
        ] : ["cluster_time_limit": "500"])
    try unsafe FFmpegError.check(avformat_write_header(context, &options.handle), "write the header of \(name)")
    state = .writing
  }

  /// Writes a packet to stream `index`, in decoding order; the packet is not changed.
  package mutating func write(_ packet: Packet, to index: Int) throws(FFmpegError) {
    guard state == .writing, index >= 0, index < Int(unsafe context.pointee.nb_streams),
      let stream = unsafe context.pointee.streams[index]
    else { throw FFmpegError(.invalidArgument, "cannot write to stream \(index) of \(name): it is not open") }
    let reference = try Packet(timeBase: packet.timeBase)
    try unsafe FFmpegError.check(av_packet_ref(reference.handle, packet.handle), "reference a packet")
    try filters[index]?.apply(to: reference)
    unsafe av_packet_rescale_ts(reference.handle, packet.timeBase.rational, stream.pointee.time_base)
    unsafe (reference.handle.pointee.stream_index, reference.handle.pointee.pos) = (Int32(index), -1)
    if container == .mp4 { try beginFragment(before: reference, of: index) }
    try unsafe check(av_interleaved_write_frame(context, reference.handle))
  }

  /// Starts a fragment with its own time before a gap that exceeds MP4's largest frame duration.
  private mutating func beginFragment(before packet: Packet, of index: Int) throws(FFmpegError) {
    guard let time = packet.decodingTimestamp ?? packet.timestamp else { return }
    defer { lastTicks[index] = time }
    guard let last = lastTicks[index], time &- last >= Int64(Int32.max) else { return }
    try flush()
    try unsafe check(yolostream_begin_discontinuity(context, Int32(index), last + 1))
  }

  /// Writes the buffered fragment or cluster to the system. The first call creates the file.
  package mutating func flush() throws(FFmpegError) {
    guard state == .writing else { return }
    try unsafe check(av_interleaved_write_frame(context, nil))
    try unsafe check(av_write_frame(context, nil))
    try moveToFile()
  }

  /// Bytes written to the file, 0 before it exists. After a successful `write` or `flush` it ends with a whole
  /// fragment or cluster.
  package var writtenByteCount: Int64 {
    guard state == .writing, !owner.isInMemory, let transport = unsafe context.pointee.pb else { return 0 }
    return unsafe avio_seek(transport, 0, SEEK_CUR)
  }

  /// Moves the buffer in memory to a new file, in one write, and continues there.
  private mutating func moveToFile() throws(FFmpegError) {
    guard owner.isInMemory else { return }
    owner.isInMemory = false
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = unsafe avio_close_dyn_buf(context.pointee.pb, &bytes)
    unsafe context.pointee.pb = nil
    defer { unsafe av_free(bytes) }
    let status = unsafe avio_open2(&context.pointee.pb, address, AVIO_FLAG_WRITE, nil, nil)
    // Without a file libav would write nowhere.
    if status < 0 { state = .closed }
    try FFmpegError.check(status, "create \(name)")
    unsafe avio_write(context.pointee.pb, bytes, count)
    unsafe avio_flush(context.pointee.pb)
    try check(0)
  }

  /// Writes the rest, the index and the trailer, and closes the file. If that fails, the file keeps what it has.
  package mutating func finish() throws(FFmpegError) {
    guard state == .writing else { return }
    try moveToFile()
    state = .closed
    let status = unsafe av_write_trailer(context)
    let pending = unsafe context.pointee.pb.map { unsafe $0.pointee.error } ?? 0
    let closing = unsafe avio_closep(&context.pointee.pb)
    for status in [status, pending, closing] { try FFmpegError.check(status, "finish \(name)") }
  }

  /// Checks for errors of the file, which often appear one call later.
  private func check(_ status: Int32) throws(FFmpegError) {
    try FFmpegError.check(status, "write \(name)")
    try FFmpegError.check((unsafe context.pointee.pb?.pointee.error) ?? 0, "write \(name)")
  }
}
