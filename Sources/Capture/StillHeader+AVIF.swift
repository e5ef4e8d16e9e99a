import FFmpeg

extension StillHeader {
  /// Parses the boxes of an AVIF file (ISO/IEC 23008-12): which bytes are the primary image, its size and its orientation.
  /// `nil` for other kinds of the same container, such as HEIC.
  static func avif(_ reader: ByteOrderReader) -> StillHeader? {
    let whole = 0..<reader.bytes.count
    guard let kinds = reader.boxes(in: whole).first, kinds.name == "ftyp" else { return nil }
    let brands = stride(from: kinds.body.lowerBound, to: kinds.body.upperBound, by: 4).compactMap { reader.text($0, 4) }
    guard brands.contains("avif") || brands.contains("avis") else { return nil }
    var header = StillHeader(.avif, codec: "av1")
    header.isTruncated = true
    // Its frames are those of a video, which images are not.
    if brands.first == "avis" { header.obstacle = "a sequence of AVIF images" }
    guard let meta = reader.boxes(in: whole).first(where: { $0.name == "meta" }) else { return header }
    let image = AVIFImage(reader, meta.body.dropFirst(4))
    header.storedSize = image.size
    header.orientation = image.orientation
    header.pieces = image.pieces
    // Pieces that overlap would be more than the file.
    header.isTruncated =
      image.pieces.isEmpty || image.pieces.contains { $0.upperBound > reader.bytes.count }
      || image.pieces.reduce(0) { $0 + $1.count } > reader.bytes.count
    if let kind = image.kind, kind != "av01" {
      header.obstacle = kind == "grid" ? "an AVIF image of several tiles" : "an AVIF image of kind \(kind)"
    }
    return header
  }
}

/// What the boxes of an AVIF file state of its primary image.
private struct AVIFImage {
  private let reader: ByteOrderReader
  private let boxes: [ByteOrderReader.Box]
  /// Number of the primary image in the other boxes.
  private var number = -1

  /// `av01`, or `grid` for several images; `nil` if it is not stated.
  private(set) var kind: String?
  private(set) var size: (width: Int, height: Int)?
  private(set) var orientation = FrameOrientation.upright
  /// The bytes of the image, in order.
  private(set) var pieces: [Range<Int>] = []

  /// Entries of a box that are read at most.
  private static let limit = 65_536

  init(_ reader: ByteOrderReader, _ meta: Range<Int>) {
    self.reader = reader
    boxes = reader.boxes(in: meta)
    guard let primary = body("pitm"), let wide = reader.int8(primary.lowerBound),
      let number = reader.number(primary.lowerBound + 4, wide == 0 ? 2 : 4)
    else { return }
    self.number = number
    readKind()
    readProperties()
    readPlaces()
  }

  private func body(_ name: String) -> Range<Int>? { boxes.first { $0.name == name }?.body }

  private mutating func readKind() {
    guard let list = body("iinf"), let version = reader.int8(list.lowerBound) else { return }
    for entry in reader.boxes(in: list.dropFirst(version == 0 ? 6 : 8)) where entry.name == "infe" {
      let place = entry.body.lowerBound
      guard let version = reader.int8(place), version >= 2 else { continue }
      let width = version == 2 ? 2 : 4
      if reader.number(place + 4, width) == number { kind = reader.text(place + 4 + width + 2, 4) }
    }
  }

  /// Reads size, rotation and mirroring; the latter are applied in the order of their association.
  private mutating func readProperties() {
    guard let container = body("iprp") else { return }
    let parts = reader.boxes(in: container)
    let properties = parts.first { $0.name == "ipco" }.map { reader.boxes(in: $0.body) } ?? []
    for part in parts where part.name == "ipma" {
      for index in associated(part.body) where properties.indices.contains(index - 1) {
        let property = properties[index - 1], place = property.body.lowerBound
        switch property.name {
        case "ispe":
          if let width = reader.int32(place + 4), let height = reader.int32(place + 8) { size = (width, height) }
        case "irot": if let turns = reader.int8(place) { orientation = orientation.rotated(left: turns & 3) }
        case "imir":
          if let axis = reader.int8(place) { orientation = orientation.mirrored(topToBottom: axis & 1 == 0) }
        default: break
        }
      }
    }
  }

