internal import Foundation

/// A data set to measure a detector on: pictures, and what is to be found in each.
public struct GroundTruth: Sendable {
  /// A kind of object.
  public struct Category: Hashable, Sendable {
    /// Its number in the data set's own files.
    public let id: Int
    /// Its name.
    public let name: String

    /// A kind of object with a number and a name.
    public init(id: Int, name: String) {
      self.id = id
      self.name = name
    }
  }

  /// A picture and its objects.
  public struct Picture: Sendable {
    /// Its number in the data set.
    public let id: Int
    /// Its file, as the data set names it: relative to the folder of pictures.
    public let fileName: String
    /// Width and height in pixels where the data set tells them.
    public let size: Size?
    /// Its objects; in pixels, or, where `isInFractions`, in fractions of the picture.
    let objects: [TrueObject]
    let isInFractions: Bool
  }

  /// Width and height in pixels.
  public struct Size: Hashable, Sendable {
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int

    /// `width` by `height` pixels.
    public init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// File or folder it was read from.
  public let path: String
  /// Folder of the pictures, where the data set's own layout tells it.
  public let pictureFolder: String?
  /// The kinds of objects; `TrueObject.classID` is a position here.
  public let categories: [Category]
  /// The pictures by rising number.
  public let pictures: [Picture]

  /// Objects of all pictures together, crowds not counted.
  public var objectCount: Int { pictures.reduce(0) { $0 + $1.objects.count { !$0.isCrowd } } }

  /// The objects of `picture` in its pixels, given the `size` of the picture that is really there.
  ///
  /// Throws `mismatched` if the data set tells another size: its boxes would not fit.
  public func objects(of picture: Picture, size: Size) throws(EvaluationError) -> [TrueObject] {
    if let told = picture.size, told != size {
      throw EvaluationError(
        .mismatched, file: path,
        "expected \(picture.fileName) of \(told.width)x\(told.height) pixels, got \(size.width)x\(size.height)")
    }
    guard picture.isInFractions else { return picture.objects }
    let width = Double(size.width)
    let height = Double(size.height)
    return picture.objects.map { object in
      let box = object.box
      return TrueObject(
        box: PreciseBox(
          left: box.left * width, top: box.top * height, width: box.width * width, height: box.height * height),
        classID: object.classID)
    }
  }

  /// The folder of the pictures: the one `given`, that of the data set's layout, or one beside the annotations (`images`,
  /// a folder named like the file, or the folder of the file) that holds the first picture.
  public func pictureFolder(given: String?) throws(EvaluationError) -> String {
    if let folder = given ?? pictureFolder { return folder }
    let file = URL(filePath: path)
    let parent = file.deletingLastPathComponent()
    let stem = file.deletingPathExtension().lastPathComponent
    let places = ["images/\(stem)", "images", stem, "."].map { parent.appending(path: $0) }
    let first = pictures.first?.fileName ?? ""
    let found = places.first { FileManager.default.fileExists(atPath: $0.appending(path: first).path) }
    guard let found else {
      throw EvaluationError(
        .missing, file: path, "expected its picture \(first) in a folder beside it; name the folder")
    }
    return found.path
  }
}
