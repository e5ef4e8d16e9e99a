internal import Foundation

/// A data set to measure a detector on or to train one: pictures, what is to be found in each, and what was wrong with
/// that.
public struct GroundTruth: Sendable {
  /// A kind of object.
  public struct Category: Hashable, Sendable {
    /// Its number in the data set's own files.
    public let id: Int
    /// Its name.
    public let name: String
  }

  /// A picture and its objects.
  public struct Picture: Sendable {
    /// Its number in the data set.
    public let id: Int
    /// Its file, as the data set names it: relative to the folder of pictures.
    public let fileName: String
    /// The size by which its boxes are to be taken: in pixels, or `unit` where they are fractions; `nil` where the data
    /// set gives pixels and does not tell of how many.
    public let size: Size?
    /// Its objects.
    public var objects: [TrueObject]
  }

  /// Width and height of a picture.
  public struct Size: Hashable, Sendable {
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int

    /// The size of every picture whose boxes are fractions of it.
    public static let unit = Size(width: 1, height: 1)

    /// `width` by `height` pixels.
    public init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// File or folder it was read from.
  public let path: String
  /// Folder of the pictures.
  public internal(set) var folder: String
  /// The kinds of objects; `TrueObject.classID` is a position here.
  public let categories: [Category]
  /// The pictures by rising number.
  public var pictures: [Picture]
  /// Everything that was passed over.
  public let problems: [Problem]

  /// Names of the kinds of objects.
  public var classNames: [String] { categories.map(\.name) }

  /// Objects of all pictures together, crowds not counted.
  public var objectCount: Int { pictures.reduce(0) { $0 + $1.objects.count { !$0.isCrowd } } }

  /// Where the file of `picture` is.
  public func path(of picture: Picture) -> String { Self.path(of: picture, in: folder) }

  static func path(of picture: Picture, in folder: String) -> String {
    URL(filePath: folder, directoryHint: .isDirectory).appending(path: picture.fileName).path
  }

  /// The objects of `picture` in its pixels, given the `size` of the picture that is really there.
  ///
  /// One that was made smaller or larger keeps its boxes. Throws `mismatched` if it has another shape than the data set
  /// tells: they would not fit.
  public func objects(of picture: Picture, size: Size) throws(EvaluationError) -> [TrueObject] {
    guard let told = picture.size, told != size else { return picture.objects }
    let (width, height) = (Double(told.width), Double(told.height))
    let (across, down) = (Double(size.width) / width, Double(size.height) / height)
    // Each side may have been rounded by less than a pixel.
    guard told == .unit || abs(across - down) < 1 / width + 1 / height else {
      throw EvaluationError(
        .mismatched, file: path,
        "expected \(picture.fileName) of \(told.width)x\(told.height) pixels, got \(size.width)x\(size.height)")
    }
    return picture.objects.map { object in
      let box = object.box
      var scaled = object
      scaled.box = PreciseBox(
        left: box.left * across, top: box.top * down, width: box.width * across, height: box.height * down)
      scaled.area *= across * down
      return scaled
    }
  }
}

extension PreciseBox {
  /// Left, top, right and bottom as fractions of a picture of `size`, as far as they lie in it.
  public func fractions(of size: GroundTruth.Size) -> SIMD4<Float> {
    let sides = SIMD2(Double(size.width), Double(size.height))
    let corners = SIMD4(left, top, left + width, top + height) / SIMD4(lowHalf: sides, highHalf: sides)
    return SIMD4<Float>(corners).clamped(lowerBound: .zero, upperBound: .one)
  }

  /// Whether a picture of `size` shows something of it.
  package func isVisible(in size: GroundTruth.Size) -> Bool {
    let inside = fractions(of: size)
    return inside[2] - inside[0] > 1e-4 && inside[3] - inside[1] > 1e-4
  }
}
