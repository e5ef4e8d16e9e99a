import Foundation
import Scene

/// Complete IoU of two boxes (Zheng et al. 2020) as YOLOv9 computes it, with its gradient: the IoU minus penalties
/// for the distance of the centres and for the difference of the aspect ratios.
///
/// As in the published loss, the small constant is added to both heights but not to the widths, and the weight of the
/// aspect term is a constant when differentiating. Computed in double, so that assignments do not depend on rounding.
struct CompleteOverlap {
  private static let epsilon = 1e-7
  private static let aspectScale = 4 / (Double.pi * Double.pi)

  /// Complete IoU, at most 1.
  let value: Double
  /// Plain IoU.
  let overlap: Double
  /// Derivative of `value` by `minX, minY, maxX, maxY` of the first box.
  let gradient: SIMD4<Double>

  /// Complete IoU of `a` and `b` alone.
  static func value(_ a: MeasuredBox, _ b: MeasuredBox) -> Double {
    let high = pointwiseMin(a.box.highHalf, b.box.highHalf), low = pointwiseMax(a.box.lowHalf, b.box.lowHalf)
    let shared = high - low
    // The value of boxes that do not intersect is only used as an upper bound.
    guard shared.x > 0, shared.y > 0 else { return 0 }
    let intersection = shared.x * shared.y
    let overlap = intersection / (a.area + b.area - intersection + epsilon)
    let outer = pointwiseMax(a.box.highHalf, b.box.highHalf) - pointwiseMin(a.box.lowHalf, b.box.lowHalf)
    let shift = b.box.lowHalf + b.box.highHalf - a.box.lowHalf - a.box.highHalf
    let distance = (shift.x * shift.x + shift.y * shift.y) / 4
    let angle = b.angle - a.angle
    let aspect = aspectScale * angle * angle
    let alpha = aspect / (aspect - overlap + 1 + epsilon)
    return overlap - (distance / (outer.x * outer.x + outer.y * outer.y + epsilon) + aspect * alpha)
  }

  /// Complete IoU of `a` and `b`, both `minX, minY, maxX, maxY`, with its gradient with respect to `a`.
  init(_ a: SIMD4<Double>, _ b: SIMD4<Double>) {
    let epsilon = Self.epsilon, aspectScale = Self.aspectScale
    let widthA = a[2] - a[0]
    let heightA = a[3] - a[1] + epsilon
    let widthB = b[2] - b[0]
    let heightB = b[3] - b[1] + epsilon
    let rawX = min(a[2], b[2]) - max(a[0], b[0])
    let rawY = min(a[3], b[3]) - max(a[1], b[1])
    let overlapX = max(0, rawX)
    let overlapY = max(0, rawY)
    let intersection = overlapX * overlapY
    let union = widthA * heightA + widthB * heightB - intersection + epsilon
    let overlap = intersection / union
    let outerX = max(a[2], b[2]) - min(a[0], b[0])
    let outerY = max(a[3], b[3]) - min(a[1], b[1])
    let diagonal = outerX * outerX + outerY * outerY + epsilon
    let shiftX = b[0] + b[2] - a[0] - a[2]
    let shiftY = b[1] + b[3] - a[1] - a[3]
    let distance = (shiftX * shiftX + shiftY * shiftY) / 4
    let angle = atan(widthB / heightB) - atan(widthA / heightA)
    let aspect = aspectScale * angle * angle
    let alpha = aspect / (aspect - overlap + 1 + epsilon)
    self.overlap = overlap
    value = overlap - (distance / diagonal + aspect * alpha)

    // In a tie, minimum and maximum pass half of the gradient to each side.
    func share(_ mine: Double, wins: Bool, tie: Bool) -> Double { tie ? mine / 2 : (wins ? mine : 0) }
    let passX = rawX >= 0 ? overlapY : 0
    let passY = rawY >= 0 ? overlapX : 0
    let intersectionBy = SIMD4<Double>(
      -share(passX, wins: a[0] > b[0], tie: a[0] == b[0]), -share(passY, wins: a[1] > b[1], tie: a[1] == b[1]),
      share(passX, wins: a[2] < b[2], tie: a[2] == b[2]), share(passY, wins: a[3] < b[3], tie: a[3] == b[3]))
    let areaBy = SIMD4<Double>(-heightA, -widthA, heightA, widthA)
    let unionBy = areaBy - intersectionBy
    let overlapBy = (intersectionBy - overlap * unionBy) / union

    let diagonalBy = SIMD4<Double>(
      -share(2 * outerX, wins: a[0] < b[0], tie: a[0] == b[0]),
      -share(2 * outerY, wins: a[1] < b[1], tie: a[1] == b[1]),
      share(2 * outerX, wins: a[2] > b[2], tie: a[2] == b[2]),
      share(2 * outerY, wins: a[3] > b[3], tie: a[3] == b[3]))
    let distanceBy = SIMD4<Double>(-shiftX, -shiftY, -shiftX, -shiftY) / 2
    let penaltyBy = (distanceBy - distance / diagonal * diagonalBy) / diagonal

    let squared = widthA * widthA + heightA * heightA
    let byWidth = -2 * aspectScale * angle * heightA / squared
    let byHeight = 2 * aspectScale * angle * widthA / squared
    let aspectBy = SIMD4<Double>(-byWidth, -byHeight, byWidth, byHeight)
    gradient = overlapBy - penaltyBy - alpha * aspectBy
  }
}

/// A box with the values that its complete IoU with other boxes needs.
struct MeasuredBox {
  /// `minX, minY, maxX, maxY`.
  let box: SIMD4<Double>
  let area: Double
  /// Arc tangent of width over height.
  let angle: Double

  init(_ box: SIMD4<Double>) {
    let width = box[2] - box[0], height = box[3] - box[1] + 1e-7
    self.box = box
    area = width * height
    angle = atan(width / height)
  }
}
