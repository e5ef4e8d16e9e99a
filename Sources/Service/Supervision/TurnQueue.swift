import Dispatch
import Synchronization

/// Hands cameras that have a picture to the workers, in the order of `FairTurns`. Any thread may call anything.
final class TurnQueue: Sendable {
  private struct State {
    var turns = FairTurns()
    var members: [Int: WatchedCamera] = [:]
    var nextID = 0
    var isEnding = false
  }

  private let state = Mutex(State())
  /// Counts turns that can begin. A camera that goes leaves one too many: who finds nothing waits again.
  private let available = DispatchSemaphore(value: 0)

  /// Takes in a camera; the number it gets is its own for good.
  func add(_ camera: WatchedCamera, interval: Double) -> Int {
    state.withLock { state in
      defer { state.nextID += 1 }
      state.turns.add(state.nextID, interval: interval)
      state.members[state.nextID] = camera
      return state.nextID
    }
  }

  /// Forgets a camera; a turn that has begun goes on.
  func remove(_ id: Int) {
    state.withLock { state in
      state.turns.remove(id)
      state.members[id] = nil
    }
  }

  /// A picture of camera `id` waits; `false` if the one before it has not had its turn yet.
  func offer(_ id: Int) -> Bool {
    let offer = state.withLock { $0.turns.offer(id) }
    if offer == .available { available.signal() }
    return offer != .known
  }

  /// Waits for the next turn; `nil` when there will be none any more.
  func begin() -> (id: Int, camera: WatchedCamera)? {
    while true {
      available.wait()
      let (turn, isEnding) = state.withLock { state -> ((Int, WatchedCamera)?, Bool) in
        guard !state.isEnding, let id = state.turns.begin(), let camera = state.members[id] else {
          return (nil, state.isEnding)
        }
        return ((id, camera), false)
      }
      if isEnding {
        available.signal()  // for the next worker
        return nil
      }
      if let turn { return (id: turn.0, camera: turn.1) }
    }
  }

  /// The turn of camera `id` is over.
  func end(_ id: Int) {
    if state.withLock({ $0.turns.end(id) }) { available.signal() }
  }

  /// Sends all workers home.
  func finish() {
    state.withLock { $0.isEnding = true }
    available.signal()
  }
}
