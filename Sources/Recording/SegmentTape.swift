import FFmpeg
import Foundation
import Outputs

/// Writes all packets of a ring into segments, one after another without a gap: each begins with the keyframe that follows the
/// last frame of the one before. Not thread-safe.
struct SegmentTape: ~Copyable {
  /// Seconds of packets that wait for a slow disk; the ring has a limit in bytes as well.
  static let reserve = 15.0
  /// Seconds after a failure before the next segment is tried.
  static let patience = 3.0

  /// A segment that is or was written.
  private struct Segment {
    var name: SegmentName
    /// When its first and its last packet arrived, in monotonic nanoseconds.
    let began: UInt64
    var ended: UInt64
    /// The time of the stream at which it begins, in seconds.
    let origin: Double
    var hasMotion: Bool
  }

  private let camera: String
  private let reader: PacketReader
  private let folder: MediaFolder
  /// Seconds after which the next keyframe begins another segment.
  private let length: Double
  /// Nanoseconds before and after motion that belong to it.
  private let before: UInt64, after: UInt64
  private var clock = SegmentClock()
  private var writer: ClipWriter?
  private var current: Segment?
  /// The one before, in which motion may still be noticed.
  private var previous: Segment?
  /// The last video packet, whose duration is known when the next one arrives.
  private var held: PacketRing.Entry?
  private var lastNumber: Int?
  private var lastMotion: UInt64?
  private var isRolling = false
  private var isInFile = false
  private var retryTime: UInt64 = 0

  /// A tape of what `camera` sends through `ring`.
  ///
  /// - Parameters:
  ///   - length: seconds after which the next keyframe begins another segment.
  ///   - before, after: seconds around motion that belong to it.
  init(
    _ camera: String, _ ring: PacketRing, length: Double = 60, before: Double, after: Double, folder: MediaFolder
  ) {
    self.camera = camera
    self.length = length
    self.folder = folder
    reader = ring.reader(seconds: Self.reserve)
    (self.before, self.after) = (UInt64(before * 1e9), UInt64(after * 1e9))
    writer = nil
  }

  /// Something moved in a frame that arrived at `moment`.
  mutating func noteMotion(at moment: UInt64) {
    lastMotion = max(lastMotion ?? 0, moment)
    if let began = current?.began, moment + after >= began { current?.hasMotion = true }
    guard let segment = previous, !segment.hasMotion, moment <= segment.ended + before else { return }
    previous?.hasMotion = true
    rename(segment.name, to: segment.name.withMotion)
    previous?.name = segment.name.withMotion
  }

  /// Writes what has arrived; `skew` is the time by which the clock of events is ahead of the system clock, in seconds.
  mutating func work(now: UInt64, skew: Double = 0) {
    if !isRolling {
      reader.begin(at: 0)
      isRolling = true
    }
    // Until the next attempt the ring buffers as much as it can.
    if retryTime > now { return }
    for entry in reader.take() {
      do throws(OutputError) { try take(entry, skew: skew) } catch {
        fail(error, now)
        return reader.begin(at: entry.arrival)
      }
    }
    guard !isInFile, current != nil else { return }
    do throws(OutputError) { try writer?.flush() } catch { return fail(error, now) }
    isInFile = true
  }

  /// Ends the segment: nothing is recorded until `work` is called again, which begins with what arrives then.
  mutating func stop() {
    end(before: nil)
    isRolling = false
  }

  private mutating func take(_ entry: PacketRing.Entry, skew: Double) throws(OutputError) {
    // What follows a gap cannot be decoded before the next keyframe.
    if let lastNumber, entry.number != lastNumber + 1, !entry.isKey || current == nil { end(before: nil) }
    lastNumber = entry.number
    if let epoch = writer?.epoch.number, epoch != entry.epoch.number {
      end(before: nil)
      clock = SegmentClock()
    }
    let time = Self.seconds(of: entry.packet)
    if entry.isVideo {
      clock.see(time, arrival: Double(EventClock.wallMilliseconds(atMonotonic: entry.arrival)) / 1e3 + skew)
      if entry.isKey, let segment = current, time - segment.origin >= length { end(before: entry) }
    }
    if writer == nil {
      guard entry.isKey else { return }
      try begin(entry, at: time)
    }
    guard entry.isVideo else { return try write(entry) }
    try writeHeld(before: entry)
    held = entry
    current?.ended = entry.arrival
  }

