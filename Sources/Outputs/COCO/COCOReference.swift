import Foundation

/// The identifiers of images and categories in a data set in COCO's format, for results to be compared with it.
package struct COCOReference: Sendable {
  /// Path of the file.
  let path: String
  private let images: [String: Int]
  private let categories: [String: Int]

  /// Reads the annotations at `path`. Throws `cannotCreate` if they are invalid.
  package init(path: String) throws(OutputError) {
    struct Image: Decodable {
      let id: Int
      let name: String

      enum CodingKeys: String, CodingKey { case id, name = "file_name" }
    }
    struct Category: Decodable {
      let id: Int
      let name: String
    }
    struct Document: Decodable {
      let images: [Image]
      let categories: [Category]
    }
    guard let data = FileManager.default.contents(atPath: path),
      let document = try? JSONDecoder().decode(Document.self, from: data)
    else {
      throw OutputError(
        .cannotCreate, "cannot use \(path): expected annotations in COCO's format, with images and categories")
    }
    self.path = path
    var images: [String: Int] = [:]
    for image in document.images {
      images[image.name] = image.id
      // File names may include folders; a name that occurs twice is ambiguous and not used.
      if let name = image.name.split(separator: "/").last.map(String.init), name != image.name {
        images[name] = images[name] == nil ? image.id : nil
      }
    }
    self.images = images
    categories = Dictionary(document.categories.map { ($0.name.lowercased(), $0.id) }) { first, _ in first }
  }

  /// The identifier of the image with file name `name`.
  func image(_ name: String) throws(OutputError) -> Int {
    if let id = images[name] { return id }
    throw OutputError(.writeFailed, "\(path) has no image called \(name)")
  }

  /// The identifier of the category `name`.
  func category(_ name: String) throws(OutputError) -> Int {
    if let id = categories[name.lowercased()] { return id }
    throw OutputError(.writeFailed, "\(path) has no category called \(name)")
  }
}
