import Capture
import Foundation
package import Inference
import Outputs
import Pipeline
import Streaming
import Synchronization

/// Many inputs, each run by the engine of a single one, with one detector for all.
///
/// What is finished of an input is marked in one step, so a batch may be ended at any moment, by any means, and resumed.
/// An input that cannot be read costs the others nothing.
package final class BatchRun: Sendable {
  private struct Job {
    let run: StreamRun
    let bytes: Int
  }

  private struct State {
    var next = 0
    var report: BatchReport
    var running: [Int: Job] = [:]
    var isStopped = false
    var failure: (any Error)?
  }

  private let plan: BatchPlan
  private let detector: Detector
  private let observe: @Sendable (BatchChange, Int) -> Void
  private let state: Mutex<State>

  /// A batch of what `plan` names.
  ///
  /// - Parameter observe: is called with what happens and how many inputs are over, on threads of the batch.
  package init(
    _ plan: BatchPlan, detector: Detector, observe: @escaping @Sendable (BatchChange, Int) -> Void = { _, _ in }
  ) {
    self.plan = plan
    self.detector = detector
    self.observe = observe
    state = Mutex(State(report: BatchReport(total: plan.inputs.count)))
  }

  /// How it is doing.
  package var report: BatchReport {
    let (known, jobs) = state.withLock { ($0.report, $0.running) }
    var report = known
    // Not under the lock, which a signal needs: a source may wait for its disk.
    report.running = jobs.sorted { $0.key < $1.key }.map { index, job in
      let report = job.run.report
      return BatchReport.Running(
        path: plan.inputs[index].path, bytes: job.bytes, report: report,
        frameCount: report.source.frameCount.map { $0 / (plan.part?.count ?? 1) })
    }
    return report
  }

  /// Ends all runs; inputs that are under way are not finished.
  package func stop() {
    let jobs = state.withLock { state in
      state.isStopped = true
      return Array(state.running.values)
    }
    for job in jobs { job.run.stop() }
  }

  /// Works until all inputs are over, or it is stopped. Throws what keeps any input from being finished: a full disk, a
  /// folder with results of other settings.
  package func run() async throws {
    try begin()
    var threads: [WorkThread] = []
    defer { for thread in threads { thread.join() } }
    for _ in 0..<max(1, min(plan.jobs, plan.inputs.count)) { threads.append(try WorkThread(name: "batch")) }
    await withTaskGroup(of: Void.self) { group in
      for thread in threads {
        group.addTask(executorPreference: thread) { while let index = self.takeNext() { await self.work(on: index) } }
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
    try listFailures()
  }

  @inline(never)
  private func begin() throws {
    try OutputFolder.make(plan.folder)
    if !plan.overwrites, !plan.resumes {
      for input in plan.inputs { try FileRun(input, of: plan).expectNothing() }
    }
    try expectInputsSafe()
    if let difference = plan.settings.difference(from: try plan.settings.claim(plan.folder, replaces: plan.overwrites))
    {
      throw BatchError(
        .cannotCreate,
        "\(plan.folder) holds results of other settings: \(difference); expected the same, --overwrite or another folder"
      )
    }
    let bytes = plan.inputs.reduce(0) { $0 + FileFacts($1.files).bytes }
    state.withLock { $0.report.bytes = bytes }
  }

  /// Throws if an output would be written over an input, of whichever shard.
  private func expectInputsSafe() throws(BatchError) {
    func resolved(_ path: String) -> String { URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path }
    let read = Set(plan.inputs.flatMap(\.files).map(resolved))
    for output in plan.inputs.flatMap(plan.outputs) where read.contains(resolved(output)) {
      throw BatchError(.cannotCreate, "cannot create \(output): it is an input; expected another folder for outputs")
    }
  }

  private func takeNext() -> Int? {
    state.withLock { state in
      guard !state.isStopped, state.failure == nil, state.next < plan.inputs.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  private func work(on index: Int) async {
    let input = plan.inputs[index]
    let file = FileRun(input, of: plan)
    let facts = FileFacts(input.files)
    defer { state.withLock { $0.report.bytesDone += facts.bytes } }
    if plan.resumes {
      switch file.past() {
      case .finished(let record):
        return state.withLock { state in
          state.report.skipped.append(record)
          state.report.bytesSkipped += facts.bytes
        }
      case .outdated(let reason): observe(.repeated(path: input.path, reason: reason), report.overCount)
      case .nothing: break
      }
    }
    do {
      let run = try file.prepared(detector)
      let isStopped = state.withLock { state in
        state.running[index] = Job(run: run, bytes: facts.bytes)
        return state.isStopped
      }
      if isStopped { run.stop() }
      let outcome = await Self.outcome(of: run)
      let wasStopped = state.withLock { state in
        state.running[index] = nil
        return state.isStopped
      }
      if case .failure(let error) = outcome {
        guard file.isBehindTheEnd(run, error.cause ?? error) else { throw error.cause ?? error }
      }
      if wasStopped { return }
      if let remark = file.remark { observe(.remark(remark), report.overCount) }
      finished(try file.conclude(run, detector, since: facts))
    } catch { failed(input, error) }
  }

  private static func outcome(of run: StreamRun) async -> Result<Void, PipelineError> {
    do throws(PipelineError) { return .success(try await run.run()) } catch { return .failure(error) }
  }

  private func finished(_ record: FileRecord) {
    if plan.isStrict, let first = record.damage.first {
      let reason = "\(record.source.path): \(first)"
      return note(.init(path: record.source.path, reason: reason, error: BatchError(.damaged, reason)))
    }
    let count = state.withLock { state in
      state.report.finished.append(record)
      return state.report.overCount
    }
    observe(.finished(record), count)
  }

  /// An input that cannot be used is noted; what would befall every other input, too, ends the batch.
  private func failed(_ input: BatchInput, _ error: any Error) {
    let isOfInput: Bool =
      switch error {
      case let error as CaptureError: error.code != .internalError
      case let error as BatchError: [.inputOutput, .notFound, .unsuitable].contains(error.code)
      default: false
      }
    if isOfInput { return note(.init(path: input.path, reason: "\(error)", error: error)) }
    let jobs = state.withLock { state in
      if state.failure == nil { state.failure = error }
      return Array(state.running.values)
    }
    for job in jobs { job.run.stop() }
  }

  private func note(_ failure: BatchReport.Failure) {
    let count = state.withLock { state in
      state.report.failures.append(failure)
      return state.report.overCount
    }
    observe(.failed(failure), count)
  }

  /// Writes the list of what failed, which is a list of inputs; none if nothing did.
  private func listFailures() throws {
    let failures = report.failures.sorted { $0.path < $1.path }
    if failures.isEmpty {
      try? FileManager.default.removeItem(atPath: plan.failureList)
      return
    }
    let text = failures.map { "# \($0.reason.replacing("\n", with: " "))\n\($0.path)\n" }.joined()
    try DurableFile.replace(plan.failureList, with: [UInt8](text.utf8))
  }
}