  /// Numbers of the properties of the primary image, from 1.
  private func associated(_ body: Range<Int>) -> [Int] {
    guard let version = reader.int8(body.lowerBound), let flags = reader.int24(body.lowerBound + 1),
      let count = reader.int32(body.lowerBound + 4)
    else { return [] }
    var place = body.lowerBound + 8
    let width = version == 0 ? 2 : 4, each = flags & 1 == 0 ? 1 : 2
    for _ in 0..<min(count, Self.limit) {
      guard let item = reader.number(place, width), let places = reader.int8(place + width) else { return [] }
      let start = place + width + 1
      place = start + places * each
      guard item == number else { continue }
      // The highest bit states whether a reader must know the property.
      return (0..<places).compactMap { reader.number(start + $0 * each, each).map { $0 & (each == 1 ? 0x7F : 0x7FFF) } }
    }
    return []
  }

  private mutating func readPlaces() {
    guard let body = body("iloc"), let version = reader.int8(body.lowerBound), version <= 2,
      let widths = reader.int16(body.lowerBound + 4)
    else { return }
    let offsetWidth = widths >> 12, lengthWidth = widths >> 8 & 15, baseWidth = widths >> 4 & 15
    let indexWidth = version == 0 ? 0 : widths & 15
    var cursor = body.lowerBound + 6
    func next(_ width: Int) -> Int? {
      defer { cursor += width }
      return width == 0 ? 0 : reader.number(cursor, width)
    }
    let numberWidth = version < 2 ? 2 : 4
    guard let count = next(numberWidth) else { return }
    for _ in 0..<min(count, Self.limit) {
      guard let item = next(numberWidth), let method = next(version == 0 ? 0 : 2), next(2) != nil,
        let base = next(baseWidth), let extents = next(2)
      else { return }
      // Counted from the beginning of the file, or of the box with the data.
      let origin = method & 15 == 0 ? 0 : method & 15 == 1 ? self.body("idat")?.lowerBound : nil
      // Pieces without a place and a length take no bytes here: only one makes sense.
      guard extents <= 1 || offsetWidth + lengthWidth > 0 else { return }
      for _ in 0..<extents {
        guard next(indexWidth) != nil, let offset = next(offsetWidth), let length = next(lengthWidth) else { return }
        guard item == number, let origin, base >= 0, offset >= 0, length >= 0 else { continue }
        // What lies behind the end is behind it, however far.
        let end = reader.bytes.count, start = origin + min(base, end + 1) + min(offset, end + 1)
        pieces.append(start..<(length == 0 ? max(start, end) : start + min(length, end + 1)))
      }
    }
  }
}

extension ByteOrderReader {
  /// A box: its name, and where its content is.
  struct Box {
    let name: String
    let body: Range<Int>
  }

  /// The boxes in `range`, as far as they are whole; the last one may be cut.
  func boxes(in range: Range<Int>) -> [Box] {
    var boxes: [Box] = []
    var place = range.lowerBound
    while place + 8 <= range.upperBound, let short = int32(place), let name = text(place + 4, 4) {
      let isLong = short == 1
      guard let length = isLong ? number(place + 8, 8) : short == 0 ? range.upperBound - place : short,
        length >= (isLong ? 16 : 8)
      else { break }
      let end = length > range.upperBound - place ? range.upperBound : place + length
      boxes.append(Box(name: name, body: min(place + (isLong ? 16 : 8), end)..<end))
      place = end
    }
    return boxes
  }
}

extension FrameOrientation {
  /// This orientation, followed by a rotation to the left by so many quarter turns.
  fileprivate func rotated(left turns: Int) -> FrameOrientation {
    FrameOrientation(isMirrored: isMirrored, quarterTurns: (quarterTurns + 4 - turns) % 4)
  }

  /// This orientation, after which top and bottom, or left and right, change places.
  fileprivate func mirrored(topToBottom: Bool) -> FrameOrientation {
    // Mirrored left to right after a rotation is mirrored before the opposite one; top to bottom is that and half a turn.
    FrameOrientation(isMirrored: !isMirrored, quarterTurns: (4 - quarterTurns + (topToBottom ? 2 : 0)) % 4)
  }
}
