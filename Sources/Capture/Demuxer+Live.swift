import FFmpeg

extension Demuxer {
  /// Whether a frame of `video`, a live stream, is known to be complete only when the next one starts.
  func endsWithNext(_ video: StreamDescription) -> Bool {
    let isFramed = ["flv", "matroska", "mov"].contains { formatName.hasPrefix($0) }
    return SenderClock.speaksOfNext(video.parameters.codecName) && !isFramed
  }

  /// Whether a keyframe of `video`, a live stream, can arrive in several packets.
  func splitsKeyframes(_ video: StreamDescription) -> Bool {
    ["rtsp", "rtp", "sdp"].contains(formatName) && ["h264", "hevc"].contains(video.parameters.codecName)
  }
}

extension Demuxer {
  /// Goes to a keyframe of `video` at or before `seconds`, to the last one where the container has an index.
  ///
  /// Without an index, as in MPEG-TS, libav stops anywhere, and nothing could be decoded before the next keyframe.
  mutating func seek(toKeyframeOf video: StreamDescription, before seconds: Double) throws(FFmpegError) {
    let first = start ?? 0
    for step in [0, 10, 60, Double.infinity] {
      let target = max(first, seconds - step)
      try seek(to: target)
      // From the very beginning all can be decoded.
      guard target > first, try !begins(withKeyframeOf: video, before: seconds) else {
        return try seek(to: target)
      }
    }
  }

  /// Whether the next keyframe of `video` is at or before `seconds`. Reads up to it.
  private mutating func begins(
    withKeyframeOf video: StreamDescription, before seconds: Double
  ) throws(FFmpegError) -> Bool {
    do throws(FFmpegError) {
      while case .packet(let packet) = try read() {
        guard packet.streamIndex == video.index, packet.isKey else { continue }
        guard let time = packet.timestamp ?? packet.decodingTimestamp else { return false }
        return packet.timeBase.seconds(of: time) <= seconds + packet.timeBase.seconds(of: 1)
      }
    } catch {
      guard error.code == .invalidData else { throw error }
    }
    return false
  }
}

extension StreamDescription {
  /// Frames per second, if the stated rate is plausible.
  var plausibleRate: Double? { nominalRate.flatMap { (0.1...1000).contains($0) ? $0 : nil } }
}
