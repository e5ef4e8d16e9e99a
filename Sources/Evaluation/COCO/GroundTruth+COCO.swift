internal import Foundation

extension GroundTruth {
  /// Reads annotations in the format of the COCO benchmark: one JSON object with `images`, `annotations`, `categories`.
  ///
  /// What the counting does not need, such as outlines, is passed over. `area` and `iscrowd` may be missing. Numbers of
  /// images and categories must be unique, and annotations must refer to them; the error names the field.
  public static func read(coco path: String) throws(EvaluationError) -> GroundTruth {
    try parse(coco: TextFile.read(path), path: path)
  }

  /// Understands `bytes` as the content of `path`.
  public static func parse(coco bytes: [UInt8], path: String) throws(EvaluationError) -> GroundTruth {
    let file = try JSONFile.decode(AnnotationFile.self, from: bytes, path: path)
    func fault(_ field: String, _ message: String) -> EvaluationError {
      EvaluationError(.malformed, file: path, "\(field): \(message)")
    }

    var classOfID: [Int: Int] = [:]
    for (index, category) in file.categories.enumerated() {
      guard classOfID.updateValue(index, forKey: category.id) == nil else {
        throw fault("categories[\(index)].id", "expected each number once, got \(category.id) again")
      }
    }
    var objects: [Int: [TrueObject]] = [:]
    for (index, image) in file.images.enumerated() {
      guard objects.updateValue([], forKey: image.id) == nil else {
        throw fault("images[\(index)].id", "expected each number once, got \(image.id) again")
      }
    }
    for (index, annotation) in file.annotations.enumerated() {
      let field = "annotations[\(index)]"
      guard let classID = classOfID[annotation.category] else {
        throw fault("\(field).category_id", "expected the number of a category, got \(annotation.category)")
      }
      guard objects[annotation.image] != nil else {
        throw fault("\(field).image_id", "expected the number of an image, got \(annotation.image)")
      }
      let box = annotation.box
      guard box.count == 4, box.allSatisfy({ abs($0) < 1e9 }), box[2] >= 0, box[3] >= 0 else {
        throw fault("\(field).bbox", "expected left, top, width and height in pixels, got \(box.prefix(8))")
      }
      objects[annotation.image]?.append(
        TrueObject(
          box: PreciseBox(left: box[0], top: box[1], width: box[2], height: box[3]), classID: classID,
          area: annotation.area, isCrowd: annotation.isCrowd))
    }
    let pictures = file.images.sorted { $0.id < $1.id }.map { image in
      var size: Size?
      if let width = image.width, let height = image.height { size = Size(width: width, height: height) }
      return Picture(
        id: image.id, fileName: image.fileName, size: size, objects: objects[image.id] ?? [], isInFractions: false)
    }
    return GroundTruth(
      path: path, pictureFolder: nil,
      categories: file.categories.map { Category(id: $0.id, name: $0.name) }, pictures: pictures)
  }
}

/// The part of an annotation file that the counting needs.
private struct AnnotationFile: Decodable {
  struct Image: Decodable {
    let id: Int
    let fileName: String
    let width: Int?
    let height: Int?

    enum CodingKeys: String, CodingKey {
      case id, width, height
      case fileName = "file_name"
    }
  }

  struct Annotation: Decodable {
    let image: Int
    let category: Int
    let box: [Double]
    let area: Double?
    let isCrowd: Bool

    enum CodingKeys: String, CodingKey {
      case area
      case image = "image_id"
      case category = "category_id"
      case box = "bbox"
      case isCrowd = "iscrowd"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      image = try fields.decode(Int.self, forKey: .image)
      category = try fields.decode(Int.self, forKey: .category)
      box = try fields.decode([Double].self, forKey: .box)
      area = try fields.decodeIfPresent(Double.self, forKey: .area)
      // Written as 0 or 1 by the benchmark, as false or true by some tools.
      if let flag = try? fields.decodeIfPresent(Bool.self, forKey: .isCrowd) {
        isCrowd = flag
      } else {
        isCrowd = try fields.decodeIfPresent(Int.self, forKey: .isCrowd) ?? 0 != 0
      }
    }
  }

  struct Category: Decodable {
    let id: Int
    let name: String
  }

  let images: [Image]
  let annotations: [Annotation]
  let categories: [Category]
}
