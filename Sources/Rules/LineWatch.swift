/// What one object does about one line: a state machine over where its anchor is seen.
///
/// Sides are those of the endless line; whether the piece from a to b was met is decided where the path changes sides. A
/// change of sides is settled when the object stays on the new side for some time and clear of the line. So flicker and
/// grazing settle nothing, walking round an end settles the side without a count, and a second count in one direction
/// needs a return in between.
struct LineWatch: Hashable, Sendable, Codable {
  /// The last point, and the side of the last point that was not on the line itself.
  private var point: FramePoint?
  private var isRight: Bool?
  /// The settled side.
  private var isSettledRight: Bool?
  /// When the path last changed sides, whether it met the line there, and the frames since.
  private var changed = 0.0
  private var hasMet = false
  private var sightings = 0
  private var isClear = false

  /// Takes in a frame that shows the object with its anchor at `next`.
  ///
  /// - Parameter isClear: whether the point is far enough from the line.
  /// - Returns: true for a crossing from left to right, false for one from right to left, `nil` for none.
  mutating func observe(
    _ next: FramePoint, at now: Double, line: CountingLine, isClear: @autoclosure () -> Bool
  ) -> Bool? {
    let side = line.side(of: next)
    defer { point = next }
    guard side != 0 else { return nil }
    if let isRight, isRight != (side > 0), let point {
      changed = now
      hasMet = line.isMet(from: point, to: next)
      sightings = 0
    }
    isRight = side > 0
    if isSettledRight == nil { isSettledRight = isRight }
    guard isRight != isSettledRight else { return nil }
    sightings += 1
    self.isClear = isClear()
    guard self.isClear, now - changed >= line.hold - timeTolerance else { return nil }
    return settle()
  }

  /// The crossing of an object that is gone before the time was over: it counts if it was seen clear of the line, and in
  /// more than one frame.
  mutating func finish() -> Bool? {
    guard isRight != isSettledRight, sightings >= 2, isClear else { return nil }
    return settle()
  }

  private mutating func settle() -> Bool? {
    isSettledRight = isRight
    return hasMet ? isRight : nil
  }
}
