public import FFmpeg
import Scene

/// Looks at a stream for a while without decoding it: what it is, and how well it comes.
public struct StreamProbe: Sendable {
  /// What was seen.
  public struct Report: Hashable, Sendable {
    /// The address, fit to be shown.
    public var address: String
    /// libav's name of the container or protocol.
    public var container: String
    /// Name of the codec.
    public var codec: String
    /// Columns of the frames.
    public var width: Int
    /// Rows of the frames.
    public var height: Int
    /// Frames per second as the stream says.
    public var nominalRate: Double?
    /// Whether there is audio.
    public var hasAudio: Bool
    /// Seconds from the first look to the first packet of a frame.
    public var opening: Double
    /// Seconds that were measured, by the receiver's clock.
    public var seconds: Double
    /// Packets of frames, one a frame.
    public var frames: Int
    /// Frames per second that came.
    public var rate: Double
    /// Bits per second that came, frames only.
    public var bitRate: Double
    /// How unevenly frames come: mean difference of transit times, smoothed as RFC 3550 has it, in seconds.
    public var jitter: Double
    /// Longest time between two frames, in seconds.
    public var longestGap: Double
    /// Packets lost on the network, as far as libav noticed.
    public var lostPackets: Int
    /// Packets that the container calls damaged.
    public var damagedPackets: Int
    /// Mean seconds between keyframes, if two were seen.
    public var keyInterval: Double?
    /// How much faster the stream's clock runs than the receiver's, in parts of a million; `nil` under ten seconds.
    public var clockDrift: Double?
    /// Seconds from when a frame was taken, as its sender says (RTCP), to when it begins to come, the shortest seen: the
    /// way, and what the two clocks differ by. `nil` where the sender does not say.
    public var senderDelay: Double?
  }

  /// Seconds after opening that are not measured.
  private static let settling = 0.1

  /// Seconds to look.
  public var duration: Double
  /// How to connect.
  public var options: SourceOptions

  /// A look of `duration` seconds.
  public init(duration: Double, options: SourceOptions = SourceOptions()) {
    self.duration = duration
    self.options = options
  }

  /// Looks at `url`. Throws as opening and reading do.
  public func run(url: String, interrupt: InterruptFlag = InterruptFlag()) throws(CaptureError) -> Report {
    do throws(FFmpegError) {
      return try look(url, interrupt)
    } catch {
      throw CaptureError(error, reading: Redaction.redact(url), isLive: true)
    }
  }

  private func look(_ url: String, _ interrupt: InterruptFlag) throws(FFmpegError) -> Report {
    let name = Redaction.redact(url)
    let begin = FrameStamp.now()
    var demuxer = try Demuxer(
      .address(url), options: StreamSource.networkOptions(url: url, options: options), timeout: options.timeout,
      interrupt: interrupt)
    guard let video = demuxer.mainVideo else {
      throw FFmpegError(.invalidData, "cannot probe \(name): it holds no video")
    }
    var statistics = ArrivalStatistics()
    var opening = 0.0, damaged = 0
    var delay: Int64?
    // What came while the stream was opened waits and comes at once, which would look like jitter.
    let opened = Double(FrameStamp.now() &- begin) / 1e9
    look: while statistics.seconds < duration {
      switch try demuxer.read() {
      case .endOfStream: break look
      case .packet(let packet):
        guard packet.streamIndex == video.index else { continue }
        if packet.isCorrupt { damaged += 1 }
        let now = Double(FrameStamp.now() &- begin) / 1e9
        if opening == 0 { opening = now }
        if now - opened < Self.settling { continue }
        if let taken = packet.senderTime { delay = min(delay ?? .max, FrameStamp.wall() &- taken) }
        let time = (packet.timestamp ?? packet.decodingTimestamp).map { packet.timeBase.seconds(of: $0) }
        statistics.add(time: time, arrival: now, byteCount: packet.byteCount, isKey: packet.isKey)
      }
    }
    guard statistics.count > 0 else { throw FFmpegError(.invalidData, "cannot probe \(name): no frame came") }
    return Report(
      address: name, container: demuxer.formatName, codec: video.parameters.codecName, width: video.parameters.width,
      height: video.parameters.height, nominalRate: video.nominalRate,
      hasAudio: demuxer.streams.contains { $0.parameters.kind == .audio }, opening: opening,
      seconds: statistics.seconds, frames: statistics.count, rate: statistics.rate, bitRate: statistics.bitRate,
      jitter: statistics.jitter, longestGap: statistics.longestGap, lostPackets: Int(demuxer.lostPacketCount),
      damagedPackets: damaged, keyInterval: statistics.keyInterval, clockDrift: statistics.clockDrift,
      senderDelay: delay.map { Double($0) / 1e6 })
  }
}
