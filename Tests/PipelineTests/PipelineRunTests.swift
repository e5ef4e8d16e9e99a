import Pipeline
import RingBuffer
import Synchronization
import Testing

private enum Ending: String, CaseIterable { case finish, fail, leave }

/// Marks each journey's threads, so that one test does not count another's.
private let nextMark = Atomic<Int>(0)

/// Source → deal → two workers → merge → sink, as a detector has it; every stage can be made to fail or to leave.
private final class Journey: Sendable {
  let census = Census()
  private let delivered = Delivered()
  let mark = "j\(nextMark.add(1, ordering: .relaxed).newValue)."
  let run: PipelineRun

  /// - Parameters:
  ///   - frames: how many the source makes; `nil` for no end.
  ///   - stage: the one that ends out of turn, at the frame numbered `at`.
  init(
    frames: Int?, policy: OverflowPolicy = .wait, stage: String? = nil, ending: Ending = .finish, at: Int = 0,
    onFrame: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    let captured = Channel<Frame>(capacity: 2, policy: policy)
    let dealt = Channel<Frame>(capacity: 1, lanes: 2)
    let worked = Channel<Frame>(capacity: 1, lanes: 2)
    let merged = Channel<Frame>(capacity: 3)
    let (census, mark, delivered) = (census, mark, delivered)
    /// True if the stage is to leave; throws if it is to fail.
    let leaves: @Sendable (String, Int) throws -> Bool = { name, number in
      guard name == stage, number >= at else { return false }
      if ending == .fail { throw Broken(stage: name) }
      return ending == .leave
    }
    let source = Stage(mark + "source", into: [captured]) { scope in
      var number = 0
      try scope.produce(into: captured) { () throws -> Frame? in
        if try number == frames || leaves("source", number) { return nil }
        defer { number += 1 }
        return Frame(number, census)
      }
    }
    let deal = Stage(mark + "deal", from: [captured], into: [dealt]) { scope in
      while case .value(let frame) = scope.receive(from: captured) {
        if try leaves("deal", frame.number) { return }
        if scope.send(frame, to: dealt) == .closed { return }
      }
    }
    let workers = Stage.workers(mark + "work", from: dealt, into: worked) { scope, input, output in
      while case .value(let frame) = scope.receive(from: input) {
        if try leaves("work", frame.number) { return }
        if scope.send(Frame(frame.number, census), to: output) == .closed { return }
      }
    }
    let merge = Stage(mark + "merge", from: [worked], into: [merged]) { scope in
      while case .value(let frame) = scope.receive(from: worked) {
        if try leaves("merge", frame.number) { return }
        if scope.send(frame, to: merged) == .closed { return }
      }
    }
    let sink = Stage(mark + "sink", from: [merged]) { scope in
      while case .value(let frame) = scope.receive(from: merged) {
        if try leaves("sink", frame.number) { return }
        delivered.append(frame.number)
        onFrame(frame.number)
      }
      delivered.finish()
    }
    run = PipelineRun(stages: [source, deal] + workers + [merge, sink])
  }

  var deliveredNumbers: [Int] { delivered.numbers }
  var isSinkFinished: Bool { delivered.isFinished }
  var livingThreads: [String] { threadNames().filter { $0.hasPrefix(mark) } }
}

private final class Delivered: Sendable {
  private let state = Mutex<(numbers: [Int], isFinished: Bool)>(([], false))
  func append(_ number: Int) { state.withLock { $0.numbers.append(number) } }
  func finish() { state.withLock { $0.isFinished = true } }
  var numbers: [Int] { state.withLock { $0.numbers } }
  var isFinished: Bool { state.withLock { $0.isFinished } }
}

@Suite struct PipelineRunTests {
  @Test func `every frame arrives in order and every stage counts them`() async throws {
    let journey = Journey(frames: 500)
    try await journey.run.run()
    #expect(journey.deliveredNumbers == Array(0..<500))
    #expect(journey.isSinkFinished)
    #expect(journey.census.aliveCount == 0)
    #expect(journey.livingThreads.isEmpty)
    #expect(journey.run.metrics.map { Int($0.work.count) } == [500, 500, 250, 250, 500, 500])
    #expect(journey.run.metrics.map(\.name).first == journey.mark + "source")
  }

  @Test(arguments: ["source", "deal", "work", "merge", "sink"], [0, 1, 2, 7, 100])
  func `an error in any stage ends them all, is thrown, and loses no frame before it`(stage: String, at: Int) async {
    let journey = Journey(frames: nil, stage: stage, ending: .fail, at: at)
    let error = await #expect(throws: PipelineError.self) { try await journey.run.run() }
    #expect(error?.code == .stageFailed)
    #expect(error?.cause as? Broken == Broken(stage: stage))
    #expect(error?.stage?.hasPrefix(journey.mark + stage) == true)
    #expect(journey.census.aliveCount == 0)
    #expect(journey.livingThreads.isEmpty)
    #expect(journey.deliveredNumbers == Array(0..<journey.deliveredNumbers.count))
    // Workers fail one lane each and the merger reads in turn, so what comes before the failed frame is complete.
    #expect(journey.deliveredNumbers.count == at)
    #expect(journey.isSinkFinished == (stage != "sink"))
  }

