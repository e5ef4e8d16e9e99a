import Pipeline

/// Prepares batches ahead of the training loop on a thread of its own. What is in a batch depends only on its number.
final class BatchLoader: Sendable {
  private let thread: WorkThread
  private let ready: Channel<TrainingBatch>

  /// Starts to prepare the batches numbered `range`. Throws where the system gives no thread.
  init(_ range: Range<Int>, prepare: @escaping @Sendable (Int) -> TrainingBatch) throws(PipelineError) {
    let ready = Channel<TrainingBatch>(capacity: 3)
    self.ready = ready
    thread = try WorkThread(name: "batches")
    thread.run {
      for number in range { guard case .sent = ready.send(prepare(number)) else { return } }
      ready.finish()
    }
  }

  deinit {
    ready.cancel()
    thread.join()
  }

  /// The next batch, waiting for it; `nil` after the last.
  func next() -> TrainingBatch? {
    switch ready.receive() {
    case .value(let batch): batch
    case .closed: nil
    }
  }
}
