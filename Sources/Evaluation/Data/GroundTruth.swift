/// A labelled data set: images with their objects, and problems found while reading.
///
/// `open` reads every supported layout; `Documentation/datasets.md` lists them with the rules for label rows.
package struct GroundTruth: Sendable {
  /// A class of objects.
  package struct Category: Hashable, Sendable {
    /// Identifier in the data set's files.
    package let id: RecordID
    /// Its name.
    package let name: String

    /// The class `name` with identifier `id`.
    package init(id: RecordID, name: String) {
      self.id = id
      self.name = name
    }
  }

  /// An image with its objects.
  package struct Image: Sendable {
    /// Identifier in the data set; its position from 1 if the format has none.
    package let id: RecordID
    /// Name in the data set.
    package let name: String
    /// Path of the file.
    package let path: String
    /// The size that the boxes refer to: pixels, or `unit` if they are fractions; `nil` if the data set has pixels
    /// without a size.
    package let size: Size?
    /// Its objects.
    package var objects: [TrueObject]

    /// An image at `path` whose boxes refer to `size`.
    package init(id: RecordID, name: String, path: String, size: Size?, objects: [TrueObject]) {
      self.id = id
      self.name = name
      self.path = path
      self.size = size
      self.objects = objects
    }
  }

  /// Width and height of an image.
  package struct Size: Hashable, Sendable {
    /// Width in pixels.
    package let width: Int
    /// Height in pixels.
    package let height: Int

    /// The size of images whose boxes are fractions.
    package static let unit = Size(width: 1, height: 1)

    /// `width` by `height` pixels.
    package init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// File or folder it was read from.
  package let path: String
  /// The classes; `TrueObject.classID` is a position here.
  package let categories: [Category]
  /// The images by ascending identifier.
  package var images: [Image]
  /// Everything that was left out, repaired or used as background.
  package var problems: [Problem]
  /// Whether the data set has no splits, so that `train` and `val` are the same images.
  package let isUnsplit: Bool
  /// Whether identifiers are those of the data set's files; if not, images are numbered from 1 and classes from 0.
  package let hasIdentifiers: Bool

  /// A data set of these images.
  package init(
    path: String, categories: [Category], images: [Image], problems: [Problem] = [], isUnsplit: Bool = false,
    hasIdentifiers: Bool = true
  ) {
    self.path = path
    self.categories = categories
    self.images = images
    self.problems = problems
    self.isUnsplit = isUnsplit
    self.hasIdentifiers = hasIdentifiers
  }

  /// Names of the classes.
  package var classNames: [String] { categories.map(\.name) }

  /// Objects in all images, crowds not counted.
  package var objectCount: Int { images.reduce(0) { $0 + $1.objects.count { !$0.isCrowd } } }
}

extension GroundTruth.Image {
  /// How the declared size relates to the size of the file.
  package enum SizeAgreement: Hashable, Sendable {
    /// The boxes fit the file as they are, or are fractions.
    case same
    /// The image was resized after labelling: boxes are scaled.
    case resized
    /// The declared size has another aspect ratio and is ignored: boxes are pixels of the file, as in pycocotools.
    case wrong
  }

  /// Compares the declared size with that of the file after rotation.
  package func agreement(with actual: GroundTruth.Size) -> SizeAgreement {
    guard let size, size != .unit, size != actual else { return .same }
    let across = Double(actual.width) / Double(size.width), down = Double(actual.height) / Double(size.height)
    // Each side may be rounded by less than a pixel.
    return abs(across - down) < 1 / Double(size.width) + 1 / Double(size.height) ? .resized : .wrong
  }

  /// The size to divide boxes by to get fractions, for a file of `actual` pixels.
  package func reference(for actual: GroundTruth.Size) -> GroundTruth.Size {
    guard let size, agreement(with: actual) != .wrong else { return actual }
    return size
  }

  /// The objects in pixels of the rotated file, whose size is `actual`.
  package func objects(in actual: GroundTruth.Size) -> [TrueObject] {
    let size = reference(for: actual)
    guard size != actual else { return objects }
    let across = Double(actual.width) / Double(size.width), down = Double(actual.height) / Double(size.height)
    return objects.map { object in
      let box = object.box
      var scaled = object
      scaled.box = PreciseBox(
        left: box.left * across, top: box.top * down, width: box.width * across, height: box.height * down)
      scaled.area *= across * down
      return scaled
    }
  }
}

extension GroundTruth.Image {
  /// `found`, in pixels of the rotated file, whose size is `actual`, in the pixels of the data set: for a results file.
  package func declared(_ found: [FoundObject], in actual: GroundTruth.Size) -> [FoundObject] {
    guard let size, agreement(with: actual) == .resized else { return found }
    let across = Double(size.width) / Double(actual.width), down = Double(size.height) / Double(actual.height)
    return found.map { object in
      let box = object.box
      return FoundObject(
        box: PreciseBox(
          left: box.left * across, top: box.top * down, width: box.width * across, height: box.height * down),
        classID: object.classID, score: object.score)
    }
  }
}

extension PreciseBox {
  /// Left, top, right and bottom as fractions of an image of `size`, clipped to it.
  package func fractions(of size: GroundTruth.Size) -> SIMD4<Float> {
    let sides = SIMD2(Double(size.width), Double(size.height))
    let corners = SIMD4(left, top, left + width, top + height) / SIMD4(lowHalf: sides, highHalf: sides)
    return SIMD4<Float>(corners).clamped(lowerBound: .zero, upperBound: .one)
  }

  /// Whether part of it is inside an image of `size`.
  package func isVisible(in size: GroundTruth.Size) -> Bool {
    let inside = fractions(of: size)
    return inside[2] - inside[0] > 1e-4 && inside[3] - inside[1] > 1e-4
  }
}
