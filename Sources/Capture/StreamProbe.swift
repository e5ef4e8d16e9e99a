package import FFmpeg
import Scene

/// Measures a stream for a while without decoding it.
package struct StreamProbe: Sendable {
  /// The result of a measurement.
  package struct Report: Hashable, Sendable, Encodable {
    /// The address without credentials.
    package var address: String
    /// libav's name of the container or protocol.
    package var container: String
    /// Name of the codec.
    package var codec: String
    /// Width of the frames in pixels.
    package var width: Int
    /// Height of the frames in pixels.
    package var height: Int
    /// Frames per second as the stream states them.
    package var nominalRate: Double?
    /// Whether there is an audio stream.
    package var hasAudio: Bool
    /// Seconds from opening to the first video packet.
    package var opening: Double
    /// Seconds measured, by the receiver's clock.
    package var seconds: Double
    /// Number of video packets, one per frame.
    package var frames: Int
    /// Frames per second received.
    package var rate: Double
    /// Video bits per second received.
    package var bitRate: Double
    /// Jitter: smoothed mean difference of transit times as in RFC 3550, in seconds.
    package var jitter: Double
    /// Longest time between two frames, in seconds.
    package var longestGap: Double
    /// Packets lost on the network, as counted by libav.
    package var lostPackets: Int
    /// Packets marked as damaged.
    package var damagedPackets: Int
    /// Mean seconds between keyframes, if there were two.
    package var keyInterval: Double?
    /// Drift of the stream's clock against the receiver's, in parts per million; `nil` for less than ten seconds.
    package var clockDrift: Double?
    /// Shortest time in seconds from capture, by the sender's clock (RTCP), to arrival: the delay plus the difference
    /// of the clocks. `nil` if the sender does not report its clock.
    package var senderDelay: Double?

    private enum CodingKeys: String, CodingKey {
      case address, container, codec, width, height, nominalRate, hasAudio, opening, seconds, frames, rate, bitRate
      case jitter, longestGap, lostPackets, damagedPackets, keyInterval, senderDelay
      case clockDrift = "clockDriftPpm"
    }
  }

  /// Seconds after opening that are not measured.
  private static let settling = 0.1

  /// Seconds to measure.
  package var duration: Double
  /// Options for opening the stream.
  package var options: SourceOptions

  /// A measurement of `duration` seconds.
  package init(duration: Double, options: SourceOptions = SourceOptions()) {
    self.duration = duration
    self.options = options
  }

  /// Measures `url`. Throws errors of opening and reading.
  package func run(url: String, interrupt: InterruptFlag = InterruptFlag()) throws(CaptureError) -> Report {
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
    // Packets that arrived while the stream was opened come at once, which would look like jitter.
    let opened = Double(FrameStamp.now() &- begin) / 1e9
    var lastVideo = opened
    look: while statistics.seconds < duration {
      switch try demuxer.read() {
      case .endOfStream: break look
      case .packet(let packet):
        let now = Double(FrameStamp.now() &- begin) / 1e9
        // Frames that all have one time are one frame, and would be waited for without end.
        if now - opened > duration + options.timeout { break look }
        guard packet.streamIndex == video.index else {
          if now - lastVideo > options.timeout {
            throw FFmpegError(
              .timedOut, "cannot probe \(name): packets came, but no video within \(options.timeout) s")
          }
          continue
        }
        lastVideo = now
        if packet.isCorrupt { damaged += 1 }
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
