import Foundation
import Pipeline
import Synchronization

/// How many values the stress tests send; see the sanitizer's script.
let sendCount: Int =
  ProcessInfo.processInfo.environment["YOLOSTREAM_HANDOVERS"].flatMap { Int($0) }.map { $0 / 100 } ?? 100_000

/// Counts how many values were made and how many are left.
final class Census: Sendable {
  let born = Atomic<Int>(0)
  let alive = Atomic<Int>(0)
  var bornCount: Int { born.load(ordering: .sequentiallyConsistent) }
  var aliveCount: Int { alive.load(ordering: .sequentiallyConsistent) }
}

/// A frame with one owner that its census knows of.
struct Frame: ~Copyable, Sendable {
  let number: Int
  let census: Census

  init(_ number: Int, _ census: Census) {
    self.number = number
    self.census = census
    census.born.add(1, ordering: .relaxed)
    census.alive.add(1, ordering: .relaxed)
  }

  deinit { census.alive.subtract(1, ordering: .relaxed) }
}

struct Broken: Error, Equatable { var stage: String }

/// The names of all threads of this process.
func threadNames() -> [String] {
  let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
  return tasks.compactMap { try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8) }
    .map { $0.trimmingCharacters(in: .newlines) }
}

/// Runs `body` on a thread of its own; a test waits for it without holding a thread of the pool.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    Thread { continuation.resume(returning: body()) }.start()
  }
}

extension Channel where Element: Copyable {
  /// All values up to the end.
  func receiveAll() -> [Element] {
    var values: [Element] = []
    while case .value(let value) = receive() { values.append(value) }
    return values
  }
}

extension StageScope {
  /// Sends the results of `next` until it returns `nil` or the channel is closed.
  func produce<Output: ~Copyable, Failure: Error>(
    into output: Channel<Output>, _ next: () throws(Failure) -> Output?
  ) throws(Failure) {
    while let value = try next() {
      if send(value, to: output) == .closed { return }
    }
  }
}
