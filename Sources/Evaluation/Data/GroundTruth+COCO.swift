internal import Foundation

extension GroundTruth {
  /// Understands `bytes` as the content of `path`, annotations in the format of the COCO benchmark: one JSON object
  /// with `images`, `annotations` and `categories`.
  ///
  /// Only a file that is not such JSON at all, or names no pictures or classes, is an error, which names the field; a
  /// bad row of a list is counted and passed over. `area`, `iscrowd`, outlines and the sizes of pictures may be
  /// missing; masks written as runs are not used.
  public static func parse(coco bytes: [UInt8], path: String) throws(EvaluationError) -> GroundTruth {
    let file = try JSONFile.decode(AnnotationFile.self, from: bytes, path: path)
    let url = URL(filePath: path)
    var problems: [Problem] = []
    func passOver(_ kind: Problem.Kind, _ row: String) {
      problems.append(Problem(kind: kind, place: "\(url.lastPathComponent): \(row)"))
    }

    var categories: [Category] = []
    var classes: [Int: Int] = [:]
    for (index, row) in file.categories.enumerated() {
      guard let category = row.content, classes[category.id] == nil else {
        passOver(.unreadableLine, "categories[\(index)]")
        continue
      }
      classes[category.id] = categories.count
      categories.append(Category(id: category.id, name: category.name))
    }
    var pictures: [Picture] = []
    var places: [Int: Int] = [:]
    for (index, row) in file.images.enumerated() {
      guard let image = row.content, image.width ?? 1 > 0, image.height ?? 1 > 0, places[image.id] == nil else {
        passOver(.unreadableLine, "images[\(index)]")
        continue
      }
      places[image.id] = pictures.count
      var size: Size?
      if let width = image.width, let height = image.height { size = Size(width: width, height: height) }
      pictures.append(Picture(id: image.id, fileName: image.fileName, size: size, objects: []))
    }
    for (index, row) in file.annotations.enumerated() {
      let name = "annotations[\(index)]"
      guard let annotation = row.content, let place = places[annotation.image], let box = annotation.preciseBox else {
        passOver(.unreadableLine, name)
        continue
      }
      guard let classID = classes[annotation.category] else {
        passOver(.unknownClass, name)
        continue
      }
      let size = pictures[place].size
      // The benchmark counts it all the same: as missed.
      if let size, !box.isVisible(in: size) { passOver(.boxOutside, name) }
      let sides = size.map { SIMD2(Float($0.width), Float($0.height)) }
      let outline = sides.map { sides in annotation.outline.map { points($0, of: sides) }.filter { $0.count >= 3 } }
      pictures[place].objects.append(
        TrueObject(
          box: box, classID: classID, area: annotation.area, isCrowd: annotation.isCrowd, outline: outline ?? []))
    }
    guard !pictures.isEmpty, !categories.isEmpty else {
      throw EvaluationError(.malformed, file: path, "names no pictures or no classes")
    }
    return GroundTruth(
      path: path, folder: url.deletingLastPathComponent().path, categories: categories,
      pictures: pictures.sorted { $0.id < $1.id }, problems: problems)
  }

  /// Numbers in pairs, as fractions of `size` within the picture.
  static func points(_ values: [Float], of size: SIMD2<Float> = .one) -> [SIMD2<Float>] {
    stride(from: 0, to: values.count - 1, by: 2).map {
      (SIMD2(values[$0], values[$0 + 1]) / size).clamped(lowerBound: .zero, upperBound: .one)
    }
  }
}

/// What is used of an annotation file.
private struct AnnotationFile: Decodable {
  /// A row of a list, or nothing if it is not what it should be.
  struct Row<Content: Decodable>: Decodable {
    let content: Content?

    init(from decoder: any Decoder) throws { content = try? Content(from: decoder) }
  }

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
    let outline: [[Float]]

    enum CodingKeys: String, CodingKey {
      case area
      case image = "image_id"
      case category = "category_id"
      case box = "bbox"
      case isCrowd = "iscrowd"
      case outline = "segmentation"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      image = try fields.decode(Int.self, forKey: .image)
      category = try fields.decode(Int.self, forKey: .category)
      box = try fields.decode([Double].self, forKey: .box)
      area = try? fields.decode(Double.self, forKey: .area)
      outline = (try? fields.decode([[Float]].self, forKey: .outline)) ?? []
      // Written as 0 or 1 by the benchmark, as false or true by some tools.
      if let flag = try? fields.decode(Bool.self, forKey: .isCrowd) {
        isCrowd = flag
      } else {
        isCrowd = (try? fields.decode(Int.self, forKey: .isCrowd)) ?? 0 != 0
      }
    }

    /// Left, top, width and height, if it is these.
    var preciseBox: PreciseBox? {
      guard box.count == 4, box.allSatisfy({ abs($0) < 1e9 }), box[2] >= 0, box[3] >= 0 else { return nil }
      return PreciseBox(left: box[0], top: box[1], width: box[2], height: box[3])
    }
  }

  struct Category: Decodable {
    let id: Int
    let name: String
  }

  let images: [Row<Image>]
  let annotations: [Row<Annotation>]
  let categories: [Row<Category>]
}
