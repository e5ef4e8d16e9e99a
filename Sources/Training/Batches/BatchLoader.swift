import Pipeline

/// Prepares batches ahead of the training loop on its own thread. The content of a batch depends only on its number.
final class BatchLoader: Sendable {
  private let thread: WorkThread
  private let ready: Channel<TrainingBatch>

  /// Starts preparing the batches numbered `range`. Throws if no thread can be created.
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

  /// Waits for the next batch; `nil` after the last.
  func next() -> TrainingBatch? {
    switch ready.receive() {
    case .value(let batch): batch
    case .closed: nil
    }
  }
}
