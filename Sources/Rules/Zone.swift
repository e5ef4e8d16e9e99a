package import Scene

/// An area that objects enter and leave.
package struct Zone: Hashable, Sendable {
  /// Its name in events.
  package var name: String
  /// Where it is.
  package var area: Polygon
  /// The point of a box that has to be in it.
  package var anchor = Anchor.bottom
  /// Classes it is about, by index; `nil` is all.
  package var classes: Set<Int>?
  /// What an object has to be when it enters.
  package var filter = ObjectFilter()
  /// Seconds that an object has to be inside before it has entered, and outside before it has left.
  package var hold = 0.5
  /// When an object has been there for too long; `nil` is never.
  package var loitering: Loitering?
  /// How speeds are measured in it; `nil` measures none. It is the lower edge of a box that moves over the ground.
  package var speed: SpeedMeasure?

  /// When an object of a class has been in a zone for too long.
  package struct Loitering: Hashable, Sendable {
    /// Seconds after which it is reported, for classes not in `ofClass`; `nil` is never.
    package var after: Double?
    /// The same for single classes, by index.
    package var ofClass: [Int: Double] = [:]
    /// Whether the time of earlier stays counts; otherwise each stay begins at 0.
    package var isSummed = false

    /// Reported after `after` seconds in the zone.
    package init(after: Double?) { self.after = after }

    /// Seconds after which an object of class `id` is reported.
    func limit(ofClass id: Int) -> Double? { ofClass[id] ?? after }
  }

  /// The zone called `name` over `area`, for all objects.
  package init(_ name: String, _ area: Polygon) {
    self.name = name
    self.area = area
  }
}
