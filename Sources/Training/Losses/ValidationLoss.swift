import Evaluation
import Imaging
import Inference
import Scene

/// The loss of labelled images under a network as it is deployed.
struct ValidationLoss: Sendable {
  private let loss = DetectionLoss()

  /// The loss of one image; `maps` are those of the network, `objects` are in pixels of the image.
  func evaluate(
    _ maps: [DetectionWorker.HeadMap], objects: [TrueObject], letterbox: Letterbox, classCount: Int
  ) -> DetectionLoss.Outcome {
    let targets = objects.filter { !$0.isCrowd }.map { object in
      let box = object.box, width = Float(letterbox.width), height = Float(letterbox.height)
      let placed = letterbox.inputBox(
        .init(
          minX: Float(box.left), minY: Float(box.top), maxX: Float(box.left + box.width),
          maxY: Float(box.top + box.height)))
      return ObjectTarget(
        image: 0, classID: object.classID, centreX: placed.centreX / width, centreY: placed.centreY / height,
        width: placed.width / width, height: placed.height / height)
    }
    let levels = maps.map { HeadMaps.Level(stride: $0.stride, height: $0.height, width: $0.width, values: $0.values) }
    return loss.evaluate([HeadMaps(batch: 1, classCount: classCount, levels: levels)], targets: targets)
  }

  /// The loss of all images as one batch. Each part is an image, which was divided by its own sum of target scores.
  static func whole(_ parts: [DetectionLoss.Outcome]) -> DetectionLoss.Terms {
    var whole = DetectionLoss.Terms()
    let total = max(parts.reduce(0) { $0 + $1.scoreSum }, 1)
    for part in parts {
      let share = max(part.scoreSum, 1) / total
      whole.box += part.terms.box * share
      whole.classes += part.terms.classes * share
      whole.distribution += part.terms.distribution * share
    }
    return whole
  }
}
