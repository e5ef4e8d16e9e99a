/// Whose turn it is, when more cameras wait than workers can serve. Pure: it knows no clock and no thread.
///
/// Start-time fair queueing (Goyal, Vin and Cheng 1996): each turn has a time at which it would be due if all cameras got
/// exactly what they asked for, and the one that is most overdue goes first. In overload each camera gets the same part
/// of what it asked for. A camera that was away has saved nothing up and owes nothing.
struct FairTurns {
  private struct Member {
    var interval: Double
    var due: Double
    var isWaiting = false
    var isBusy = false
  }

  private var members: [Int: Member] = [:]
  /// When the turn that began last was due.
  private var now = 0.0

  /// Takes in camera `id`, which asks for a turn every `interval` seconds.
  mutating func add(_ id: Int, interval: Double) { members[id] = Member(interval: interval, due: now) }

  /// Forgets camera `id`, whatever it is doing.
  mutating func remove(_ id: Int) { members[id] = nil }

  /// What an offer comes to.
  enum Offer {
    /// A turn can begin.
    case available
    /// A turn can begin when the camera's own is over.
    case later
    /// The camera had said so before, or is not known.
    case known
  }

  /// Camera `id` has something to be looked at.
  mutating func offer(_ id: Int) -> Offer {
    guard let member = members[id], !member.isWaiting else { return .known }
    members[id]?.isWaiting = true
    members[id]?.due = max(member.due, now)
    return member.isBusy ? .later : .available
  }

  /// The camera whose turn begins; `nil` if none that waits is free. A camera has one turn at a time.
  mutating func begin() -> Int? {
    let free = members.filter { $0.value.isWaiting && !$0.value.isBusy }
    guard let next = free.min(by: { ($0.value.due, $0.key) < ($1.value.due, $1.key) }) else { return nil }
    now = next.value.due
    members[next.key]?.isWaiting = false
    members[next.key]?.isBusy = true
    members[next.key]?.due += next.value.interval
    return next.key
  }

  /// The turn of camera `id` is over; `true` if its next can begin.
  mutating func end(_ id: Int) -> Bool {
    members[id]?.isBusy = false
    return members[id]?.isWaiting ?? false
  }
}
