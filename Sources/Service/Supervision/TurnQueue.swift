import Dispatch
import Synchronization

/// Assigns cameras that have a frame to workers, in the order of `FairTurns`. Safe on any thread.
final class TurnQueue: Sendable {
  private struct State {
    var turns = FairTurns()
    var members: [Int: WatchedCamera] = [:]
    var nextID = 0
    var isEnding = false
  }

  private let state = Mutex(State())
  /// Counts turns that can start. A camera that is removed leaves one too many: a worker that finds none waits again.
  private let available = DispatchSemaphore(value: 0)

  /// Adds a camera; its number is never used again.
  func add(_ camera: WatchedCamera, interval: Double) -> Int {
    state.withLock { state in
      defer { state.nextID += 1 }
      state.turns.add(state.nextID, interval: interval)
      state.members[state.nextID] = camera
      return state.nextID
    }
  }

  /// Removes a camera; a turn that has started continues.
  func remove(_ id: Int) {
    state.withLock { state in
      state.turns.remove(id)
      state.members[id] = nil
    }
  }

  /// A frame of camera `id` waits; `false` if the last one still waits.
  func offer(_ id: Int) -> Bool {
    let offer = state.withLock { $0.turns.offer(id) }
    if offer == .available { available.signal() }
    return offer != .known
  }

  /// Waits for the next turn; `nil` after the end.
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

  /// Ends all workers.
  func finish() {
    state.withLock { $0.isEnding = true }
    available.signal()
  }
}
