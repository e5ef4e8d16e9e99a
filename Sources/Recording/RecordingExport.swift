package import FFmpeg
import Synchronization

/// What a camera recorded in a span of time as one MP4, made of its segments by copying packets: nothing is decoded. It
/// begins with the keyframe at or before the span, and has the gaps of the recording.
package final class RecordingExport: Sendable {
  /// A segment that is being read.
  private struct Reading: ~Copyable {
    var demuxer: Demuxer
    /// For each stream of the file: its index in the export.
    let tracks: [Int: Int]
    /// Seconds from times of the file to times of the export.
    let shift: Double
  }

  private struct State: ~Copyable {
    var segments: ArraySlice<SegmentFolder.Segment>
    var muxer: FragmentMuxer?
    var video: StreamDescription?
    /// The audio of the export, tracks 1 and on: that of the first segment.
    var audio: [StreamDescription] = []
    var reading: Reading?
    /// Packets since the last keyframe before the span.
    var lead: [Packet] = []
    /// Time of the first packet, in seconds from the beginning of the span; the file begins with it.
    var zero: Double?
    /// Where each stream ends so far, in seconds of the file.
    var ends: [Int: Double] = [:]
    /// Seconds of video in the fragment that is being made.
    var fragment = 0.0
    var isChanged = false
  }

  /// A gap below this is the inaccuracy of clocks, in seconds.
  private static let smallestGap = 0.1
  /// Seconds of a fragment.
  private static let fragmentLength = 1.0

  /// What it covers, in milliseconds since 1970.
  package let span: Range<Int64>
  private let state: Mutex<State>

  /// An export of what `camera` recorded in `span`; `nil` if there is nothing.
  package init?(of camera: String, _ span: Range<Int64>, in folder: SegmentFolder) {
    let segments = folder.segments(of: camera, touching: span)
    guard !segments.isEmpty else { return nil }
    self.span = span
    state = Mutex(State(segments: segments[...]))
  }

  /// Whether it ended early, because the camera's stream changed its size or codec. Known at the end.
  package var isCutShort: Bool { state.withLock { $0.isChanged } }

  /// The next bytes of the file; `nil` at its end. Blocks while segments are read.
  package func next() throws(FFmpegError) -> [UInt8]? {
    try state.withLock { (state) throws(FFmpegError) -> [UInt8]? in
      while true {
        if state.reading == nil {
          guard let segment = state.segments.popFirst(), !state.isChanged else { return try finish(&state) }
          if let header = try open(segment, &state) { return header }
          continue
        }
        if let bytes = try copy(&state) { return bytes }
      }
    }
  }

  /// Opens the next segment; returns the header of the file with the first.
  private func open(_ segment: SegmentFolder.Segment, _ state: inout State) throws(FFmpegError) -> [UInt8]? {
    // It may just have been removed.
    guard var demuxer = try? Demuxer(.file(segment.path)), let video = demuxer.mainVideo else { return nil }
    let audioStreams = demuxer.streams.filter { $0.parameters.kind == .audio }
    if let known = state.video?.parameters {
      let parameters = video.parameters
      guard parameters.codecName == known.codecName, parameters.width == known.width,
        parameters.height == known.height
      else {
        state.isChanged = true
        return nil
      }
    }
    var shift = Double(segment.start - span.lowerBound) / 1e3
    // Some files have no index; then packets are skipped.
    if shift < 0 { try? demuxer.seek(to: -shift) }
    if let end = state.ends[0].map({ $0 + (state.zero ?? 0) }), shift < end + Self.smallestGap { shift = end }
    var tracks = [video.index: 0]
    if state.video == nil { state.audio = audioStreams }
    // Another connection may have brought more audio, or other: there is no track for it.
    for (place, (known, stream)) in zip(state.audio, audioStreams).enumerated()
    where known.parameters.goesOn(in: stream.parameters) {
      tracks[stream.index] = place + 1
    }
    state.reading = Reading(demuxer: demuxer, tracks: tracks, shift: shift)
    guard state.video == nil else { return nil }
    let muxer = try FragmentMuxer(video, audioStreams: audioStreams)
    state.video = video
    let header = muxer.header
    state.muxer = consume muxer
    return header
  }

  /// Copies one packet; returns a fragment when it is long enough.
  private func copy(_ state: inout State) throws(FFmpegError) -> [UInt8]? {
    guard case .packet(let packet)? = try state.reading?.demuxer.read() else {
      state.reading = nil
      return nil
    }
    guard let track = state.reading?.tracks[packet.streamIndex], let shift = state.reading?.shift,
      let ticks = packet.decodingTimestamp ?? packet.timestamp
    else { return nil }
    let time = packet.timeBase.seconds(of: ticks) + shift
    guard time < Double(span.upperBound - span.lowerBound) / 1e3 else {
      // What follows is later still.
      if track == 0 { state.reading = nil }
      return nil
    }
    if state.zero == nil {
      guard track == 0 else { return nil }
      if packet.isKey { state.lead = [] }
      state.lead.append(packet)
      // Decoding has to begin with the keyframe before the span.
      guard time >= 0 else { return nil }
      let first = state.lead.first.flatMap { $0.decodingTimestamp ?? $0.timestamp } ?? ticks
      state.zero = packet.timeBase.seconds(of: first) + shift
      for packet in state.lead { try write(packet, to: 0, shift, &state) }
      state.lead = []
    } else {
      try write(packet, to: track, shift, &state)
    }
    guard state.fragment >= Self.fragmentLength else { return nil }
    state.fragment = 0
    return try state.muxer?.cut()
  }

  private func write(
    _ packet: Packet, to track: Int, _ shift: Double, _ state: inout State
  ) throws(FFmpegError) {
    guard let zero = state.zero, let ticks = packet.decodingTimestamp ?? packet.timestamp else { return }
    let time = packet.timeBase.seconds(of: ticks) + shift - zero, length = packet.duration ?? 0
    // Audio of two segments may overlap by a packet.
    guard time >= (state.ends[track] ?? 0) - 1e-3 else { return }
    let moved = try packet.moved(toStream: track, timeBase: packet.timeBase, by: shift - zero)
    try state.muxer?.write(moved, to: track, duration: max(1, packet.timeBase.ticks(at: length)))
    state.ends[track] = time + length
    if track == 0 { state.fragment += length }
  }

  private func finish(_ state: inout State) throws(FFmpegError) -> [UInt8]? {
    guard var muxer = state.muxer.take(), state.zero != nil else { return nil }
    let bytes = try muxer.cut()
    return bytes.isEmpty ? nil : bytes
  }
}