  private mutating func begin(_ first: PacketRing.Entry, at time: Double) throws(OutputError) {
    let name = SegmentName(camera: camera, start: Int64((clock.begin(at: time) * 1e3).rounded()))
    writer = try ClipWriter(path: try folder.place(name), first: first)
    folder.note(name.file, isOpen: true)
    isInFile = false
    current = Segment(
      name: name, began: first.arrival, ended: first.arrival, origin: time,
      hasMotion: lastMotion.map { $0 + after >= first.arrival } ?? false)
  }

  private mutating func write(_ entry: PacketRing.Entry, length: Int64? = nil) throws(OutputError) {
    try writer?.write(entry, length: length)
  }

  /// Writes the packet that was held back, which lasts until `next`, or as long as its source states.
  private mutating func writeHeld(before next: PacketRing.Entry?) throws(OutputError) {
    guard let entry = held.take() else { return }
    var length: Int64?
    if let next, next.epoch.number == entry.epoch.number, let begin = Self.ticks(of: entry.packet),
      let end = Self.ticks(of: next.packet), end > begin
    {
      length = end - begin
    }
    try write(entry, length: length)
  }

  private mutating func end(before next: PacketRing.Entry?) {
    let last = held
    do throws(OutputError) { try writeHeld(before: next) } catch { return fail(error, PacketRing.now()) }
    guard let writer = writer.take(), var segment = current.take() else { return }
    let (isThere, failure) = writer.finish()
    if let failure { folder.noteSegmentFailure(failure) } else { folder.noteSegment() }
    folder.note(segment.name.file, isOpen: false)
    guard isThere else { return }
    let end =
      next.map { Self.seconds(of: $0.packet) }
      ?? last.map { Self.seconds(of: $0.packet) + ($0.packet.duration ?? 0) }
    let finished = segment.name.finished(
      at: Int64((clock.wall(at: end ?? segment.origin) * 1e3).rounded()), hasMotion: segment.hasMotion)
    rename(segment.name, to: finished)
    segment.name = finished
    previous = segment
  }

  private mutating func fail(_ error: OutputError, _ now: UInt64) {
    folder.noteSegmentFailure(error)
    retryTime = now + UInt64(Self.patience * 1e9)
    held = nil
    guard let writer = writer.take(), var segment = current.take() else { return }
    // All but the last fragment is there: it is found and played like any other, not only after a restart.
    let end = clock.wall(at: segment.origin + writer.duration)
    let isThere = writer.abandon()
    folder.note(segment.name.file, isOpen: false)
    guard isThere else { return }
    let finished = segment.name.finished(at: Int64((end * 1e3).rounded()), hasMotion: segment.hasMotion)
    rename(segment.name, to: finished)
    segment.name = finished
    previous = segment
  }

  private func rename(_ name: SegmentName, to other: SegmentName) {
    let path = "\(folder.path)/\(RecordedName.segment(name).folder)/"
    guard name != other else { return }
    do { try FileManager.default.moveItem(atPath: path + name.file, toPath: path + other.file) } catch {
      folder.noteSegmentFailure(
        OutputError(.writeFailed, "cannot rename \(path + name.file): \(error.localizedDescription)"))
    }
  }

  private static func ticks(of packet: Packet) -> Int64? { packet.decodingTimestamp ?? packet.timestamp }

  private static func seconds(of packet: Packet) -> Double { packet.timeBase.seconds(of: ticks(of: packet) ?? 0) }
}
