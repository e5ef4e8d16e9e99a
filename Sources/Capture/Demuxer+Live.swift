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

extension StreamDescription {
  /// Frames per second, if the stated rate is plausible.
  var plausibleRate: Double? { nominalRate.flatMap { (0.1...1000).contains($0) ? $0 : nil } }
}
