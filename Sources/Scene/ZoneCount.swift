/// How many objects of one class are in one zone.
public struct ZoneCount: Hashable, Sendable {
  /// Name of the zone; `nil` is the whole frame.
  public let zone: String?
  /// Index of the class.
  public let classID: Int
  /// All of them.
  public var all: Int
  /// Those that are not stationary.
  public var active: Int

  /// `all` objects of a class in `zone`, of which `active` are not stationary.
  public init(zone: String?, classID: Int, all: Int, active: Int) {
    self.zone = zone
    self.classID = classID
    self.all = all
    self.active = active
  }
}