  @Test(arguments: ["source", "deal", "work", "merge", "sink"], [0, 3, 50])
  func `a stage that leaves early ends the others without an error`(stage: String, at: Int) async throws {
    let journey = Journey(frames: nil, stage: stage, ending: .leave, at: at)
    try await journey.run.run()
    #expect(journey.census.aliveCount == 0)
    #expect(journey.livingThreads.isEmpty)
    #expect(journey.deliveredNumbers == Array(0..<at))
  }

  @Test(arguments: [0, 1, 2, 5, 17, 100, 1000], OverflowPolicy.allCases)
  func `a stop lets what is under way arrive`(at: Int, policy: OverflowPolicy) async throws {
    let stopper = Stopper()
    let journey = Journey(frames: nil, policy: policy) { number in if number >= at { stopper.run?.stop() } }
    stopper.set(journey.run)
    try await journey.run.run()
    #expect(journey.isSinkFinished)
    #expect(journey.census.aliveCount == 0)
    #expect(journey.livingThreads.isEmpty)
    let numbers = journey.deliveredNumbers
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    if policy == .wait { #expect(numbers == Array(0..<numbers.count)) }
  }

  @Test(arguments: [0, 1, 3, 10, 100, 1000, 5000])
  func `a cancellation at any point ends all threads and leaks nothing`(yields: Int) async {
    let journey = Journey(frames: nil)
    let task = Task { try await journey.run.run() }
    for _ in 0..<yields { await Task.yield() }
    task.cancel()
    let result = await task.result
    let error = #expect(throws: PipelineError.self) { try result.get() }
    #expect(error?.code == .cancelled)
    #expect(journey.census.aliveCount == 0)
    #expect(journey.livingThreads.isEmpty)
  }

  @Test func `a run stopped before it begins delivers nothing and ends`() async throws {
    let journey = Journey(frames: nil)
    journey.run.stop()
    try await journey.run.run()
    #expect(journey.deliveredNumbers.isEmpty)
    #expect(journey.isSinkFinished)
    #expect(journey.census.aliveCount == 0)
  }

  @Test(arguments: [false, true])
  func `a source that blocks in a call is interrupted`(isCancelled: Bool) async throws {
    // Stands for a socket: only the interrupt ends the wait.
    let wire = Channel<Int>(capacity: 1)
    let output = Channel<Int>(capacity: 1)
    let run = PipelineRun(stages: [
      Stage("camera", into: [output], interrupt: { wire.cancel() }) { scope in
        while case .value(let value) = wire.receive() { _ = scope.send(value, to: output) }
      },
      Stage("viewer", from: [output]) { scope in scope.consume(from: output) { _ in } },
    ])
    let task = Task { try await run.run() }
    _ = wire.send(1)
    while run.metrics[1].work.count == 0 && run.metrics[0].work.count == 0 { await Task.yield() }
    if isCancelled { task.cancel() } else { run.stop() }
    switch await task.result {
    case .success: #expect(!isCancelled)
    case .failure(let error): #expect((error as? PipelineError)?.code == .cancelled && isCancelled)
    }
  }

  @Test func `of two errors the first is thrown and the other kept`() async {
    let numbers = Channel<Int>(capacity: 1)
    let run = PipelineRun(stages: [
      Stage("first", into: [numbers]) { scope in
        _ = scope.send(1, to: numbers)
        throw Broken(stage: "first")
      },
      Stage("second", from: [numbers]) { scope in
        // Only sees the end once the first stage has failed.
        scope.consume(from: numbers) { _ in }
        throw Broken(stage: "second")
      },
    ])
    let error = await #expect(throws: PipelineError.self) { try await run.run() }
    #expect(error?.stage == "first")
    #expect(error?.laterFailures.map(\.stage) == ["second"])
  }

  @Test func `a live source never waits and its losses are counted`() async throws {
    let gate = Channel<Int>(capacity: 1)
    let live = Channel<Int>(capacity: 1, policy: .keepNewest)
    let taken = Mutex<[Int]>([])
    let run = PipelineRun(stages: [
      Stage("live", into: [live]) { scope in
        // A hundred frames while the receiver is held at the gate.
        var next = 0
        scope.produce(into: live) { () -> Int? in
          defer { next += 1 }
          return next < 100 ? next : nil
        }
        gate.finish()
      },
      Stage("slow", from: [live]) { scope in
        _ = gate.receive()
        scope.consume(from: live) { value in taken.withLock { $0.append(value) } }
      },
    ])
    try await run.run()
    #expect(taken.withLock { $0 } == [99])
    #expect(run.metrics.map(\.lostCount) == [99, 0])
    #expect(run.metrics.map(\.work.count) == [100, 1])
  }
}

private final class Stopper: Sendable {
  private let held = Mutex<PipelineRun?>(nil)
  var run: PipelineRun? { held.withLock { $0 } }
  func set(_ run: PipelineRun) { held.withLock { $0 = run } }
}
