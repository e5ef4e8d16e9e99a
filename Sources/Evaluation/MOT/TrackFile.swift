/// A MOTChallenge file: one object per line, `frame,id,left,top,width,height[,confidence[,class or x[,visibility or
/// y[,z]]]]`.
package struct TrackFile: Sendable {
  /// Meaning of the columns; the benchmarks differ only in the ground truth.
  package enum Layout: Hashable, Sendable {
    /// 2D MOT 2015: the columns after the confidence are world coordinates.
    case mot15
    /// MOT16, MOT17, MOT20: a class and a visibility follow the confidence.
    case mot16
  }

  /// The file, as the caller named it.
  package let path: String
  /// Its rows in file order.
  package let records: [TrackRecord]
  /// The layout the rows were read with.
  package let layout: Layout

  /// Rows that are not from a file; `path` appears in messages.
  package init(path: String, records: [TrackRecord], layout: Layout = .mot15) {
    self.path = path
    self.records = records
    self.layout = layout
  }

  /// Reads `path`.
  ///
  /// Columns are separated by commas, semicolons or blanks, with or without one after the last, as TrackEval reads them.
  /// Rows of eight or nine columns with a class are read as MOT16/17/20, others as MOT15. Empty lines are skipped.
  /// Identities must be unique within a frame, except -1 (a detection).
  ///
  /// - Parameter ignoresIdentities: whether to ignore the second column, as in files of detections.
  package static func read(_ path: String, ignoresIdentities: Bool = false) throws(EvaluationError) -> TrackFile {
    try parse(TextFile.read(path), path: path, ignoresIdentities: ignoresIdentities)
  }

  /// Parses `bytes`, the content of `path`; errors state line and column.
  package static func parse(
    _ bytes: [UInt8], path: String, ignoresIdentities: Bool = false
  ) throws(EvaluationError) -> TrackFile {
    var records: [TrackRecord] = []
    var columns = 0
    var seen: Set<FrameIdentity> = []
    for (index, line) in TextFile.lines(of: bytes).enumerated() {
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
      let row = try Row(line, path: path, number: index + 1)
      if columns == 0 { columns = row.fields.count }
      if row.fields.count != columns {
        throw row.error("expected \(columns) columns as in the rows before, got \(row.fields.count)")
      }
      let record = try row.record(hasClass: columns == 8 || columns == 9, hasIdentity: !ignoresIdentities)
      if record.id >= 0, !seen.insert(FrameIdentity(frame: record.frame, id: record.id)).inserted {
        throw row.error("expected each identity once a frame, got \(record.id) a second time in frame \(record.frame)")
      }
      records.append(record)
    }
    return TrackFile(
      path: path, records: records, layout: records.contains { $0.classID != nil } ? .mot16 : .mot15)
  }

  /// Throws `mismatched` if an identity occurs twice in a frame, as -1 does in files of detections: these cannot be scored
  /// as tracks.
  func expectIdentities() throws(EvaluationError) {
    var seen: Set<FrameIdentity> = []
    for record in records where !seen.insert(FrameIdentity(frame: record.frame, id: record.id)).inserted {
      throw EvaluationError(
        .mismatched, file: path,
        "expected tracks, got the identity \(record.id) twice in frame \(record.frame): detections are not scored")
    }
  }

  private struct FrameIdentity: Hashable {
    let frame: Int
    let id: Int
  }
}

/// The fields of one line.
private struct Row {
  let fields: [Substring]
  let path: String
  let number: Int

  static let names = ["frame", "identity", "left", "top", "width", "height", "confidence"]

  init(_ line: ArraySlice<UInt8>, path: String, number: Int) throws(EvaluationError) {
    self.path = path
    self.number = number
    guard let text = String(validating: line, as: UTF8.self) else {
      throw EvaluationError(
        .malformed, file: path, line: number, "expected numbers and commas, got bytes that are no text")
    }
    var fields: [Substring] = []
    if let separator = [",", ";"].first(where: text.contains) {
      fields = text.split(separator: separator, omittingEmptySubsequences: false)
      if fields.last?.allSatisfy(\.isWhitespace) == true { fields.removeLast() }
    } else {
      fields = text.split { $0 == " " || $0 == "\t" }
    }
    self.fields = fields
    if fields.count < 6 {
      throw error("expected 6 or more columns (frame,id,left,top,width,height,...), got \(fields.count)")
    }
  }

  func error(_ message: String) -> EvaluationError {
    EvaluationError(.malformed, file: path, line: number, message)
  }

  func record(hasClass: Bool, hasIdentity: Bool) throws(EvaluationError) -> TrackRecord {
    let frame = try whole(0)
    if frame < 1 { throw error("expected a frame number from 1, got \(frame)") }
    let width = try decimal(4)
    let height = try decimal(5)
    if width < 0 || height < 0 { throw error("expected a width and height of at least 0, got \(width) and \(height)") }
    let box = PreciseBox(left: try decimal(2), top: try decimal(3), width: width, height: height)
    let confidence = fields.count > 6 ? try decimal(6) : 1
    let classID = hasClass ? try whole(7) : -1
    return TrackRecord(
      frame: frame, id: hasIdentity ? try whole(1) : -1, box: box, confidence: confidence,
      classID: classID < 0 ? nil : classID)
  }

  /// The integer in column `index`; files of the benchmark write some with a fraction of zero.
  func whole(_ index: Int) throws(EvaluationError) -> Int {
    let value = try decimal(index)
    guard value == value.rounded(.towardZero), abs(value) < 1e15 else {
      throw error("expected an integer as \(name(index)), got '\(clipped(index))'")
    }
    return Int(value)
  }

  func decimal(_ index: Int) throws(EvaluationError) -> Double {
    guard let value = Double(trimmed(index)), value.isFinite, abs(value) < 1e15 else {
      throw error("expected a number as \(name(index)), got '\(clipped(index))'")
    }
    return value
  }

  private func trimmed(_ index: Int) -> Substring {
    var text = fields[index]
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }

  private func clipped(_ index: Int) -> Substring { trimmed(index).prefix(40) }

  private func name(_ index: Int) -> String { index < Self.names.count ? Self.names[index] : "column \(index + 1)" }
}
