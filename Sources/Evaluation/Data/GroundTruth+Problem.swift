extension GroundTruth {
  /// Something in a data set that was left out, repaired or used as background, with its place.
  package struct Problem: Hashable, Sendable {
    /// Kinds of problems; none is fatal by itself.
    package enum Kind: Sendable, CaseIterable {
      /// The image has no label file.
      case missingLabels
      /// The label file is empty.
      case emptyLabels
      /// A label file violates the format; as in the reference readers, its image is left out.
      case unusableLabels
      /// A bad row of a COCO or VOC file.
      case unusableRow
      /// A class that the data set does not define.
      case unknownClass
      /// An annotation of an image that is not listed.
      case unknownImage
      /// A duplicate row.
      case repeatedRow
      /// A duplicate image or class identifier.
      case repeatedID
      /// A box that exceeds the image.
      case clippedBox
      /// A box without area inside the image: counted as missed in validation, ignored in training.
      case boxOutside
      /// A parent class without annotations, as Roboflow writes it.
      case groupClass
      /// A file at another path than stated.
      case movedFile
      /// A missing, damaged or truncated image.
      case unreadableImage
      /// An image with a side below ten pixels.
      case tinyImage
      /// An image with another size than declared, of the same aspect ratio.
      case resizedImage
      /// An image with another aspect ratio than declared.
      case wrongSize
    }
    /// The kind of problem.
    package let kind: Kind
    /// The file, with line or row if known.
    package let place: String
    /// Details that the kind does not state.
    package let detail: String?

    /// A problem of `kind` at `place`.
    package init(kind: Kind, place: String, detail: String? = nil) {
      self.kind = kind
      self.place = place
      self.detail = detail
    }
  }
}

extension GroundTruth.Problem.Kind {
  /// Singular, plural, and what was done.
  var words: (one: String, many: String, consequence: String) {
    switch self {
    case .missingLabels: ("image without a label file", "images without a label file", "kept as background")
    case .emptyLabels: ("empty label file", "empty label files", "images kept as background")
    case .unusableLabels: ("unusable label file", "unusable label files", "images left out")
    case .unusableRow: ("unusable row", "unusable rows", "left out")
    case .unknownClass: ("object of an unknown class", "objects of unknown classes", "left out")
    case .unknownImage: ("annotation of an unknown image", "annotations of unknown images", "left out")
    case .repeatedRow: ("repeated label row", "repeated label rows", "removed")
    case .repeatedID: ("repeated identifier", "repeated identifiers", "first one kept")
    case .clippedBox: ("box beyond the image", "boxes beyond the image", "clipped to it")
    case .boxOutside:
      (
        "box without area in the image", "boxes without area in the image",
        "not trained on, counted as missed in validation"
      )
    case .groupClass: ("class that only groups others", "classes that only group others", "left out")
    case .movedFile: ("file at another place than stated", "files at other places than stated", "found and used")
    case .unreadableImage:
      ("missing, damaged or truncated image", "missing, damaged or truncated images", "left out")
    case .tinyImage: ("image below 10 pixels", "images below 10 pixels", "left out")
    case .resizedImage:
      ("image of another size than declared", "images of another size than declared", "boxes scaled along")
    case .wrongSize:
      ("image of another shape than declared", "images of another shape than declared", "boxes taken as its pixels")
    }
  }
}

extension [GroundTruth.Problem] {
  /// One sentence per kind: count, consequence and the first places. Empty if there are no problems.
  package var report: [String] {
    let groups = Dictionary(grouping: self, by: \.kind)
    return GroundTruth.Problem.Kind.allCases.compactMap { kind in
      guard let found = groups[kind] else { return nil }
      let words = kind.words
      let places = found.prefix(3).map { $0.place + ($0.detail.map { ": \($0)" } ?? "") }.joined(separator: "; ")
      let more = found.count > 3 ? "; …" : ""
      return "\(found.count) \(found.count == 1 ? words.one : words.many), \(words.consequence) (\(places)\(more))"
    }
  }
}
