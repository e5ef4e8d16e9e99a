import Foundation
import Synchronization

/// How many values the stress tests hand over. A sanitizer makes each a hundred times dearer, so its script lowers it.
let handOverCount: Int =
  ProcessInfo.processInfo.environment["YOLOSTREAM_HANDOVERS"].flatMap { Int($0) } ?? 100_000_000

/// A value of several words that say the same thing, so that a torn one gives itself away.
struct Wide: Sendable {
  var words: InlineArray<8, UInt64>

  init(_ seed: UInt64) { words = InlineArray { seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64($0) } }

  func isWhole(_ seed: UInt64) -> Bool {
    let expected = Wide(seed)
    for index in 0..<8 where words[index] != expected.words[index] { return false }
    return true
  }
}

/// A value with one owner that counts its end.
struct Owned: ~Copyable, Sendable {
  let number: Int
  let ended: Ended

  init(_ number: Int, ended: Ended) {
    self.number = number
    self.ended = ended
  }

  deinit { ended.count.add(1, ordering: .relaxed) }
}

final class Ended: Sendable {
  let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .sequentiallyConsistent) }
}

/// Runs both closures, each on a thread of its own, and returns when both have ended.
func onTwoThreads(_ first: @escaping @Sendable () -> Void, _ second: @escaping @Sendable () -> Void) async {
  await withTaskGroup(of: Void.self) { group in
    for body in [first, second] {
      group.addTask {
        await withCheckedContinuation { continuation in
          let thread = Thread {
            body()
            continuation.resume()
          }
          thread.start()
        }
      }
    }
  }
}
