internal import Foundation
internal import FoundationXML

/// One annotation file of Pascal VOC.
final class VOCAnnotation: NSObject, XMLParserDelegate {
  struct Object {
    var name = ""
    var isDifficult = false
    /// Left, top, right, bottom in pixels, counted from 1 in the file.
    var edges: [String: Double] = [:]

    /// In pixels from 0: pixel 1 begins at 0, and the last pixel belongs to the box.
    var box: PreciseBox? {
      guard let left = edges["xmin"], let top = edges["ymin"], let right = edges["xmax"], let bottom = edges["ymax"],
        [left, top, right, bottom].allSatisfy({ abs($0) < 1e9 }), right >= left, bottom >= top
      else { return nil }
      return PreciseBox(left: left - 1, top: top - 1, width: right - left + 1, height: bottom - top + 1)
    }
  }

  private(set) var fileName = ""
  private(set) var width = 0
  private(set) var height = 0
  private(set) var objects: [Object] = []
  private var isWhole = false
  private var path: [String] = []
  private var text = ""

  /// Parses `data`; `nil` if it is not an annotation. The size may be missing or zero.
  init?(_ data: Data) {
    super.init()
    let parser = XMLParser(data: data)
    parser.delegate = self
    // XMLParser accepts a file that ends early.
    guard parser.parse(), isWhole else { return nil }
  }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    path.append(element)
    text = ""
    if path == ["annotation", "object"] { objects.append(Object()) }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
    let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
    // Parts of an object (heads, hands) have names and boxes one level deeper.
    switch path {
    case ["annotation"]: isWhole = true
    case ["annotation", "filename"]: fileName = value
    case ["annotation", "size", "width"]: width = Self.pixels(value)
    case ["annotation", "size", "height"]: height = Self.pixels(value)
    case ["annotation", "object", "name"]: objects[objects.count - 1].name = value
    case ["annotation", "object", "difficult"]:
      objects[objects.count - 1].isDifficult = value == "1" || value.lowercased() == "true"
    case ["annotation", "object", "bndbox", element]: objects[objects.count - 1].edges[element] = Double(value)
    default: break
    }
    path.removeLast()
    text = ""
  }

  /// An integer; some tools write it with a fraction.
  private static func pixels(_ text: String) -> Int { Double(text).flatMap { Int(exactly: $0.rounded()) } ?? 0 }
}
