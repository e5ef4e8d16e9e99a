import Foundation

/// Binary cross-entropy between class logits and target scores.
enum ClassLoss {
  /// Adds `scale` times the derivative to the class channels of `gradient` and returns the unscaled loss summed over
  /// images, anchors and classes. Nearly all targets are zero, so whole planes are computed with target zero first
  /// and the few positives are corrected afterwards.
  static func add(
    to gradient: inout HeadMaps, maps: HeadMaps, assignments: [TaskAlignedAssigner.Assignment],
    objects: [[TaskAlignedAssigner.Object]], scale: Float
  ) -> Double {
    var sum = 0.0
    let channels = maps.channelCount
    for index in maps.levels.indices {
      let cells = maps.levels[index].cellCount
      for image in 0..<maps.batch {
        let first = (image * channels + HeadMaps.boxChannelCount) * cells
        let range = first..<first + maps.classCount * cells
        sum += background(
          maps.levels[index].values, gradient: &gradient.levels[index].values, range: range, scale: scale)
      }
    }
    for image in 0..<maps.batch {
      let assignment = assignments[image]
      for anchor in assignment.object.indices where assignment.object[anchor] >= 0 {
        let object = objects[image][Int(assignment.object[anchor])]
        let place = maps.place(image: image, anchor: anchor)
        let position = place.offset + (HeadMaps.boxChannelCount + object.classID) * place.channelStep
        let score = assignment.score[anchor]
        sum -= Double(score) * Double(maps.levels[place.level].values[position])
        gradient.levels[place.level].values[position] -= score * scale
      }
    }
    return sum
  }

  /// Loss of `range` for targets of zero, `log(1 + e^x)` each; the derivative is `scale` times the logistic function.
  private static func background(
    _ logits: [Float], gradient: inout [Float], range: Range<Int>, scale: Float
  ) -> Double {
    var sum = 0.0
    unsafe logits.withUnsafeBufferPointer { logits in
      unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        var position = range.lowerBound
        while position + 8 <= range.upperBound {
          let source = unsafe UnsafeRawPointer(logits.baseAddress! + position)
          let x = unsafe source.loadUnaligned(as: SIMD8<Float>.self)
          let power = VectorMath.exp(x)
          let probability = power / (power + 1)
          let target = unsafe UnsafeMutableRawPointer(gradient.baseAddress! + position)
          unsafe target.storeBytes(of: probability * scale, as: SIMD8<Float>.self)
          // One logarithm of a product of eight factors, each at least 1, unless the product could overflow.
          if power.max() < 1e30 {
            let factors = SIMD8<Double>(power) + 1
            let pairs = factors.lowHalf * factors.highHalf
            let quads = pairs.lowHalf * pairs.highHalf
            sum += log(quads[0] * quads[1])
          } else {
            for lane in 0..<8 { sum += softplus(Double(x[lane])) }
          }
          position += 8
        }
        while position < range.upperBound {
          let x = unsafe Double(logits[position])
          unsafe gradient[position] = Float(logistic(x)) * scale
          sum += softplus(x)
          position += 1
        }
      }
    }
    return sum
  }
}
