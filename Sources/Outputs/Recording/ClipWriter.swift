package import FFmpeg
import Glibc

/// Writes packets of a `PacketRing` to an MP4 file without re-encoding.
///
/// The file grows by fragments of half a second, so it is always playable. When the disk is full, the file is
/// truncated to its last whole fragment.
package struct ClipWriter: ~Copyable {
  /// Path of the file.
  package let path: String
  /// The epoch of its packets.
  package let epoch: PacketRing.StreamEpoch
  /// Seconds from the first to the last packet.
  package private(set) var duration = 0.0
  private var muxer: Muxer
  /// For each stream of the source: its index in the file and its last decoding time in ticks.
  private var tracks: [Int: (output: Int, last: Int64?)] = [:]
  private let begin: Double
  private var wholeByteCount: Int64 = 0

  /// Prepares a file at `path` that starts with the keyframe `first`. Audio codecs that MP4 does not support are left
  /// out.
  package init(path: String, first: PacketRing.Entry) throws(OutputError) {
    do throws(FFmpegError) { muxer = try Self.begin(path, first, &tracks) } catch {
      throw OutputError(.cannotCreate, error.message, cause: error)
    }
    begin = Self.seconds(of: first.packet)
    self.path = path
    epoch = first.epoch
  }

  private static func begin(
    _ path: String, _ first: PacketRing.Entry, _ tracks: inout [Int: (output: Int, last: Int64?)]
  ) throws(FFmpegError) -> Muxer {
    var muxer = try Muxer(path: path, container: .mp4)
    for stream in [first.epoch.video] + first.epoch.audioStreams where muxer.takes(stream.parameters) {
      if stream.index != first.epoch.video.index {
        do throws(FFmpegError) { try Muxer.tryCopy(of: stream, in: .mp4) } catch { continue }
      }
      tracks[stream.index] = (try muxer.addCopy(of: stream), nil)
    }
    guard tracks[first.epoch.video.index] != nil else {
      throw FFmpegError(
        .unsupported, "cannot create \(path): MP4 has no place for \(first.epoch.video.parameters.codecName)")
    }
    muxer.origin = seconds(of: first.packet)
    try muxer.begin()
    return muxer
  }

  private static func seconds(of packet: Packet) -> Double {
    packet.timeBase.seconds(of: packet.decodingTimestamp ?? packet.timestamp ?? 0)
  }

  /// Writes one more packet, which lasts `length` ticks if that is known. After a failure only `abandon()` can be called.
  package mutating func write(_ entry: PacketRing.Entry, length: Int64? = nil) throws(OutputError) {
    guard let track = tracks[entry.packet.streamIndex] else { return }
    let packet = entry.packet
    // MP4 needs increasing times; some cameras skip or repeat one. The first packet may have a time before the start.
    var decoding = packet.decodingTimestamp ?? packet.timestamp ?? track.last.map { $0 &+ 1 } ?? 0
    if let last = track.last, decoding <= last { decoding = last &+ 1 }
    let showing = max(packet.timestamp ?? decoding, decoding)
    let seconds = packet.timeBase.seconds(of: decoding) - begin
    // Audio from before the first frame is dropped.
    guard seconds >= 0 else { return }
    tracks[packet.streamIndex]?.last = decoding
    duration = max(duration, seconds)
    try attempt { muxer throws(FFmpegError) in
      try muxer.write(try packet.retimed(showing: showing, decoding: decoding, length: length), to: track.output)
    }
  }

  /// Writes everything so far to the system.
  package mutating func flush() throws(OutputError) {
    try attempt { muxer throws(FFmpegError) in try muxer.flush() }
  }

  /// Syncs everything so far to the disk.
  package mutating func sync() throws(OutputError) {
    try flush()
    try DurableFile.sync(path)
  }

  /// Ends and syncs the file. Returns whether there is a playable file, and the failure if any.
  package consuming func finish() -> (isThere: Bool, failure: OutputError?) {
    let path = path
    do throws(FFmpegError) { try muxer.finish() } catch {
      let failure = failure(error)
      return (abandon(), failure)
    }
    do throws(OutputError) { try DurableFile.sync(path) } catch { return (false, error) }
    return (true, nil)
  }

  /// Ends the file after a failure and truncates it to its last whole fragment, or removes it if there is none.
  /// Returns whether a playable file is left.
  package consuming func abandon() -> Bool {
    let (path, count) = (path, wholeByteCount)
    // Closed before it is truncated, so that libav's buffer is not written behind.
    _ = consume self
    guard count > 0 else {
      unsafe unlink(path)
      return false
    }
    guard unsafe truncate(path, off_t(count)) == 0 else { return false }
    do throws(OutputError) { try DurableFile.sync(path) } catch { return false }
    return true
  }

  private mutating func attempt(
    _ work: (inout Muxer) throws(FFmpegError) -> Void
  ) throws(OutputError) {
    do throws(FFmpegError) { try work(&muxer) } catch { throw failure(error) }
    wholeByteCount = muxer.writtenByteCount
  }

  private func failure(_ error: FFmpegError) -> OutputError {
    OutputError(
      .writeFailed, error.message.contains(path) ? error.message : "cannot write \(path): \(error.message)",
      cause: error)
  }
}
