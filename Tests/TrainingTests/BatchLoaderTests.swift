import Synchronization
import Testing

@testable import Training

@Suite struct BatchLoaderTests {
  private static func batch(_ number: Int) -> TrainingBatch {
    TrainingBatch(side: number, images: [], targets: [])
  }

  @Test func `batches come in order, and then no more`() throws {
    let loader = try BatchLoader(3..<20, prepare: Self.batch)
    for number in 3..<20 { #expect(loader.next()?.side == number) }
    #expect(loader.next() == nil)
  }

  @Test func `a loader that goes early leaves no thread behind`() throws {
    let prepared = Mutex(0)
    var loader: BatchLoader? = try BatchLoader(0..<1_000_000) { number in
      prepared.withLock { $0 += 1 }
      return Self.batch(number)
    }
    #expect(loader?.next()?.side == 0)
    loader = nil
    let count = prepared.withLock { $0 }
    // One was taken, three may wait, one may have been under way.
    #expect((1...5).contains(count), "\(count)")
  }
}
