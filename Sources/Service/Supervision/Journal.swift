import Outputs
import Pipeline
import Synchronization
import Web

/// Where events of all cameras go: the file, if there is one, and whoever listens.
///
/// A disk that is full costs the lines of that time; they are counted, and writing goes on when there is room.
final class Journal: Sendable {
  private struct State: ~Copyable {
    var file: LineFile?
    var failures = 0
    var lastFailure: String?
    var counts: [String: Int] = [:]
    var recent: [String] = []
  }

  /// Events that are remembered for who comes later.
  private static let remembered = 50

  private let state: Mutex<State>
  /// All news, as it happens.
  let news = Broadcast<News>()

  /// A journal that is kept at `path`.
  init(path: String?) throws(OutputError) {
    var state = State()
    state.file = if let path { try LineFile(path: path, appends: true) } else { nil }
    self.state = Mutex(state)
  }

  /// Takes in an event of `kind`, a whole line.
  func note(_ line: String, kind: String) {
    state.withLock { state in
      state.counts[kind, default: 0] += 1
      if kind != "update" {
        if state.recent.count == Self.remembered { state.recent.removeFirst() }
        state.recent.append(String(line.dropLast()))
      }
      do throws(OutputError) { try state.file?.append(line) } catch {
        state.failures += 1
        state.lastFailure = error.description
      }
    }
    if news.isHeard { news.tell(News(name: "event", data: String(line.dropLast()))) }
  }

  /// Opens the file anew, which may have been moved away, or another one. On failure the old one is kept.
  func reopen(at path: String?) throws(OutputError) {
    // Under the lock: no line may be under way while the file is looked at.
    try state.withLock { (state) throws(OutputError) in
      var file = if let path { try LineFile(path: path, appends: true) } else { nil as LineFile? }
      state.file = file.take()
    }
  }

  /// The last events, oldest first, without updates.
  var recent: [String] { state.withLock { $0.recent } }

  /// Events by kind, lines that were lost, and why the last one was.
  var report: (counts: [String: Int], failures: Int, lastFailure: String?) {
    state.withLock { ($0.counts, $0.failures, $0.lastFailure) }
  }
}
