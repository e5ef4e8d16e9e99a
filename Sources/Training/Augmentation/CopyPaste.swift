import Imaging

/// Cuts objects out along their outlines and pastes them at their mirrored positions, so that more objects are seen
/// on more backgrounds.
///
/// After Ghiasi et al., "Simple Copy-Paste is a Strong Data Augmentation Method for Instance Segmentation", 2021; as
/// in YOLOv9 the copy is mirrored within its own image.
struct CopyPaste {
  /// Closed polygons in pixels. Even-odd rule: a pixel inside an odd number of them belongs to the object.
  typealias Outline = [[SIMD2<Float>]]

  /// Share of the outlined objects to try.
  let share: Float
  /// Largest share of another object's box that a pasted box may cover.
  static let mostCovered: Float = 0.3

  /// Pastes onto `canvas` and appends the pasted objects to `objects`, whose outlines are `outlines` (empty where
  /// unknown). Draws no random number if there is nothing to paste.
  func apply(
    to canvas: inout RGBImage, _ objects: inout [(classID: Int, box: SIMD4<Float>)], outlines: [Outline],
    _ random: inout SampleRandom
  ) {
    var candidates = outlines.indices.filter { !outlines[$0].isEmpty }
    guard share > 0, !candidates.isEmpty else { return }
    candidates.shuffle(using: &random)
    let original = canvas
    let width = Float(canvas.width)
    for index in candidates.prefix(Int((share * Float(candidates.count)).rounded())) {
      let (classID, box) = objects[index]
      let mirrored = SIMD4(width - box[2], box[1], width - box[0], box[3])
      guard Self.area(box) > 0, objects.allSatisfy({ Self.covered($0.box, by: mirrored) < Self.mostCovered }) else {
        continue
      }
      objects.append((classID, mirrored))
      canvas.pasteMirrored(original, within: outlines[index])
    }
  }

  private static func area(_ box: SIMD4<Float>) -> Float { max(0, box[2] - box[0]) * max(0, box[3] - box[1]) }

  /// The share of `box` that `other` covers, 0...1.
  private static func covered(_ box: SIMD4<Float>, by other: SIMD4<Float>) -> Float {
    let low = pointwiseMax(box.lowHalf, other.lowHalf), high = pointwiseMin(box.highHalf, other.highHalf)
    return area(SIMD4(lowHalf: low, highHalf: high)) / (area(box) + 1e-9)
  }
}

extension RGBImage {
  /// Copies the pixels of `original`, an image of the same size, whose centres lie inside `outline` to their mirrored
  /// positions.
  fileprivate mutating func pasteMirrored(_ original: RGBImage, within outline: CopyPaste.Outline) {
    let heights = outline.joined().map(\.y)
    guard let top = heights.min(), let bottom = heights.max(), top.isFinite, bottom.isFinite else { return }
    let first = Int(max(0, top.rounded(.down))), last = Int(min(Float(height), bottom.rounded(.up)))
    guard first < last else { return }
    for row in first..<last {
      let crossings = Self.crossings(of: outline, y: Float(row) + 0.5)
      for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
        // Pixels whose centres lie between the two.
        let from = Int(min(max(0, (crossings[pair] - 0.5).rounded(.up)), Float(width)))
        let to = Int(min(max(0, (crossings[pair + 1] - 0.5).rounded(.up)), Float(width)))
        for column in from..<max(from, to) {
          let source = (row * width + column) * 3, target = (row * width + width - 1 - column) * 3
          for channel in 0..<3 { bytes[target + channel] = original.bytes[source + channel] }
        }
      }
    }
  }

  /// The x coordinates at which the edges of `outline` cross the row `y`, ascending.
  private static func crossings(of outline: CopyPaste.Outline, y: Float) -> [Float] {
    var crossings: [Float] = []
    for ring in outline {
      guard var before = ring.last else { continue }
      for point in ring {
        if (before.y <= y) != (point.y <= y) {
          crossings.append(before.x + (y - before.y) / (point.y - before.y) * (point.x - before.x))
        }
        before = point
      }
    }
    return crossings.sorted()
  }
}
