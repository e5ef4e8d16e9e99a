package import FFmpeg
import Glibc

/// Writes packets of a `PacketRing` into an MP4 file as they are, without encoding anything anew.
///
/// The file grows by fragments of half a second, so what is there plays whatever happens. When the disk takes no more, the
/// file is cut to its last whole fragment.
package struct ClipWriter: ~Copyable {
  /// Where it writes.
  package let path: String
  /// What its packets belong to.
  package let passage: PacketRing.Passage
  /// Seconds from the first packet to the last.
  package private(set) var duration = 0.0
  private var muxer: Muxer
  /// Place in the file of each stream and its last time of decoding in ticks, by the index in the source.
  private var tracks: [Int: (output: Int, last: Int64?)] = [:]
  private let begin: Double
  private var wholeByteCount: Int64 = 0

  /// Prepares a file at `path` that begins with `first`, a key picture. Sound that MP4 has no place for is left out.
  package init(path: String, first: PacketRing.Entry) throws(OutputError) {
    do throws(FFmpegError) { muxer = try Self.begin(path, first, &tracks) } catch {
      throw OutputError(.cannotCreate, error.message, cause: error)
    }
    begin = Self.seconds(of: first.packet)
    self.path = path
    passage = first.passage
  }

  private static func begin(
    _ path: String, _ first: PacketRing.Entry, _ tracks: inout [Int: (output: Int, last: Int64?)]
  ) throws(FFmpegError) -> Muxer {
    var muxer = try Muxer(path: path, container: .mp4)
    for stream in [first.passage.video] + first.passage.audioStreams where muxer.takes(stream.parameters) {
      if stream.index != first.passage.video.index {
        do throws(FFmpegError) { try Muxer.tryCopy(of: stream, in: .mp4) } catch { continue }
      }
      tracks[stream.index] = (try muxer.addCopy(of: stream), nil)
    }
    guard tracks[first.passage.video.index] != nil else {
      throw FFmpegError(
        .unsupported, "cannot create \(path): MP4 has no place for \(first.passage.video.parameters.codecName)")
    }
    muxer.origin = seconds(of: first.packet)
    try muxer.begin()
    return muxer
  }

  private static func seconds(of packet: Packet) -> Double {
    packet.timeBase.seconds(of: packet.decodingTimestamp ?? packet.timestamp ?? 0)
  }

  /// Writes one packet more. After a failure only `abandon()` is of use.
  package mutating func write(_ entry: PacketRing.Entry) throws(OutputError) {
    guard let track = tracks[entry.packet.streamIndex] else { return }
    let packet = entry.packet
    // MP4 wants every packet to have a time later than the one before; some cameras miss or repeat one.
    // Behind the last time of all comes the first, which lies before the beginning.
    var decoding = packet.decodingTimestamp ?? packet.timestamp ?? track.last.map { $0 &+ 1 } ?? 0
    if let last = track.last, decoding <= last { decoding = last &+ 1 }
    let showing = max(packet.timestamp ?? decoding, decoding)
    let seconds = packet.timeBase.seconds(of: decoding) - begin
    // Sound from before the first picture has no place.
    guard seconds >= 0 else { return }
    tracks[packet.streamIndex]?.last = decoding
    duration = max(duration, seconds)
    try attempt { muxer throws(FFmpegError) in
      try muxer.write(try packet.retimed(showing: showing, decoding: decoding), to: track.output)
    }
  }

  /// Hands all to the system that was written so far.
  package mutating func flush() throws(OutputError) {
    try attempt { muxer throws(FFmpegError) in try muxer.flush() }
  }

  /// Puts on the disk what was written so far: it will be there after the power goes.
  package mutating func sync() throws(OutputError) {
    try flush()
    try DurableFile.sync(path)
  }

  /// Ends the file and puts it on the disk. Says whether there is something that plays, and what went wrong.
  package consuming func finish() -> (isThere: Bool, failure: OutputError?) {
    let path = path
    do throws(FFmpegError) { try muxer.finish() } catch {
      let failure = failure(error)
      return (abandon(), failure)
    }
    do throws(OutputError) { try DurableFile.sync(path) } catch { return (false, error) }
    return (true, nil)
  }

  /// Ends the file after a failure and cuts it to its last whole fragment, or removes it if there is none. Says whether
  /// something is left, which plays.
  package consuming func abandon() -> Bool {
    let (path, count) = (path, wholeByteCount)
    // Closed before it is cut: what libav holds back must not come behind.
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
