public import Foundation

extension Dataset {
  /// Reads a YOLO folder: `classes.txt`, `images/SPLIT/*`, `labels/SPLIT/*.txt` with lines `class cx cy w h`.
  ///
  /// Bad lines are counted and passed over; only a folder without classes or without pictures is an error.
  public init(yoloFolder folder: URL, split: String) throws(TrainingError) {
    let classFile = folder.appending(path: "classes.txt")
    guard let text = try? String(contentsOf: classFile, encoding: .utf8) else {
      throw TrainingError(.unusableData, "\(classFile.path) cannot be read; a YOLO folder names its classes there")
    }
    let names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    let images = folder.appending(path: "images/\(split)")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: images.path)) ?? []
    let kinds: Set<String> = ["jpg", "jpeg", "png", "ppm", "bmp", "webp", "tif", "tiff"]
    var samples: [Sample] = []
    var problems: [Problem] = []
    for file in files.sorted() where kinds.contains((file as NSString).pathExtension.lowercased()) {
      let label = folder.appending(path: "labels/\(split)/\((file as NSString).deletingPathExtension).txt")
      var objects: [Object] = []
      if let lines = try? String(contentsOf: label, encoding: .utf8) {
        objects = Self.objects(in: lines, file: label.lastPathComponent, classes: names.count, problems: &problems)
      } else {
        problems.append(Problem(kind: .missingLabels, place: file))
      }
      samples.append(Sample(path: images.appending(path: file).path, objects: objects))
    }
    guard !samples.isEmpty, !names.isEmpty else {
      throw TrainingError(.unusableData, "\(images.path) holds no pictures or \(classFile.path) no classes")
    }
    self.init(classNames: names, samples: samples, problems: problems)
  }

  static func objects(in text: String, file: String, classes: Int, problems: inout [Problem]) -> [Object] {
    var objects: [Object] = []
    for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let place = "\(file):\(number + 1)"
      let fields = line.split(whereSeparator: \.isWhitespace)
      if fields.isEmpty { continue }
      // A class and the corners of an outline, or a class and a box, behind which there may be a score.
      let isOutline = fields.count >= 7 && fields.count % 2 == 1
      let numbers = isOutline ? fields.dropFirst() : fields.dropFirst().prefix(4)
      let values = numbers.compactMap { Float($0) }
      guard let classID = Int(fields[0]), fields.count >= 5, values.count == numbers.count,
        values.allSatisfy(\.isFinite)
      else {
        problems.append(Problem(kind: .unreadableLine, place: place))
        continue
      }
      guard (0..<classes).contains(classID) else {
        problems.append(Problem(kind: .unknownClass, place: place))
        continue
      }
      let centre = SIMD2(values[0], values[1]), half = SIMD2(values[2], values[3]) / 2
      let outline = isOutline ? [points(values)] : []
      let low = outline.joined().reduce(outline.first?.first ?? centre - half) { pointwiseMin($0, $1) }
      let high = outline.joined().reduce(outline.first?.first ?? centre + half) { pointwiseMax($0, $1) }
      let box = SIMD4(lowHalf: low, highHalf: high).clamped(lowerBound: .zero, upperBound: .one)
      guard box[2] - box[0] > 1e-4, box[3] - box[1] > 1e-4 else {
        problems.append(Problem(kind: .boxOutside, place: place))
        continue
      }
      objects.append(Object(classID: classID, box: box, outline: outline))
    }
    return objects
  }

  /// Numbers in pairs, as fractions of `size` within the picture.
  static func points(_ values: [Float], of size: SIMD2<Float> = .one) -> [SIMD2<Float>] {
    stride(from: 0, to: values.count - 1, by: 2).map {
      (SIMD2(values[$0], values[$0 + 1]) / size).clamped(lowerBound: .zero, upperBound: .one)
    }
  }
}
