import JSON
import Outputs
import Scene

/// Where one object was, frame by frame: what a player draws above its clip.
struct ObjectTrace {
  /// A frame in which the object was seen.
  struct Point: Sendable {
    /// When the frame arrived, in monotonic nanoseconds.
    let moment: UInt64
    /// Where the object was, from 0 to 1.
    let box: Box
  }

  /// Most points that are kept: twenty minutes at five frames per second.
  private static let limit = 6000

  private var points: [Point] = []

  /// Takes in another point, later than those before.
  mutating func add(_ point: Point) { if points.count < Self.limit { points.append(point) } }

  /// Forgets the points before `moment`: they are in a file.
  mutating func forget(before moment: UInt64) { points.removeAll { $0.moment < moment } }

  /// The points as `[seconds, x1, y1, x2, y2]`, seconds counted from `began`; `nil` if there are none.
  func json(since began: UInt64) -> String? {
    let rows = points.filter { $0.moment >= began }.map { point in
      let box = [point.box.minX, point.box.minY, point.box.maxX, point.box.maxY].map { $0.json(places: 4) }
      return "[" + ([(Double(point.moment - began) / 1e9).json(places: 3)] + box).joined(separator: ",") + "]"
    }
    return rows.isEmpty ? nil : "{\"v\":1,\"points\":[\(rows.joined(separator: ","))]}\n"
  }
}

extension Box {
  /// The box in a frame of `width` by `height` pixels as shares of these sides.
  func shares(ofWidth width: Int, height: Int) -> Box {
    let (width, height) = (Float(max(1, width)), Float(max(1, height)))
    return Box(minX: minX / width, minY: minY / height, maxX: maxX / width, maxY: maxY / height)
  }
}
