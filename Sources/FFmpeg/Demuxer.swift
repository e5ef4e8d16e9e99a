import CFFmpeg
import Glibc

/// Demuxes a container: a file, a network address, or a pipe.
///
/// Every call that can block is limited by `timeout` and can be interrupted by `interrupt`.
@safe
package struct Demuxer: ~Copyable {
  /// The input to open.
  package enum Input: Sendable {
    /// Path of a file. Only the file itself is opened, whatever it refers to.
    case file(String)
    /// An address with a protocol of libav, such as `rtsp://…`.
    case address(String)
    /// A file descriptor of a pipe; it is not closed.
    case pipe(Int32)
  }

  /// The result of `read()`.
  package enum Outcome: Sendable {
    /// The next packet of any stream that is not ignored.
    case packet(Packet)
    /// There are no more packets.
    case endOfStream
  }

  /// The streams found while opening.
  package let streams: [StreamDescription]
  /// libav's name of the container format, such as `mov,mp4,m4a,3gp,3g2,mj2`.
  package let formatName: String
  /// Whether timestamps of this format can jump, as in broadcasts.
  package let hasTimestampJumps: Bool
  /// Whether the format has no timestamps, so that libav makes them up.
  package let lacksTimestamps: Bool
  /// Whether the duration or the number of bytes is known.
  package let isFinite: Bool
  /// Interrupts blocking calls.
  package let interrupt: InterruptFlag
  /// Longest duration of one call in seconds.
  package let timeout: Double

  /// RTP packets that were lost, as counted by libav. After a loss, only the next packet but one is complete again:
  /// the loss is noticed while a packet waits for the start of the next.
  package private(set) var lostPacketCount: Int64 = 0

  private var lastArrival: ArrivalRecord.Arrival?
  private let owner: InputContext
  private var context: UnsafeMutablePointer<AVFormatContext> { unsafe owner.pointer }
  /// Makes libav log each packet, for its arrival time.
  private static let reporting = ["fdebug": "ts"]
  private let name: String
  private let timeBases: [TimeBase]

  /// Opens `input` and analyses it until its streams are known.
  ///
  /// - Parameters:
  ///   - options: libav's options for format and protocol; unknown ones are ignored.
  ///   - takesPlaylists: whether an HLS playlist may name segments (on a web server those on web servers, a file
  ///     other files); `nil` allows it for playlist addresses on a web server. No other format may name anything.
  ///   - timeout: longest time in seconds for opening, and later for each `read()`.
  package init(
    _ input: Input, options: [String: String] = [:], takesPlaylists: Bool? = nil, timeout: Double = 10,
    interrupt: InterruptFlag = InterruptFlag()
  ) throws(FFmpegError) {
    LogBridge.install()
    // An abandoned attempt must not affect the time limits of the next.
    let interrupt = InterruptFlag(following: interrupt)
    let name: String, url: String
    var pipe: PipeReader?
    var isRemote = false
    switch input {
    case .file(let path):
      name = path
      url = "file:" + path
      // Opening a pipe waits for a writer and cannot be interrupted.
      if PipeReader.isPipe(path) { pipe = try PipeReader(path: path, interrupt: interrupt) }
    case .address(let address):
      name = Redaction.redact(address)
      url = address
      isRemote = true
    case .pipe(let descriptor):
      name = descriptor == 0 ? "standard input" : "descriptor \(descriptor)"
      url = ""
      pipe = try PipeReader(descriptor: descriptor, interrupt: interrupt)
    }
    let missed = LogBridge.missedPackets
    let deadline = InterruptFlag.deadline(in: timeout)
    let allowed = AllowList.options(
      for: input, takesPlaylists: takesPlaylists ?? (isRemote && AllowList.isPlaylist(url)))
    let owner = try DemuxerOpening(
      name: name, isRemote: isRemote, pipe: pipe,
      options: options.merging(allowed) { $1 }.merging(isRemote ? Self.reporting : [:]) { $1 },
      timeout: timeout,
      deadline: deadline, interrupt: interrupt
    ).open(url)
    let context = unsafe owner.pointer
    if isRemote { owner.recordArrivals() }
    // When time runs out libav continues with what it has found.
    let (found, isLate) = interrupt.withDeadline(at: deadline) {
      let status = unsafe avformat_find_stream_info(context, nil)
      return (status, interrupt.shouldStop)
    }
    if isLate { throw Self.error(yolostream_averror_exit(), "open \(name)", interrupt: interrupt, timeout: timeout) }
    guard found >= 0 else { throw Self.error(found, "open \(name)", interrupt: interrupt, timeout: timeout) }
    var streams: [StreamDescription] = []
    for index in 0..<Int(unsafe context.pointee.nb_streams) {
      guard let stream = unsafe context.pointee.streams[index] else { continue }
      streams.append(try unsafe StreamDescription(stream, in: context))
    }
    let format = unsafe context.pointee.iformat
    // Not to be read back from the property: Swift 6.3.1 releases what it holds twice.
    let container =
      unsafe format.flatMap { unsafe $0.pointee.name }.map { unsafe String(cString: $0) } ?? "unknown"
    formatName = container
    let traits = unsafe format.map { unsafe $0.pointee.flags } ?? 0
    hasTimestampJumps = traits & AVFMT_TS_DISCONT != 0
    lacksTimestamps = traits & AVFMT_NOTIMESTAMPS != 0 || container == "mpjpeg"
    isFinite = unsafe yolostream_is_finite(context) != 0
    timeBases = streams.map(\.timeBase)
    lostPacketCount = LogBridge.missedPackets - missed
    // Buffered packets may have gaps: reading starts behind them.
    if lostPacketCount > 0 {
      unsafe avformat_flush(context)
      interrupt.arrivals.forgetFrames()
    }
    self.streams = streams
    self.interrupt = interrupt
    self.timeout = timeout
    self.name = name
    self.owner = owner
  }

  /// The main video stream by libav's rules; `nil` if there is none or only the cover image of audio.
  package var mainVideo: StreamDescription? {
    let index = unsafe av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
    guard index >= 0, streams.indices.contains(Int(index)) else { return nil }
    let best = streams[Int(index)]
    guard best.isCoverImage else { return best }
    return streams.first { $0.parameters.kind == .video && !$0.isCoverImage }
  }

  /// Arrival of the last packet read, in monotonic nanoseconds; `nil` unless the input is a network address.
  ///
  /// - Parameter endsWithNext: whether libav finds the end of a frame of this stream by the start of the next.
  package func arrival(endsWithNext: Bool) -> UInt64? { endsWithNext ? lastArrival?.beforeNext : lastArrival?.given }

  /// Start time in seconds, if known.
  package var start: Double? {
    let ticks = unsafe context.pointee.start_time
    return ticks == yolostream_no_pts() ? nil : TimeBase.microseconds.seconds(of: ticks)
  }

  /// When the file was made, as the container states it; `nil` if it does not.
  package var creationTime: String? {
    unsafe av_dict_get(context.pointee.metadata, "creation_time", nil, 0).map {
      unsafe String(cString: $0.pointee.value)
    }
  }

  /// Seeks to the last keyframe at or before `seconds`.
  package mutating func seek(to seconds: Double) throws(FFmpegError) {
    let ticks = TimeBase.microseconds.ticks(at: seconds)
    let status = interrupt.withDeadline(timeout) { [context = unsafe context] in
      unsafe avformat_seek_file(context, -1, Int64.min, ticks, ticks, 0)
    }
    guard status >= 0 else {
      throw Self.error(status, "go to \(seconds) s in \(name)", interrupt: interrupt, timeout: timeout)
    }
  }

  /// Skips all streams that are not in `indices`.
  package mutating func ignoreStreams(except indices: Set<Int>) {
    for index in 0..<Int(unsafe context.pointee.nb_streams) where !indices.contains(index) {
      unsafe context.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
    }
  }

  /// Waits for the next complete packet.
  ///
  /// Throws `.timedOut` or `.interrupted` if it did not arrive in time, and `.invalidData` for damaged bytes, after
  /// which reading can continue.
  package mutating func read() throws(FFmpegError) -> Outcome {
    let fresh = try Packet(timeBase: .microseconds)
    let missed = LogBridge.missedPackets
    defer { lostPacketCount += LogBridge.missedPackets - missed }
    let status = interrupt.withDeadline(timeout) { [context = unsafe context] in
      unsafe av_read_frame(context, fresh.handle)
    }
    if interrupt.isInterrupted { throw FFmpegError(.interrupted, "cannot read \(name): interrupted") }
    if status == yolostream_averror_eof() {
      // libav reports some broken connections as the end; the transport's error decides.
      if let transport = unsafe context.pointee.pb, unsafe transport.pointee.error < 0,
        unsafe transport.pointee.error != yolostream_averror_eof()
      {
        throw unsafe Self.error(transport.pointee.error, "read \(name)", interrupt: interrupt, timeout: timeout)
      }
      return .endOfStream
    }
    if status == yolostream_averror(EIO), unsafe context.pointee.pb?.pointee.error == status {
      throw FFmpegError(status: status, tryingTo: "read \(name)")
    }
    guard status >= 0 else { throw Self.error(status, "read \(name)", interrupt: interrupt, timeout: timeout) }
    lastArrival = interrupt.arrivals.takeFrame(of: fresh.streamIndex)
    let timeBase = timeBase(ofStream: fresh.streamIndex)
    return .packet(timeBase == fresh.timeBase ? fresh : try Packet(taking: fresh, timeBase: timeBase))
  }

  /// Time base of a stream; streams can appear after opening.
  private func timeBase(ofStream index: Int) -> TimeBase {
    if timeBases.indices.contains(index) { return timeBases[index] }
    guard index >= 0, index < Int(unsafe context.pointee.nb_streams), let stream = unsafe context.pointee.streams[index]
    else { return .microseconds }
    return unsafe TimeBase(stream.pointee.time_base) ?? .microseconds
  }

  static func error(
    _ status: Int32, _ action: String, interrupt: InterruptFlag, timeout: Double
  ) -> FFmpegError {
    if interrupt.isInterrupted { return FFmpegError(.interrupted, "cannot \(action): interrupted") }
    if status == yolostream_averror_exit() || status == yolostream_averror(ETIMEDOUT) {
      return FFmpegError(.timedOut, "cannot \(action): no answer within \(timeout) s")
    }
    if status == yolostream_averror(EIO) {
      // Error of demuxers for a truncated file; errors of the transport were handled above.
      return FFmpegError(.invalidData, "cannot \(action): it is damaged or ends too early")
    }
    return FFmpegError(status: status, tryingTo: action)
  }
}
