import Foundation

/// Prepares batches ahead of the training loop on a thread of its own. What is in a batch depends only on its number.
final class BatchLoader: @unchecked Sendable {
  private let condition = NSCondition()
  private var ready: [TrainingBatch] = []
  private var isStopped = false
  private let limit = 3

  /// Starts to prepare the batches numbered `range`.
  init(_ range: Range<Int>, prepare: @escaping @Sendable (Int) -> TrainingBatch) {
    let thread = Thread { [self] in
      for number in range {
        let batch = prepare(number)
        condition.lock()
        while ready.count >= limit, !isStopped { condition.wait() }
        let stops = isStopped
        ready.append(batch)
        condition.broadcast()
        condition.unlock()
        if stops { return }
      }
    }
    thread.name = "batches"
    thread.start()
  }

  /// The next batch, waiting for it.
  func next() -> TrainingBatch {
    condition.lock()
    while ready.isEmpty { condition.wait() }
    let batch = ready.removeFirst()
    condition.broadcast()
    condition.unlock()
    return batch
  }

  /// Ends the thread.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    condition.unlock()
  }
}
