import FFmpeg
import Outputs

/// The clip file shared by all objects that it shows.
final class ClipFile {
  let name: MediaName
  let path: String
  /// When its first packet arrived, in monotonic nanoseconds.
  let began: UInt64
  /// Whether it is still being written.
  fileprivate(set) var isOpen = true
  /// Whether it is on the disk; for an open file, whether `ClipTape.sync()` has been called.
  fileprivate(set) var isThere = false

  fileprivate init(name: MediaName, path: String, began: UInt64) {
    self.name = name
    self.began = began
    self.path = path
  }
}

/// Writes the packets of one camera from its ring into files, one after another. For one thread.
struct ClipTape: ~Copyable {
  /// Seconds after which the next keyframe starts another file.
  static let longestClip = 600.0
  /// Seconds between a failure and the next attempt.
  static let retryDelay = 3.0

  private let reader: PacketReader
  private let folder: MediaFolder
  private var writer: ClipWriter?
  private var isRolling = false
  /// Time before which no file is created, and time of the last flush, in monotonic nanoseconds.
  private var retryTime: UInt64 = 0
  private var flushTime: UInt64 = 0
  /// The file that is being written.
  private(set) var file: ClipFile?
  /// The files that the last `roll` opened.
  private(set) var opened: [ClipFile] = []

  /// Writes packets of `ring`, which keeps the last `seconds`.
  init(_ ring: PacketRing, seconds: Double, folder: MediaFolder) {
    reader = ring.reader(seconds: seconds)
    self.folder = folder
    writer = nil
  }

  /// Writes the packets that have arrived, up to the end of `span`. Closes the file at that end, or now if this `isLast`.
  ///
  /// - Parameters:
  ///   - now: monotonic nanoseconds.
  ///   - name: returns the name of a file that starts with a packet; called just before the file is created.
  /// - Returns: whether the span is over.
  mutating func roll(
    _ span: ClipPlan.Span, now: UInt64, isLast: Bool, name: (PacketRing.Entry) -> MediaName
  ) -> Bool {
    opened = []
    if !isRolling {
      reader.begin(at: span.from)
      isRolling = true
    }
    // Until the next attempt, the ring keeps the packets.
    if retryTime > now, !isLast { return false }
    var isOver = isLast || span.until.map { now > $0 + 1_000_000_000 } ?? false
    for entry in reader.take() {
      if let until = span.until, entry.arrival > until {
        isOver = true
        break
      }
      do throws(OutputError) { try write(entry, name: name) } catch {
        fail(error, now)
        // The next attempt starts with the keyframe before the packet that failed.
        reader.begin(at: entry.arrival)
        break
      }
    }
    if now - min(now, flushTime) > 1_000_000_000 { flush(now) }
    if isOver { stop() }
    return isOver
  }

  /// Stops writing this span, because no object is left for it.
  mutating func stop() {
    end()
    isRolling = false
  }

  private mutating func write(
    _ entry: PacketRing.Entry, name: (PacketRing.Entry) -> MediaName
  ) throws(OutputError) {
    let isFull =
      switch writer {
      case .some(let writer):
        writer.epoch.number != entry.epoch.number || (entry.isKey && writer.duration > Self.longestClip)
      case .none: false
      }
    if isFull { end() }
    if writer == nil {
      guard entry.isKey else { return }
      let called = name(entry)
      writer = try ClipWriter(path: try folder.place(called), first: entry)
      let fresh = ClipFile(name: called, path: "\(folder.path)/\(called.folder)/\(called.file)", began: entry.arrival)
      folder.note(called.file, isOpen: true)
      opened.append(fresh)
      file = fresh
    }
    try writer?.write(entry)
  }

  private mutating func flush(_ now: UInt64) {
    flushTime = now
    do throws(OutputError) { try writer?.flush() } catch { fail(error, now) }
  }

  /// Syncs the data written so far to the disk.
  mutating func sync(_ now: UInt64) {
    do throws(OutputError) {
      try writer?.sync()
      file?.isThere = true
    } catch {
      fail(error, now)
    }
  }

  private mutating func fail(_ error: OutputError, _ now: UInt64) {
    folder.noteFailure(.clip, error)
    retryTime = now + UInt64(Self.retryDelay * 1e9)
    let isThere = if let writer = writer.take() { writer.abandon() } else { false }
    close(isThere: isThere)
  }

  private mutating func end() {
    guard let writer = writer.take() else { return }
    let (isThere, failure) = writer.finish()
    if let failure { folder.noteFailure(.clip, failure) } else { folder.noteSuccess(.clip) }
    close(isThere: isThere)
  }

  private mutating func close(isThere: Bool) {
    guard let file else { return }
    file.isOpen = false
    file.isThere = isThere
    folder.note(file.name.file, isOpen: false)
    self.file = nil
  }
}
