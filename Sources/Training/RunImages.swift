package import Evaluation
package import Foundation
import Imaging
import Outputs
import Scene

/// Images that show what a run is trained on and what its network finds, as JPEG files in its folder.
package struct RunImages: Sendable {
  /// Images in one file, and in one of its rows.
  private static let most = 16, columns = 4
  /// Largest side of an image in a file, in pixels.
  private static let largestCell = 480
  /// Lowest score of a detection that is drawn.
  private static let confidence = 0.25

  private let folder: URL
  private let classes: ClassCatalogue

  /// Files in `folder`, which must exist.
  package init(folder: URL, classNames: [String]) {
    self.folder = folder
    classes = ClassCatalogue(names: classNames)
  }

  /// Writes the first batches of `trainer` as `train_batch0.jpg`, `train_batch1.jpg` …: the images as the network sees
  /// them, after augmentation, with their boxes.
  package func writeBatches(_ count: Int, of trainer: Trainer) throws(TrainingError) {
    for (number, batch) in trainer.firstBatches(count).enumerated() {
      var grid = Grid(count: batch.count, cell: batch.side)
      for slot in 0..<min(batch.count, Self.most) {
        let objects = batch.targets.filter { $0.image == slot }.map { target in
          Detection(
            box: Box(
              centreX: target.centreX * Float(batch.side), centreY: target.centreY * Float(batch.side),
              width: target.width * Float(batch.side), height: target.height * Float(batch.side)),
            score: 1, classID: target.classID)
        }
        grid.add(batch.image(slot), objects)
      }
      try write(grid, to: "train_batch\(number).jpg", showsScores: false)
    }
  }

  /// Writes the first images of `truth` with their labels as `val_batch0_labels.jpg`, and with the detections of
  /// `measurement` as `val_batch0_pred.jpg`.
  package func write(_ measurement: Validation.Measurement, of truth: GroundTruth) throws(TrainingError) {
    let places = truth.images.indices.prefix(Self.most)
    var labels = Grid(count: places.count, cell: Self.largestCell)
    var found = labels
    for place in places {
      guard let image = RGBImage(path: truth.images[place].path) else { continue }
      labels.add(image, measurement.truth[place].map { Detection(box: Box($0.box), score: 1, classID: $0.classID) })
      found.add(
        image,
        measurement.found[place].filter { $0.score >= Self.confidence }.map {
          Detection(box: Box($0.box), score: Float($0.score), classID: $0.classID)
        })
    }
    try write(labels, to: "val_batch0_labels.jpg", showsScores: false)
    try write(found, to: "val_batch0_pred.jpg", showsScores: true)
  }

  private func write(_ grid: Grid, to name: String, showsScores: Bool) throws(TrainingError) {
    var image = grid.image
    var style = OverlayStyle()
    style.showsScores = showsScores
    style.textSize = 14
    style.lineWidth = 2
    let path = folder.appending(path: name).path
    do {
      try image.withPixels { pixels in
        var overlay = try Overlay(layout: pixels.layout, classes: classes, style: style)
        try overlay.draw(detections: grid.objects, on: pixels)
        var writer = ImageWriter()
        try writer.write(pixels, to: path)
      }
    } catch { throw TrainingError(.cannotWrite, "the image \(path) could not be written", cause: error) }
  }

  /// Images of one size in rows, with the objects on them in pixels of the whole.
  private struct Grid {
    private(set) var image: RGBImage
    private(set) var objects: [Detection] = []
    private let cell: Int
    private var next = 0

    /// A grid for `count` images, at most `RunImages.most`, each as large as `cell` permits.
    init(count: Int, cell: Int) {
      let shown = max(min(count, RunImages.most), 1), columns = min(shown, RunImages.columns)
      self.cell = min(cell, RunImages.largestCell)
      image = RGBImage(
        width: columns * self.cell, height: (shown + columns - 1) / columns * self.cell, level: 255)
    }

    /// Adds an image and its objects, whose boxes are in pixels of it.
    mutating func add(_ added: RGBImage, _ found: [Detection]) {
      let resized = added.resized(longSide: cell)
      let columns = image.width / cell
      let x = next % columns * cell + (cell - resized.width) / 2
      let y = next / columns * cell + (cell - resized.height) / 2
      next += 1
      image.paste(resized, sourceX: 0, sourceY: 0, x: x, y: y, width: resized.width, height: resized.height)
      let scale = Float(resized.width) / Float(added.width)
      let limit = Box(
        minX: Float(x), minY: Float(y), maxX: Float(x + resized.width), maxY: Float(y + resized.height))
      objects += found.map { object in
        var placed = object
        placed.box = Box(
          minX: max(object.box.minX * scale + limit.minX, limit.minX),
          minY: max(object.box.minY * scale + limit.minY, limit.minY),
          maxX: min(object.box.maxX * scale + limit.minX, limit.maxX),
          maxY: min(object.box.maxY * scale + limit.minY, limit.maxY))
        return placed
      }
    }
  }
}

extension Box {
  fileprivate init(_ box: PreciseBox) {
    self.init(
      minX: Float(box.left), minY: Float(box.top), maxX: Float(box.left + box.width),
      maxY: Float(box.top + box.height))
  }
}

extension TrainingBatch {
  /// Number of images.
  fileprivate var count: Int { images.count / (3 * side * side) }

  /// The image at position `slot`.
  fileprivate func image(_ slot: Int) -> RGBImage {
    var image = RGBImage.blank(side: side)
    let plane = side * side
    for pixel in 0..<plane {
      for channel in 0..<3 {
        image.bytes[pixel * 3 + channel] = UInt8((images[(slot * 3 + channel) * plane + pixel] * 255).rounded())
      }
    }
    return image
  }
}
