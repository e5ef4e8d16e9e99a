import Foundation
import Glibc

/// A queue of records on disk, first in, first out, for receivers that may be offline.
///
/// Records are read and acknowledged in order; records that were read and not acknowledged are read again after
/// `rewind` or a restart, so each is delivered at least once. When `append` returns, the record survives the end of
/// the process. It is not synced to the disk: a power failure may lose the last seconds.
///
/// The folder contains segments (files of records) and the file `acknowledged`, the position up to which all records
/// were delivered. A torn or damaged record ends its segment. Only one process can use a folder at a time.
package struct Spool: ~Copyable {
  private struct Segment {
    let number: Int
    var bytes = 0
    var records = 0
    /// Records that were acknowledged or will not be delivered.
    var settled = 0
    var newest: Int64 = 0
  }

  /// Numbers of segments and places in them, as files may state them.
  private static let numbers = 0..<1_000_000_000_000

  private let folder: URL
  private let limits: SpoolLimits
  private let lock: FileHandle
  private var segments: [Segment]
  private var writer: FileHandle?
  /// The segment being read.
  private var loaded: (segment: Int, bytes: [UInt8])?
  private var acknowledged: SpoolPlace
  private var reading: SpoolPlace
  /// Records that were read and not acknowledged, in order.
  private var underway: [SpoolPlace]
  private var dropped: Int
  private var expired: Int

  /// Opens the spool in `folder`, which is created if it is missing.
  package init(folder path: String, limits: SpoolLimits = SpoolLimits()) throws(SpoolError) {
    // Everything that can fail comes before the first property, because a noncopyable value cannot be partially
    // initialised.
    let folder = URL(filePath: path, directoryHint: .isDirectory)
    let lock = try Self.open(folder)
    let (acknowledged, segments) = try Self.contents(of: folder, lock)
    self.folder = folder
    self.limits = limits
    self.lock = lock
    self.segments = segments
    self.acknowledged = acknowledged
    reading = acknowledged
    (writer, loaded, underway, dropped, expired) = (nil, nil, [], 0, 0)
  }

  /// Opens and locks the file `acknowledged`.
  private static func open(_ folder: URL) throws(SpoolError) -> FileHandle {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw SpoolError("cannot make the folder \(folder.path)", cause: error) }
    let place = folder.appending(path: "acknowledged")
    if !FileManager.default.fileExists(atPath: place.path) { makeFile(place) }
    let file: FileHandle
    do { file = try FileHandle(forUpdating: place) } catch {
      throw SpoolError("cannot open \(place.path)", cause: error)
    }
    guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw SpoolError("cannot use the spool in \(folder.path): another process uses it")
    }
    return file
  }

  /// Appends what `record` makes of `values`, in order, until the disk takes no more. Records that are too large are left out.
  ///
  /// - Returns: how many need not be appended again, how many of them were left out, and the last failure.
  package mutating func append<Value>(
    _ values: [Value], as record: (Value) -> (payload: [UInt8], milliseconds: Int64)
  ) -> (taken: Int, lost: Int, failure: String?) {
    var taken = 0, lost = 0
    var failure: String?
    for value in values {
      let (payload, milliseconds) = record(value)
      do throws(SpoolError) { try append(payload, at: milliseconds) } catch {
        failure = error.description
        guard error.isOfRecord else { break }
        lost += 1
      }
      taken += 1
    }
    return (taken, lost, failure)
  }

  /// Appends a record at `milliseconds` since 1970.
  package mutating func append(_ payload: [UInt8], at milliseconds: Int64) throws(SpoolError) {
    let data = SpoolRecord.bytes(of: payload, milliseconds: milliseconds)
    guard data.count <= limits.segmentBytes else {
      throw SpoolError(
        "a record of \(data.count) bytes is too large for the spool; at most \(limits.segmentBytes) fit",
        isOfRecord: true)
    }
    do {
      if segments.isEmpty || writer == nil || segments[segments.count - 1].bytes + data.count > limits.segmentBytes {
        try startSegment(at: milliseconds)
      }
      let last = segments.count - 1
      do { try writer?.write(contentsOf: data) } catch {
        // Truncates a partial record, so that the next one does not follow it.
        try? writer?.truncate(atOffset: UInt64(segments[last].bytes))
        try? writer?.seek(toOffset: UInt64(segments[last].bytes))
        throw error
      }
      segments[last].bytes += data.count
      segments[last].records += 1
      segments[last].newest = max(segments[last].newest, milliseconds)
      if loaded?.segment == segments[last].number { loaded?.bytes.append(contentsOf: data) }
    } catch { throw SpoolError("cannot write to the spool in \(folder.path)", cause: error) }
  }

  /// The next unread record; `nil` if there is none. Records older than the limit are skipped.
  package mutating func next(at now: Int64) throws(SpoolError) -> SpoolRecord? {
    while let index = segments.firstIndex(where: { $0.number >= reading.segment }) {
      let number = segments[index].number
      if number > reading.segment { reading = SpoolPlace(segment: number, offset: 0) }
      if loaded?.segment != number {
        do { loaded = (number, Array(try Data(contentsOf: Self.path(of: number, in: folder)))) } catch {
          throw SpoolError("cannot read the spool in \(folder.path)", cause: error)
        }
      }
      if let bytes = loaded?.bytes, let record = SpoolRecord(bytes, at: reading.offset, segment: number) {
        reading = record.place
        underway.append(record.place)
        if (Double(now) - Double(record.milliseconds)) / 1e3 <= limits.age { return record }
        expired += 1
        // If records before it are pending, it counts as done when they are acknowledged.
        if underway.count == 1 { try acknowledge(through: record.place) }
        continue
      }
      guard index + 1 < segments.count else { return nil }
      reading = SpoolPlace(segment: segments[index + 1].number, offset: 0)
    }
    return nil
  }

  /// Acknowledges all records up to `place`.
  package mutating func acknowledge(through place: SpoolPlace) throws(SpoolError) {
    guard place > acknowledged else { return }
    acknowledged = place
    reading = max(reading, place)
    settle()
    do {
      try lock.seek(toOffset: 0)
      // Always the same length, so that one write replaces all of it.
      try lock.write(contentsOf: Data(String(format: "%012d %012d\n", place.segment, place.offset).utf8))
    } catch { throw SpoolError("cannot write to the spool in \(folder.path)", cause: error) }
  }

  /// Continues reading at the first record that was not acknowledged.
  package mutating func rewind() {
    reading = acknowledged
    underway = []
  }

  /// Number of waiting, dropped and expired records.
  package var report: SpoolReport {
    var report = SpoolReport()
    report.waiting = segments.reduce(0) { $0 + $1.records - $1.settled }
    report.bytes = segments.reduce(0) { $0 + $1.bytes }
    report.dropped = dropped
    report.expired = expired
    return report
  }

  private static func path(of segment: Int, in folder: URL) -> URL {
    folder.appending(path: String(format: "%012d.spool", segment))
  }

  private static func makeFile(_ place: URL) {
    _ = FileManager.default.createFile(atPath: place.path, contents: nil, attributes: [.posixPermissions: 0o600])
  }

  private mutating func startSegment(at now: Int64) throws {
    let number = max(segments.last?.number ?? 0, acknowledged.segment) + 1
    Self.makeFile(Self.path(of: number, in: folder))
    writer = try FileHandle(forWritingTo: Self.path(of: number, in: folder))
    segments.append(Segment(number: number))
    let oldest = now - Int64(limits.age * 1e3)
    while segments.count > 1, let first = segments.first {
      let isTooOld = first.newest < oldest
      guard isTooOld || segments.reduce(0, { $0 + $1.bytes }) + limits.segmentBytes > limits.bytes else { break }
      if isTooOld { expired += first.records - first.settled } else { dropped += first.records - first.settled }
      remove(0)
    }
  }

  private mutating func remove(_ index: Int) {
    let number = segments[index].number
    if loaded?.segment == number { loaded = nil }
    underway.removeAll { $0.segment == number }
    try? FileManager.default.removeItem(at: Self.path(of: number, in: folder))
    segments.remove(at: index)
  }

  /// Counts acknowledged records and removes segments without pending ones.
  private mutating func settle() {
    while let place = underway.first, place <= acknowledged {
      underway.removeFirst()
      if let index = segments.firstIndex(where: { $0.number == place.segment }) { segments[index].settled += 1 }
    }
    while segments.count > 1, let first = segments.first, first.settled == first.records { remove(0) }
  }

  private static func records(in bytes: [UInt8], segment: Int) -> [SpoolRecord] {
    var records: [SpoolRecord] = []
    while let record = SpoolRecord(bytes, at: records.last?.place.offset ?? 0, segment: segment) {
      records.append(record)
    }
    return records
  }

  /// The segments of a previous process; files without pending records are removed.
  private static func contents(
    of folder: URL, _ lock: FileHandle
  ) throws(SpoolError) -> (acknowledged: SpoolPlace, segments: [Segment]) {
    do {
      var acknowledged = SpoolPlace(segment: 0, offset: 0)
      let words = String(decoding: try lock.readToEnd() ?? Data(), as: UTF8.self).split(whereSeparator: \.isWhitespace)
      if words.count == 2, let segment = Int(words[0]), let offset = Int(words[1]), numbers.contains(segment),
        numbers.contains(offset)
      {
        acknowledged = SpoolPlace(segment: segment, offset: offset)
      }
      var segments: [Segment] = []
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      let found = names.compactMap { $0.hasSuffix(".spool") ? Int($0.dropLast(6)) : nil }
      for number in found.filter(numbers.contains).sorted() {
        let file = path(of: number, in: folder)
        let records = records(in: Array(try Data(contentsOf: file)), segment: number)
        var segment = Segment(number: number)
        segment.bytes = records.last?.place.offset ?? 0
        segment.records = records.count
        segment.settled = records.count { $0.place <= acknowledged }
        segment.newest = records.map(\.milliseconds).max() ?? 0
        // A torn segment is not continued: the next record starts a new one.
        if segment.records > segment.settled {
          segments.append(segment)
        } else {
          try FileManager.default.removeItem(at: file)
        }
      }
      return (acknowledged, segments)
    } catch { throw SpoolError("cannot read the spool in \(folder.path)", cause: error) }
  }
}
