/// How many objects of one class are in one zone.
package struct ZoneCount: Hashable, Sendable {
  /// Name of the zone; `nil` is the whole frame.
  package let zone: String?
  /// Index of the class.
  package let classID: Int
  /// All of them.
  package var all: Int
  /// Those that are not stationary.
  package var active: Int

  /// `all` objects of a class in `zone`, of which `active` are not stationary.
  package init(zone: String?, classID: Int, all: Int, active: Int) {
    self.zone = zone
    self.classID = classID
    self.all = all
    self.active = active
  }
}
