extension GroundTruth {
  /// Something in a data set that was left out, repaired or kept as background, and where.
  public struct Problem: Hashable, Sendable {
    /// Kinds of trouble; none of them is fatal by itself.
    public enum Kind: Sendable, CaseIterable {
      /// No label file belongs to the image.
      case missingLabels
      /// The label file holds no row.
      case emptyLabels
      /// A label file breaks a rule of the format; the reference readers leave the image out, too.
      case unusableLabels
      /// A row of a COCO or VOC file that is not what it should be.
      case unusableRow
      /// A class that the data set does not have.
      case unknownClass
      /// An annotation of an image that the file does not list.
      case unknownImage
      /// The same row a second time.
      case repeatedRow
      /// An image or class identifier a second time.
      case repeatedID
      /// A box that reaches out of the image.
      case clippedBox
      /// A box without area in the image: counted as missed in validation, nothing to train on.
      case boxOutside
      /// A class that only groups others, as Roboflow writes it.
      case groupClass
      /// A file found at another place than the data set says.
      case movedFile
      /// An image that is missing, damaged or truncated.
      case unreadableImage
      /// An image narrower or lower than ten pixels.
      case tinyImage
      /// An image whose declared size has the shape of the file, but not its size.
      case resizedImage
      /// An image whose declared size has another shape than the file.
      case wrongSize
    }
    /// What.
    public let kind: Kind
    /// Where: a file, and a line or row if there is one.
    public let place: String
    /// What exactly, where the kind alone does not tell.
    public let detail: String?

    /// A problem of `kind` at `place`.
    public init(kind: Kind, place: String, detail: String? = nil) {
      self.kind = kind
      self.place = place
      self.detail = detail
    }
  }
}

extension GroundTruth.Problem.Kind {
  /// One and several of what is counted, and what was done about it.
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
  /// One sentence for each kind: how many, what was done, and the first places. Empty if all was well.
  public var report: [String] {
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
