import Imaging
import Scene

/// The recent path of each track, at the centre of the lower edge of its box.
struct TrackTrails {
  private struct Point {
    let x, y: Float
    let seconds: Double
  }

  private let length: Double
  /// Shorter steps (pixels) only move the newest point, which bounds the number of points.
  private let step: Float
  private var paths: [Int: [Point]] = [:]

  init(seconds: Double, step: Float) {
    length = seconds
    self.step = step
  }

  /// Adds the positions of `tracks` at `seconds`; removes points older than the trail or, after a jump back in time,
  /// newer than now.
  mutating func add(_ tracks: [Track], at seconds: Double) {
    guard length > 0, seconds.isFinite else { return }
    for track in tracks {
      let point = Point(x: track.detection.box.centreX, y: track.detection.box.maxY, seconds: seconds)
      guard point.x.isFinite, point.y.isFinite else { continue }
      var path = paths[track.id] ?? []
      // The last point moves until it is a step away from the one before.
      if path.count > 1 {
        let (fixed, newest) = (path[path.count - 2], path[path.count - 1])
        if abs(newest.x - fixed.x) + abs(newest.y - fixed.y) < step { path.removeLast() }
      }
      path.append(point)
      paths[track.id] = path
    }
    for (id, path) in paths {
      let recent = path.filter { $0.seconds >= seconds - length && $0.seconds <= seconds }
      if recent.count != path.count { paths[id] = recent.isEmpty ? nil : recent }
    }
  }

  /// The path of track `id` with opacity rising from 0 at the oldest point to 1 now; empty if it has not moved.
  func line(of id: Int, at seconds: Double) -> [Canvas.Vertex] {
    guard let path = paths[id], path.count > 1 else { return [] }
    return path.map { point in
      Canvas.Vertex(x: point.x, y: point.y, strength: Float(1 - (seconds - point.seconds) / length))
    }
  }
}
