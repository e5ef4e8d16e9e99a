public import Foundation

extension Dataset {
  /// Reads annotations in the format of the COCO benchmark, with the pictures in `pictures`.
  ///
  /// Only a file that is not such JSON at all, or has no pictures or classes, is an error; a bad annotation is counted and
  /// passed over. Classes are numbered in the order of `categories`.
  public init(coco file: URL, pictures folder: URL) throws(TrainingError) {
    let content: [String: Any]
    do {
      let data = try Data(contentsOf: file)
      guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
        throw TrainingError(.unusableData, "\(file.path): expected a JSON object with images, annotations, categories")
      }
      content = object
    } catch let error as TrainingError { throw error } catch {
      throw TrainingError(.unusableData, "\(file.path) could not be read as JSON", cause: error)
    }
    func rows(_ key: String) -> [[String: Any]] { content[key] as? [[String: Any]] ?? [] }
    func number(_ value: Any?) -> Int? { (value as? NSNumber)?.intValue }
    /// Polygons; masks written as runs are not used.
    func outline(_ value: Any?, _ size: SIMD2<Float>) -> [[SIMD2<Float>]] {
      (value as? [[NSNumber]] ?? []).map { Self.points($0.map(\.floatValue), of: size) }.filter { $0.count >= 3 }
    }

    var names: [String] = []
    var classes: [Int: Int] = [:]
    for row in rows("categories") {
      guard let id = number(row["id"]), let name = row["name"] as? String, classes[id] == nil else { continue }
      classes[id] = names.count
      names.append(name)
    }
    var problems: [Problem] = []
    var samples: [Sample] = []
    var places: [Int: (index: Int, width: Double, height: Double)] = [:]
    for (index, row) in rows("images").enumerated() {
      guard let id = number(row["id"]), let name = row["file_name"] as? String, let width = number(row["width"]),
        let height = number(row["height"]), width > 0, height > 0, places[id] == nil
      else {
        problems.append(Problem(kind: .unreadableLine, place: "\(file.lastPathComponent): images[\(index)]"))
        continue
      }
      places[id] = (samples.count, Double(width), Double(height))
      samples.append(Sample(path: folder.appending(path: name).path, objects: []))
    }
    for (index, row) in rows("annotations").enumerated() {
      let place = "\(file.lastPathComponent): annotations[\(index)]"
      let numbers = (row["bbox"] as? [Any] ?? []).compactMap { ($0 as? NSNumber)?.doubleValue }
      guard let image = number(row["image_id"]).flatMap({ places[$0] }), numbers.count == 4,
        numbers.allSatisfy(\.isFinite)
      else {
        problems.append(Problem(kind: .unreadableLine, place: place))
        continue
      }
      guard let classID = number(row["category_id"]).flatMap({ classes[$0] }) else {
        problems.append(Problem(kind: .unknownClass, place: place))
        continue
      }
      let corners = SIMD4(numbers[0], numbers[1], numbers[0] + numbers[2], numbers[1] + numbers[3])
      guard let box = Self.fractions(corners, width: image.width, height: image.height) else {
        problems.append(Problem(kind: .boxOutside, place: place))
        continue
      }
      samples[image.index].objects.append(
        Object(
          classID: classID, box: box,
          outline: outline(row["segmentation"], SIMD2(Float(image.width), Float(image.height))),
          isCrowd: number(row["iscrowd"]) ?? 0 != 0))
    }
    guard !samples.isEmpty, !names.isEmpty else {
      throw TrainingError(.unusableData, "\(file.path) names no pictures or no classes")
    }
    self.init(classNames: names, samples: samples, problems: problems)
  }
}
