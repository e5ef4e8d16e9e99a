public import Foundation
import FoundationXML

extension Dataset {
  /// Reads a Pascal VOC folder: `JPEGImages`, `Annotations/*.xml`, and `ImageSets/Main/SPLIT.txt`; without such a list all
  /// annotations are to train on. Objects marked as difficult count as crowds.
  ///
  /// - Parameter classes: names in the order of their numbers; without, those that occur, sorted.
  public init(vocFolder folder: URL, split: String, classes: [String]? = nil) throws(TrainingError) {
    let annotations = folder.appending(path: "Annotations")
    let list = folder.appending(path: "ImageSets/Main/\(split).txt")
    let stems: [String]
    if let text = try? String(contentsOf: list, encoding: .utf8) {
      stems = text.split(whereSeparator: \.isNewline).compactMap { $0.split(separator: " ").first.map(String.init) }
    } else if split != "train" {
      throw TrainingError(.unusableData, "\(list.path) cannot be read; it names the pictures of the part '\(split)'")
    } else {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: annotations.path)) ?? []
      stems = files.filter { $0.hasSuffix(".xml") }.map { String($0.dropLast(4)) }.sorted()
    }
    var problems: [Problem] = []
    var read: [(stem: String, annotation: VOCAnnotation)] = []
    for stem in stems {
      let file = annotations.appending(path: "\(stem).xml")
      guard let data = try? Data(contentsOf: file), let annotation = VOCAnnotation(data) else {
        problems.append(Problem(kind: .unreadableLabels, place: "\(stem).xml"))
        continue
      }
      read.append((stem, annotation))
    }
    let names = classes ?? Set(read.flatMap { $0.annotation.objects.map(\.name) }).sorted()
    guard !read.isEmpty, !names.isEmpty else {
      throw TrainingError(.unusableData, "\(annotations.path) holds no annotations that can be read, or no objects")
    }
    let numbers = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var samples: [Sample] = []
    for (stem, annotation) in read {
      var objects: [Object] = []
      for (index, object) in annotation.objects.enumerated() {
        let place = "\(stem).xml: object \(index + 1)"
        guard let corners = object.corners else {
          problems.append(Problem(kind: .unreadableLine, place: place))
          continue
        }
        guard let classID = numbers[object.name] else {
          problems.append(Problem(kind: .unknownClass, place: place))
          continue
        }
        guard let box = Self.fractions(corners, width: annotation.width, height: annotation.height) else {
          problems.append(Problem(kind: .boxOutside, place: place))
          continue
        }
        objects.append(Object(classID: classID, box: box, isCrowd: object.isDifficult))
      }
      let name = annotation.fileName.isEmpty ? "\(stem).jpg" : annotation.fileName
      samples.append(Sample(path: folder.appending(path: "JPEGImages/\(name)").path, objects: objects))
    }
    self.init(classNames: names, samples: samples, problems: problems)
  }
}

/// One annotation file of Pascal VOC.
final class VOCAnnotation: NSObject, XMLParserDelegate {
  struct Object {
    var name = ""
    var isDifficult = false
    /// Left, top, right, bottom in pixels, counted from 1 in the file.
    var edges: [String: Double] = [:]

    /// Corners in pixels from 0: pixel 1 begins at 0, and the last pixel belongs to the box.
    var corners: SIMD4<Double>? {
      guard let left = edges["xmin"], let top = edges["ymin"], let right = edges["xmax"], let bottom = edges["ymax"],
        [left, top, right, bottom].allSatisfy(\.isFinite)
      else { return nil }
      return SIMD4(left - 1, top - 1, right, bottom)
    }
  }

  private(set) var fileName = ""
  private(set) var width = 0.0
  private(set) var height = 0.0
  private(set) var objects: [Object] = []
  private var path: [String] = []
  private var text = ""

  /// Understands `data`; `nil` if it is not XML or tells no size.
  init?(_ data: Data) {
    super.init()
    let parser = XMLParser(data: data)
    parser.delegate = self
    guard parser.parse(), width > 0, height > 0 else { return nil }
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
    // Parts of an object (heads, hands) have names and boxes of their own, one level further in.
    switch path {
    case ["annotation", "filename"]: fileName = value
    case ["annotation", "size", "width"]: width = Double(value) ?? 0
    case ["annotation", "size", "height"]: height = Double(value) ?? 0
    case ["annotation", "object", "name"]: objects[objects.count - 1].name = value
    case ["annotation", "object", "difficult"]: objects[objects.count - 1].isDifficult = value == "1"
    case ["annotation", "object", "bndbox", element]: objects[objects.count - 1].edges[element] = Double(value)
    default: break
    }
    path.removeLast()
    text = ""
  }
}
