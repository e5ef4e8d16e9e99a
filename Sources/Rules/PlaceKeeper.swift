internal import Scene

/// When an object counts as stationary, and how long its place is kept for it.
package struct StationarySettings: Hashable, Sendable {
  /// Seconds for which a box has to keep its place and size.
  package var after = 10.0
  /// The share of its width or height by which opposite edges of a box may move and it still keeps its place.
  package var tolerance: Float = 0.2
  /// Whether objects that are seen when the camera starts, or comes back, are stationary until they move.
  package var isPresumed = true
  /// Seconds after the start in which an object counts as one that was there before.
  package var settling = 2.0
  /// Seconds for which the place of a stationary object that is not found any more is kept. Time in which something
  /// else covers the place, or in which the camera is offline, does not count; 0 keeps no place.
  package var memory = 300.0
  /// The same for all of the time.
  package var longestMemory = 3600.0

  /// The values that suit parked cars.
  package init() {}
}

/// Whether an object keeps its place: a state machine over its boxes.
///
/// What is compared is the median box of about a second, so trembling boxes and single wrong ones do not matter. An
/// object has moved along an axis when both of its edges have: whatever walks past a parked car hides one side of it.
struct PlaceKeeper: Hashable, Sendable, Codable {
  private struct Sighting: Hashable, Sendable, Codable {
    var time: Double
    var box: Box
  }

  /// The median of these is the present place; in shares of the frame.
  private var recent: [Sighting] = []
  /// The place that is kept.
  private var reference: Box
  private var since: Double
  private(set) var isStationary: Bool
  /// How often it left a place that it had kept.
  private(set) var positionChanges = 0

  enum Change: Hashable, Sendable { case stopped, moved }

  /// Median over this time, of boxes at least so far apart, but of at least so many.
  private static let window = 1.0, interval = 0.1, fewest = 3
  /// Edges nearer than this to the frame's border are ignored, as a share of the frame.
  private static let border: Float = 0.01

  /// An object first seen in `box`, in shares of the frame; `isStationary` if it is taken to have been there before.
  init(_ box: Box, at now: Double, isStationary: Bool) {
    reference = box
    since = now
    self.isStationary = isStationary
    recent = [Sighting(time: now, box: box)]
  }

  /// Where it was of late, in shares of the frame.
  var place: Box {
    func median(_ edge: (Box) -> Float) -> Float { recent.map { edge($0.box) }.median }
    return Box(minX: median(\.minX), minY: median(\.minY), maxX: median(\.maxX), maxY: median(\.maxY))
  }

  /// Takes in the `box` of a frame, in shares of it.
  mutating func observe(_ box: Box, at now: Double, settings: StationarySettings) -> Change? {
    guard now - (recent.last?.time ?? now) >= Self.interval - timeTolerance else { return settle(at: now, settings) }
    recent.append(Sighting(time: now, box: box))
    while recent.count > Self.fewest, now - recent[0].time > Self.window + timeTolerance { recent.removeFirst() }
    let place = place
    guard hasMoved(to: place, tolerance: settings.tolerance) else { return settle(at: now, settings) }
    reference = place
    since = now
    guard isStationary else { return nil }
    isStationary = false
    positionChanges += 1
    return .moved
  }

  private mutating func settle(at now: Double, _ settings: StationarySettings) -> Change? {
    guard !isStationary, now - since >= settings.after - timeTolerance else { return nil }
    isStationary = true
    return .stopped
  }

  private func hasMoved(to place: Box, tolerance: Float) -> Bool {
    Self.hasMoved(reference.minX, reference.maxX, to: place.minX, place.maxX, tolerance: tolerance)
      || Self.hasMoved(reference.minY, reference.maxY, to: place.minY, place.maxY, tolerance: tolerance)
  }

  /// Whether both ends have moved by `tolerance` of the length between them; the only free end by twice as much, if the
  /// other one is cut off by the border.
  private static func hasMoved(
    _ low: Float, _ high: Float, to newLow: Float, _ newHigh: Float, tolerance: Float
  ) -> Bool {
    let limit = tolerance * (high - low)
    let isLowCut = max(low, newLow) <= border, isHighCut = min(high, newHigh) >= 1 - border
    return switch (isLowCut, isHighCut) {
    case (false, false): min(abs(newLow - low), abs(newHigh - high)) > limit
    case (true, false): abs(newHigh - high) > 2 * limit
    case (false, true): abs(newLow - low) > 2 * limit
    case (true, true): false
    }
  }
}
