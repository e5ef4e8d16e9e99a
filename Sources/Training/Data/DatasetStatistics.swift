import Evaluation
import Foundation
import Scene

/// Counts of a data set, and warnings about what will not train well.
package struct DatasetStatistics: Sendable {
  /// One class.
  package struct ClassCount: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its objects.
    package internal(set) var objects = 0
    /// Images that contain it.
    package internal(set) var images = 0
  }

  /// Images.
  package let images: Int
  /// Images without an object.
  package let backgrounds: Int
  /// The classes in their order.
  package let classes: [ClassCount]
  /// The longer side of each object, as a fraction of the longer side of a square image.
  private let sides: [Float]

  /// Counts the images and objects of `data`.
  package init(_ data: Dataset) {
    var classes = data.classNames.map { ClassCount(name: $0) }
    var sides: [Float] = []
    for sample in data.samples {
      for object in sample.objects {
        classes[object.classID].objects += 1
        let size = object.box.highHalf - object.box.lowHalf
        sides.append(max(size.x, size.y))
      }
      for classID in Set(sample.objects.map(\.classID)) { classes[classID].images += 1 }
    }
    images = data.samples.count
    backgrounds = data.samples.count { $0.objects.isEmpty }
    self.classes = classes
    self.sides = sides
  }

  /// Objects of all classes.
  package var objects: Int { sides.count }

  /// Objects with a smaller side than this (pixels at training size) are hard to learn: the finest cells are 8 pixels
  /// wide.
  static let tinySide: Float = 8

  /// One sentence for each problem of training on images of `side` pixels.
  package func warnings(side: Int) -> [String] {
    var warnings: [String] = []
    let empty = classes.filter { $0.objects == 0 }.map(\.name)
    if !empty.isEmpty {
      let names = empty.prefix(5).joined(separator: ", ") + (empty.count > 5 ? ", …" : "")
      warnings.append("\(empty.count) of \(classes.count) classes have no object and will not be learned: \(names)")
    }
    let tiny = sides.count { $0 * Float(side) < Self.tinySide }
    if tiny * 2 > objects {
      warnings.append(
        "\(tiny) of \(objects) boxes are smaller than \(Int(Self.tinySide)) pixels at --imgsz \(side); train on larger images"
      )
    }
    return warnings
  }

  /// Images, backgrounds and objects in a few words.
  package var summary: String {
    "\(images.counted("image")), \(backgrounds) without objects, \(objects.counted("object"))"
  }

  /// A table as text: images, backgrounds, and objects and images of each class; the sizes of objects on training images
  /// of `side` pixels.
  package func text(side: Int) -> String {
    let width = max(10, classes.map(\.name.count).max() ?? 0) + 2
    func row(_ cells: [String]) -> String {
      cells[0].padding(toLength: width, withPad: " ", startingAt: 0)
        + cells.dropFirst().map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }.joined()
    }
    let rows = classes.map { row([$0.name, "\($0.objects)", "\($0.images)"]) }
    var lines = [summary, row(["class", "objects", "images"])] + rows
    let sorted = sides.sorted()
    if !sorted.isEmpty {
      func pixels(_ share: Double) -> Int {
        Int((sorted[Int(share * Double(sorted.count - 1))] * Float(side)).rounded())
      }
      lines.append(
        "longer side of the objects at \(side) pixels: 5 % up to \(pixels(0.05)), half up to \(pixels(0.5)), "
          + "95 % up to \(pixels(0.95)), largest \(pixels(1))")
    }
    return lines.joined(separator: "\n")
  }

  /// Images of `validation` whose bytes also occur in `training`. Their results do not show generalisation.
  package static func overlap(training: [String], validation: [String]) -> [String] {
    func size(_ path: String) -> Int? {
      (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? nil
    }
    let sizes = Dictionary(grouping: training, by: size)
    // Only files of equal length are read.
    var digests: [Int: Set<UInt64>] = [:]
    return validation.filter { path in
      guard let length = size(path), let candidates = sizes[length], let digest = digest(path) else { return false }
      if digests[length] == nil { digests[length] = Set(candidates.compactMap(Self.digest)) }
      return digests[length]?.contains(digest) == true
    }
  }

  /// FNV-1a hash (64 bits) of a file.
  private static func digest(_ path: String) -> UInt64? {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
    return data.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
