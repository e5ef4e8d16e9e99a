/// Decides which camera is served next if more cameras wait than workers can serve. A value without clock or threads.
///
/// Start-time fair queueing (Goyal, Vin and Cheng 1996): each turn has a time at which it would be due if all cameras got
/// exactly what they requested, and the one that is most overdue goes first. In overload each camera gets the same share
/// of its request. A camera that was offline has neither credit nor debt.
struct FairTurns {
  private struct Member {
    var interval: Double
    var due: Double
    var isWaiting = false
    var isBusy = false
  }

  private var members: [Int: Member] = [:]
  /// Due time of the last turn that started.
  private var now = 0.0

  /// Adds camera `id`, which requests a turn every `interval` seconds.
  mutating func add(_ id: Int, interval: Double) { members[id] = Member(interval: interval, due: now) }

  /// Removes camera `id`, in any state.
  mutating func remove(_ id: Int) { members[id] = nil }

  /// Result of an offer.
  enum Offer {
    /// A turn can start.
    case available
    /// A turn can start after the camera's present one.
    case later
    /// The camera waits already, or is not known.
    case known
  }

  /// Camera `id` has a frame to analyse.
  mutating func offer(_ id: Int) -> Offer {
    guard let member = members[id], !member.isWaiting else { return .known }
    members[id]?.isWaiting = true
    members[id]?.due = max(member.due, now)
    return member.isBusy ? .later : .available
  }

  /// Starts the next turn and returns its camera; `nil` if no camera waits, or only ones that have a turn.
  mutating func begin() -> Int? {
    let free = members.filter { $0.value.isWaiting && !$0.value.isBusy }
    guard let next = free.min(by: { ($0.value.due, $0.key) < ($1.value.due, $1.key) }) else { return nil }
    now = next.value.due
    members[next.key]?.isWaiting = false
    members[next.key]?.isBusy = true
    members[next.key]?.due += next.value.interval
    return next.key
  }

  /// Ends the turn of camera `id`; `true` if its next can start.
  mutating func end(_ id: Int) -> Bool {
    members[id]?.isBusy = false
    return members[id]?.isWaiting ?? false
  }
}
