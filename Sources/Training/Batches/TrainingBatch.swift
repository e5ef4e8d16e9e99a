import Imaging

/// A batch in the form the network reads.
struct TrainingBatch: Sendable {
  /// Side of the images in pixels.
  let side: Int
  /// batch × 3 × side × side, RGB, 0...1.
  var images: [Float]
  var targets: [ObjectTarget]
}

extension TrainingBatch {
  /// A batch of `count` black images without targets.
  init(count: Int, side: Int) {
    self.side = side
    images = [Float](repeating: 0, count: count * 3 * side * side)
    targets = []
  }

  /// Writes a sample of `side` × `side` pixels to position `slot`.
  mutating func add(_ sample: PreparedSample, slot: Int) {
    let plane = side * side
    let start = slot * 3 * plane
    unsafe images.withUnsafeMutableBufferPointer { target in
      unsafe sample.image.bytes.withUnsafeBufferPointer { source in
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
