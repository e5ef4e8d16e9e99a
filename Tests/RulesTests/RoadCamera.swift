import Foundation
import Rules
import Scene
import TestSupport

/// A camera above a flat road, by the pinhole model: 1280 × 720 pixels, 6 m high, 20° down, a focal length of 1000 pixels.
struct RoadCamera {
  static let width = 1280, height = 720
  private static let focus = 1000.0, above = 6.0, tilt = 20.0 * .pi / 180

  /// The pixel that shows a point of the road, `x` metres to the right of the camera and `y` metres ahead.
  static func pixel(x: Double, y: Double) -> (x: Double, y: Double) {
    let depth = y * cos(tilt) + above * sin(tilt), down = above * cos(tilt) - y * sin(tilt)
    return (Double(width) / 2 + focus * x / depth, Double(height) / 2 + focus * down / depth)
  }

  /// The area in the frame of a quadrilateral on the road.
  static func area(_ corners: [(x: Double, y: Double)]) -> Polygon {
    Polygon(
      corners: corners.map { corner in
        let point = pixel(x: corner.x, y: corner.y)
        return .init(x: Float(point.x / Double(width)), y: Float(point.y / Double(height)))
      })
  }

  /// A lane 4 m wide, from 10 m to 25 m ahead; the first side is the near one.
  static let lane = area([(-2, 10), (2, 10), (2, 25), (-2, 25)])
  static let laneSides = [4.0, 15, 4, 15]

  /// A zone over the lane.
  static func zone(unit: Speed.Unit = .kilometresPerHour) throws -> Zone {
    var zone = Zone("lane", lane)
    zone.speed = SpeedMeasure(try GroundPlane(lane, lengths: laneSides), unit: unit)
    return zone
  }

  /// A frame that shows a car whose lower edge is at `x`, `y` on the road, moved by `jitter` pixels.
  static func frame(_ seconds: Double, x: Double, y: Double, jitter: (x: Double, y: Double) = (0, 0)) -> FrameFindings {
    let point = pixel(x: x, y: y)
    let foot = (x: point.x + jitter.x, y: point.y + jitter.y)
    let box = Box(
      minX: Float(foot.x - 40), minY: Float(foot.y - 60), maxX: Float(foot.x + 40), maxY: Float(foot.y))
    let track = Track(
      id: 1, detection: Detection(box: box, score: 0.9, classID: 2), firstSeen: 0, topScore: 0.9)
    var findings = FrameFindings(
      stamp: FrameStamp(index: Int((seconds * 1000).rounded()), seconds: seconds, arrival: 0), width: width,
      height: height, detections: [track.detection])
    findings.tracks = [track]
    findings.identities = [1]
    return findings
  }
}

extension SeededNumbers {
  /// A normally distributed number with a standard deviation of 1 (Box and Muller).
  mutating func normal() -> Double {
    let first = Double.random(in: Double.leastNonzeroMagnitude...1, using: &self)
    return (-2 * log(first)).squareRoot() * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
  }
}
