import GELAN
package import Imaging
import Scene

/// What a network computes for one image before detections are selected, in the form of its ONNX exports.
package struct RawOutputs: Sendable {
  /// Height and width of the network's input in pixels.
  package let height, width: Int
  /// The network's input: 3 × height × width, RGB, 0…255.
  package let input: [Float]
  /// Centre x, centre y, width and height of each box in pixels of the input: 4 × anchors, finest level first.
  package let boxes: [Float]
  /// Probabilities, 0…1: classes × anchors.
  package let scores: [Float]
  /// Boxes that the network predicts.
  package var anchorCount: Int { boxes.count / 4 }
}

extension DetectionWorker {
  /// The raw outputs of the network for `image`, letterboxed as for detections.
  package func outputs(_ image: borrowing PixelBuffer) throws(InferenceError) -> RawOutputs {
    try prepare(image)
    guard let execution else { throw InferenceError(.size, "the network was run before an image was prepared") }
    let network = execution.network, classCount = network.head.classCount
    // Read before the run, which reuses the memory of the input.
    let input = try execution.values(of: 0)
    isPrepared = false
    try execution.run()
    // Every class of every anchor.
    var all = DetectionOptions(confidence: 0)
    all.isMultiLabel = true
    let decoder = BoxDecoder(classCount: classCount, bins: network.head.bins, options: all)
    var found: [Candidate] = []
    var anchorCount = 0
    for level in network.head.levels {
      let classes = try map(level.classes, of: execution)
      decoder.decode(
        Array(0..<classes.positions), boxes: try map(level.boxes, of: execution), classes: classes,
        stride: level.stride, firstAnchor: anchorCount, into: &found)
      anchorCount += classes.positions
    }
    var boxes = [Float](repeating: .nan, count: 4 * anchorCount)
    var scores = [Float](repeating: .nan, count: classCount * anchorCount)
    for each in found {
      scores[each.classID * anchorCount + each.anchor] = each.score
      let sides = [each.box.centreX, each.box.centreY, each.box.width, each.box.height]
      for (row, value) in sides.enumerated() { boxes[row * anchorCount + each.anchor] = value }
    }
    let shape = network.options
    return RawOutputs(height: shape.height, width: shape.width, input: input, boxes: boxes, scores: scores)
  }
}
