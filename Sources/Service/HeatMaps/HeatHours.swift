import Scene

/// The heat maps of one camera by the hour that are not only on the disk: the present one, and earlier ones until they are saved.
struct HeatHours: Sendable {
  /// One hour.
  struct Hour: Sendable {
    /// Time of objects since the program started, or in all if `isWhole`.
    var map = HeatMap()
    /// Whether it has what an earlier run of the program saved for this hour.
    var isWhole: Bool
    /// Whether it has more than its file.
    var isChanged = false
    /// When it was saved, in milliseconds since 1970.
    var saved: Int64 = 0
  }

  /// Milliseconds of an hour.
  static let length: Int64 = 3_600_000
  /// Hours in memory; more only come together while the disk refuses them, or if there is none.
  static let most = 25
  /// Milliseconds between two saves of the present hour.
  private static let saveInterval: Int64 = 60_000

  /// By the number of the hour since 1970, in UTC.
  private(set) var hours: [Int64: Hour] = [:]
  /// Whether nothing can be on the disk.
  private let isInMemory: Bool

  /// No hours; `isInMemory` if they are not saved.
  init(isInMemory: Bool) { self.isInMemory = isInMemory }

  /// The hour of a time in milliseconds since 1970.
  static func number(_ milliseconds: Int64) -> Int64 { milliseconds / length - (milliseconds % length < 0 ? 1 : 0) }

  /// Adds the presence of a frame at `now`, in milliseconds since 1970.
  mutating func add(_ presence: [Presence], classes: ClassCatalogue, at now: Int64) {
    guard !presence.isEmpty else { return }
    let number = Self.number(now)
    var hour = hours.removeValue(forKey: number) ?? Hour(isWhole: isInMemory)
    for each in presence { hour.map.add(each, label: classes[each.classID]) }
    hour.isChanged = true
    hours[number] = hour
    if hours.count > Self.most, let oldest = hours.keys.min() { hours[oldest] = nil }
  }

  /// Hours to save at `now`, oldest first; all that have changed if `isLast`.
  func due(at now: Int64, isLast: Bool) -> [Int64] {
    hours.filter { number, hour in
      hour.isChanged && (isLast || number != Self.number(now) || abs(now - hour.saved) >= Self.saveInterval)
    }.keys.sorted()
  }

  /// Adds what the file of an hour has.
  mutating func complete(_ number: Int64, with saved: HeatMap?) {
    if let saved { hours[number]?.map.add(saved) }
    hours[number]?.isWhole = true
  }

  /// The map of an hour, to be saved at `now`.
  mutating func take(_ number: Int64, at now: Int64) -> HeatMap? {
    hours[number]?.isChanged = false
    hours[number]?.saved = now
    return hours[number]?.map
  }

  /// The hour was not saved after all.
  mutating func takeBack(_ number: Int64) { hours[number]?.isChanged = true }

  /// Removes hours that are over and on the disk.
  mutating func forget(at now: Int64) {
    let present = Self.number(now)
    hours = hours.filter { number, hour in number == present || hour.isChanged }
  }
}
