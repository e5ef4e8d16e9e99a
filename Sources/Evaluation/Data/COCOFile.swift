internal import Foundation

/// The rows of an annotation file of the COCO benchmark, not interpreted.
struct COCOFile {
  struct Image {
    var id: RecordID?
    var name: String?
    var width: Int?
    var height: Int?
  }

  struct Annotation {
    var image: RecordID?
    var category: RecordID?
    /// Left, top, width and height.
    var box: SIMD4<Double>?
    var area: Double?
    var isCrowd = false
    var outline: [[Float]] = []
  }

  struct Category {
    var id: RecordID?
    var name: String?
    var group: String?
  }

  private(set) var images: [Image] = []
  private(set) var annotations: [Annotation] = []
  private(set) var categories: [Category] = []

  /// Parses `bytes`; throws `malformed` if they are not JSON or one of the three lists is missing.
  init(_ bytes: [UInt8], path: String, keepsOutlines: Bool) throws(EvaluationError) {
    var reader = JSONReader(bytes, path: path)
    guard reader.beginObject() else {
      if bytes.isEmpty || (reader.peek() != UInt8(ascii: "[") && reader.peek() != UInt8(ascii: "\"")) {
        throw reader.fault("an object with images, annotations and categories")
      }
      throw EvaluationError(.malformed, file: path, "the whole file: expected an object, got something else")
    }
    var missing = ["images", "annotations", "categories"]
    while let key = try reader.nextKey() {
      let name = missing.first { reader.isKey(key, Array($0.utf8)) }
      guard let name else {
        try reader.skip()
        continue
      }
      guard reader.beginList() else {
        throw EvaluationError(.malformed, file: path, "\(name): expected a list, got something else")
      }
      missing.removeAll { $0 == name }
      while try reader.hasNextItem() {
        switch name {
        case "images": images.append(try Self.image(&reader))
        case "annotations": annotations.append(try Self.annotation(&reader, keepsOutlines))
        default: categories.append(try Self.category(&reader))
        }
      }
    }
    try reader.end()
    if let name = missing.first {
      throw EvaluationError(.malformed, file: path, "the whole file: expected a field '\(name)', there is none")
    }
  }

  /// Whether the file at `path` begins as such a file does: an object with one of the lists.
  static func isLikely(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    guard let start = try? file.read(upToCount: 64 << 10) else { return false }
    let text = String(decoding: start, as: UTF8.self)
    return text.first { !$0.isWhitespace && $0 != "\u{FEFF}" } == "{"
      && (text.contains("\"images\"") || text.contains("\"annotations\""))
  }

  private enum Key {
    static let id = Array("id".utf8), name = Array("name".utf8), group = Array("supercategory".utf8)
    static let fileName = Array("file_name".utf8), address = Array("coco_url".utf8), path = Array("path".utf8)
    static let width = Array("width".utf8), height = Array("height".utf8)
    static let image = Array("image_id".utf8), category = Array("category_id".utf8), box = Array("bbox".utf8)
    static let area = Array("area".utf8), isCrowd = Array("iscrowd".utf8), outline = Array("segmentation".utf8)
  }

  private static func image(_ reader: inout JSONReader) throws(EvaluationError) -> Image {
    var image = Image()
    var address: String?
    try reader.object { (reader, key) throws(EvaluationError) in
      if reader.isKey(key, Key.id) {
        image.id = try reader.identifier()
      } else if reader.isKey(key, Key.fileName) {
        if case .text(let text) = try reader.scalar() { image.name = text }
      } else if reader.isKey(key, Key.address) || reader.isKey(key, Key.path) {
        if case .text(let text) = try reader.scalar() { address = text.split(separator: "/").last.map(String.init) }
      } else if reader.isKey(key, Key.width) {
        image.width = pixels(try reader.scalar())
      } else if reader.isKey(key, Key.height) {
        image.height = pixels(try reader.scalar())
      } else {
        try reader.skip()
      }
    }
    image.name = image.name ?? address
    return image
  }

  private static func annotation(
    _ reader: inout JSONReader, _ keepsOutlines: Bool
  ) throws(EvaluationError) -> Annotation {
    var annotation = Annotation()
    try reader.object { (reader, key) throws(EvaluationError) in
      if reader.isKey(key, Key.image) {
        annotation.image = try reader.identifier()
      } else if reader.isKey(key, Key.category) {
        annotation.category = try reader.identifier()
      } else if reader.isKey(key, Key.box) {
        if let box = try reader.numbers(), box.count == 4 { annotation.box = SIMD4(box[0], box[1], box[2], box[3]) }
      } else if reader.isKey(key, Key.area) {
        if case .number(let area, _) = try reader.scalar(), area.isFinite { annotation.area = area }
      } else if reader.isKey(key, Key.isCrowd) {
        switch try reader.scalar() {
        case .number(let value, _): annotation.isCrowd = value != 0
        case .boolean(let flag): annotation.isCrowd = flag
        default: break
        }
      } else if keepsOutlines, reader.isKey(key, Key.outline), reader.beginList() {
        while try reader.hasNextItem() {
          if let line = try reader.numbers() { annotation.outline.append(line.map { Float($0) }) }
        }
      } else {
        try reader.skip()
      }
    }
    return annotation
  }

  private static func category(_ reader: inout JSONReader) throws(EvaluationError) -> Category {
    var category = Category()
    try reader.object { (reader, key) throws(EvaluationError) in
      if reader.isKey(key, Key.id) {
        category.id = try reader.identifier()
      } else if reader.isKey(key, Key.name) {
        category.name = text(try reader.scalar())
      } else if reader.isKey(key, Key.group) {
        category.group = text(try reader.scalar())
      } else {
        try reader.skip()
      }
    }
    return category
  }

  /// A side in pixels; `nil` if the value is not a positive integer.
  private static func pixels(_ value: JSONReader.Scalar) -> Int? {
    let number: Double? =
      switch value {
      case .number(let value, _): value
      case .text(let text): Double(text)
      default: nil
      }
    return number.flatMap { Int(exactly: $0.rounded()) }.flatMap { (1...1_000_000).contains($0) ? $0 : nil }
  }

  private static func text(_ value: JSONReader.Scalar) -> String? {
    switch value {
    case .text(let text): text
    case .number(let value, let integer): integer.map { "\($0)" } ?? "\(value)"
    default: nil
    }
  }
}

extension RecordID {
  /// The identifier `value`; `nil` if it is neither a number nor text.
  init?(_ value: JSONReader.Scalar) {
    switch value {
    case .number(_, let integer?): self = .number(integer)
    case .number(let value, nil) where value.isFinite: self = .text("\(value)")
    case .text(let text): self = .text(text)
    default: return nil
    }
  }
}
