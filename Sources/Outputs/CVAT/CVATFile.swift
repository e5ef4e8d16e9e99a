import JSON
import Scene

/// Writes tracks in CVAT's import format ("CVAT for video 1.1"), so that annotators can correct them. Every frame is
/// a keyframe; frames without the object are marked as outside.
struct CVATFile: TrackDocument {
  static let kind = kind("cvat", "Tracks for CVAT, as CVAT for video 1.1.", ending: ".cvat.xml")

  private let book: TrackBook
  private let context: SinkContext

  init(_ book: TrackBook, _ context: SinkContext) {
    self.book = book
    self.context = context
  }

  func write(to file: inout LineFile) throws(OutputError) {
    try file.append(head)
    for (index, entry) in book.entries.enumerated() { try file.append(track(entry, index)) }
    try file.append("</annotations>\n")
  }

  private var head: String {
    let used = Set(book.entries.map(\.classID)).sorted()
    let labels = used.map { "<label><name>\(context.classes[$0].xml)</name><attributes></attributes></label>" }
    let (width, height) = book.size ?? (0, 0)
    return """
      <?xml version="1.0" encoding="utf-8"?>
      <annotations>
      <version>1.1</version>
      <meta><task><name>\(context.stem.xml)</name><size>\(book.frameCount)</size><mode>interpolation</mode>\
      <start_frame>0</start_frame><stop_frame>\(max(0, book.frameCount - 1))</stop_frame>\
      <labels>\(labels.joined())</labels>\
      <original_size><width>\(width)</width><height>\(height)</height></original_size></task></meta>

      """
  }

  private func track(_ entry: TrackBook.Entry, _ index: Int) -> String {
    var text = "<track id=\"\(index)\" label=\"\(context.classes[entry.classID].xml)\" source=\"auto\">\n"
    for (place, next) in zip(entry.places, entry.places.dropFirst().map(Optional.some) + [nil]) {
      text += box(place.box, at: place.frame, isOutside: false)
      // The box ends at the next frame that was read, which depends on the stride.
      let end = place.frame + stride
      if next.map({ $0.frame > end }) ?? (end < book.frameCount) { text += box(place.box, at: end, isOutside: true) }
    }
    return text + "</track>\n"
  }

  private var stride: Int { max(1, context.stride) }

  private func box(_ box: Box, at frame: Int, isOutside: Bool) -> String {
    let corners = zip(["xtl", "ytl", "xbr", "ybr"], [box.minX, box.minY, box.maxX, box.maxY])
    let places = corners.map { "\($0)=\"\($1.json(places: 2))\"" }.joined(separator: " ")
    return
      "<box frame=\"\(frame)\" keyframe=\"1\" outside=\"\(isOutside ? 1 : 0)\" occluded=\"0\" \(places) z_order=\"0\"></box>\n"
  }
}

extension String {
  /// The text escaped for XML and its attributes.
  fileprivate var xml: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      // XML 1.0 allows no other control characters, not even escaped ones.
      case _ where scalar.value < 0x20: text += " "
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
