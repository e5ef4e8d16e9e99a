/// A batch as the network takes it.
struct TrainingBatch: Sendable {
  /// Side of the pictures.
  let side: Int
  /// batch × 3 × side × side, red first, 0...1.
  var pictures: [Float]
  var targets: [ObjectTarget]
}

extension TrainingBatch {
  /// An empty batch of `count` pictures.
  init(count: Int, side: Int) {
    self.side = side
    pictures = [Float](repeating: 0, count: count * 3 * side * side)
    targets = []
  }

  /// Puts a sample, `side` pixels high and wide, into its place.
  mutating func add(_ sample: PreparedSample, slot: Int) {
    let plane = side * side
    let start = slot * 3 * plane
    unsafe pictures.withUnsafeMutableBufferPointer { target in
      unsafe sample.picture.pixels.withUnsafeBufferPointer { source in
        for pixel in 0..<plane {
          unsafe target[start + pixel] = Float(source[pixel * 3]) * (1 / 255)
          unsafe target[start + plane + pixel] = Float(source[pixel * 3 + 1]) * (1 / 255)
          unsafe target[start + 2 * plane + pixel] = Float(source[pixel * 3 + 2]) * (1 / 255)
        }
      }
    }
    for object in sample.objects {
      let box = object.box / Float(side)
      targets.append(
        ObjectTarget(
          image: slot, classID: object.classID, centreX: (box[0] + box[2]) / 2, centreY: (box[1] + box[3]) / 2,
          width: box[2] - box[0], height: box[3] - box[1]))
    }
  }
}
