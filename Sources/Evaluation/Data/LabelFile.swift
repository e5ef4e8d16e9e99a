/// The rows of one YOLO label file, by the rules of the reference readers: `verify_image_label` of Ultralytics 8.4.
/// (The official YOLOv9 code has no tolerance and stops at an unknown class.) One bad row makes the file and its
/// image unusable, because training on an image with some objects unlabelled teaches the wrong thing.
struct LabelFile {
  /// The objects in fractions of the image, clipped to it.
  private(set) var objects: [TrueObject] = []
  /// What was repaired or cannot be trained on: kind and line.
  private(set) var notes: [(kind: GroundTruth.Problem.Kind, line: Int)] = []

  /// Why a file is unusable.
  struct Refusal: Error {
    let line: Int
    let sentence: String
  }

  /// How far a centre or a side may exceed 0...1, as in Ultralytics.
  private static let tolerance: Float = 0.01

  /// Parses `bytes` for `classCount` classes.
  ///
  /// - Parameter poseColumns: number of columns of rows with key points, which follow the box and are ignored.
  init(_ bytes: [UInt8], classCount: Int, poseColumns: Int? = nil) throws(Refusal) {
    let text = Self.plain(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...])
    var seen: Set<[Float]> = []
    var forms: Set<Bool> = []
    var line = 1
    var before: UInt8 = 0
    var start = text.startIndex
    var index = text.startIndex
    while index <= text.endIndex {
      let byte = index < text.endIndex ? text[index] : 0x0A
      if byte == 0x0A && before == 0x0D {
        start = index + 1
      } else if Self.endsLine(byte) {
        var fields = Self.fields(of: text[start..<index])
        if let poseColumns, fields.count == poseColumns { fields = Array(fields.prefix(5)) }
        if !fields.isEmpty {
          let row = try Self.row(fields, line: line, classCount: classCount)
          forms.insert(row.outline.isEmpty)
          guard forms.count == 1 else {
            throw Refusal(line: line, sentence: "expected boxes or outlines, got both in one file")
          }
          add(row, line: line, seen: &seen)
        }
        line += 1
        start = index + 1
      }
      before = byte
      index += 1
    }
  }

  private struct Row {
    let classID: Int
    /// Centre and size.
    let box: SIMD4<Float>
    let precise: SIMD4<Double>
    let outline: [SIMD2<Float>]
  }

  private static func row(_ fields: [ArraySlice<UInt8>], line: Int, classCount: Int) throws(Refusal) -> Row {
    guard fields.count == 5 || (fields.count >= 7 && fields.count % 2 == 1) else {
      throw Refusal(
        line: line, sentence: "expected a class and 4 numbers, or 3 or more points, got \(fields.count) columns")
    }
    var values: [Double] = []
    for field in fields {
      guard let value = Self.number(field) else {
        let text = String(decoding: field.prefix(20), as: UTF8.self)
        throw Refusal(line: line, sentence: "expected a number, got '\(text)'")
      }
      values.append(value)
    }
    guard values[0] == values[0].rounded(), values[0] >= 0, values[0] < Double(classCount) else {
      throw Refusal(
        line: line,
        sentence: "expected a class from 0 to \(classCount - 1), got \(String(decoding: fields[0], as: UTF8.self))")
    }
    var outline: [SIMD2<Float>] = []
    var precise = SIMD4(values[1], values[2], values[3], values[4])
    if fields.count > 5 {
      outline = GroundTruth.points(values.dropFirst().map { Float($0) })
      let across = stride(from: 1, to: values.count, by: 2).map { values[$0] }
      let down = stride(from: 2, to: values.count, by: 2).map { values[$0] }
      let left = across.min() ?? 0, right = across.max() ?? 0, top = down.min() ?? 0, bottom = down.max() ?? 0
      precise = SIMD4((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    }
    let box = SIMD4<Float>(precise)
    guard box.min() >= -tolerance, box.highHalf.min() >= 0, box.max() <= 1 + tolerance else {
      throw Refusal(line: line, sentence: "expected fractions from 0 to 1, got \(precise.min()) to \(precise.max())")
    }
    return Row(classID: Int(values[0]), box: box, precise: precise, outline: outline)
  }

  private mutating func add(_ row: Row, line: Int, seen: inout Set<[Float]>) {
    let shape = row.outline.isEmpty ? (0..<4).map { row.box[$0] } : row.outline.flatMap { [$0.x, $0.y] }
    guard seen.insert([Float(row.classID)] + shape).inserted else {
      notes.append((.repeatedRow, line))
      return
    }
    let half = row.precise.highHalf / 2
    let low = row.precise.lowHalf - half, high = row.precise.lowHalf + half
    let from = low.clamped(lowerBound: .zero, upperBound: .one), to = high.clamped(lowerBound: from, upperBound: .one)
    let box = PreciseBox(left: from.x, top: from.y, width: to.x - from.x, height: to.y - from.y)
    // Values with six decimals, as tools write them, can exceed the image by less than this.
    if min(low.min(), 1 - high.max()) < -1e-5 { notes.append((.clippedBox, line)) }
    if !box.isVisible(in: .unit) { notes.append((.boxOutside, line)) }
    objects.append(TrueObject(box: box, classID: row.classID, outline: row.outline.isEmpty ? [] : [row.outline]))
  }

  /// `text` with blanks, line ends and digits of all scripts as those of ASCII: Python reads them alike, and blanks that
  /// do not break lines are easily copied from a page.
  private static func plain(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard text.contains(where: { $0 >= 0x80 }), let text = String(validating: text, as: UTF8.self) else { return text }
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      let properties = scalar.properties
      if [0x85, 0x2028, 0x2029].contains(scalar.value) {
        bytes.append(0x0A)
      } else if !scalar.isASCII, properties.isWhitespace {
        bytes.append(0x20)
      } else if properties.numericType == .decimal, let digit = properties.numericValue {
        bytes.append(0x30 + UInt8(digit))
      } else {
        bytes += UTF8.encode(scalar).map(Array.init) ?? []
      }
    }
    return bytes[...]
  }

  /// Whether `byte` ends a line, as in Python's `splitlines`.
  private static func endsLine(_ byte: UInt8) -> Bool { (0x0A...0x0D).contains(byte) || (0x1C...0x1E).contains(byte) }

  /// Fields separated by blanks, tabs and other control characters.
  private static func fields(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    line.split { $0 == 0x20 || (0x09...0x0D).contains($0) || (0x1C...0x1F).contains($0) }
  }

  /// A finite decimal number as Python's `float` parses it: signs, fractions and exponents, no hexadecimals.
  private static func number(_ field: ArraySlice<UInt8>) -> Double? {
    let plain = field.allSatisfy { (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
    guard plain, let value = Double(String(decoding: field, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }
}
