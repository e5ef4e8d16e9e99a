/// Time that an object spent between two points of a frame: the input of a heat map.
///
/// A point is the middle of the lower edge of its box, where a person stands on the ground, clamped into the frame.
package struct Presence: Hashable, Sendable {
  /// Where it was before, in fractions of the frame.
  package var from: Polygon.Corner
  /// Where it is now, in fractions of the frame.
  package var to: Polygon.Corner
  /// Seconds since it was at `from`.
  package var seconds: Double
  /// Index of its class.
  package var classID: Int
  /// Whether it has stopped moving.
  package var isStationary: Bool

  /// An object of class `classID` that went from `from` to `to` in `seconds`.
  package init(from: Polygon.Corner, to: Polygon.Corner, seconds: Double, classID: Int, isStationary: Bool) {
    self.from = from
    self.to = to
    self.seconds = seconds
    self.classID = classID
    self.isStationary = isStationary
  }
}
