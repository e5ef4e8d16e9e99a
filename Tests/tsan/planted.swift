import Glibc
import Synchronization

/// Programs of which Thread Sanitizer has to report some and not the others; the argument names one.
@main struct Planted {
  static func main() {
    switch CommandLine.arguments.last {
    case "mutex": Counts.run(plants: false)
    case "beside-mutex": Counts.run(plants: true)
    case "recycled": Recycling.run(isEarly: false)
    case "recycled-early": Recycling.run(isEarly: true)
    default: exit(64)
    }
  }

  private final class Work {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  static func start(_ run: @escaping () -> Void) -> pthread_t {
    var thread = pthread_t()
    let function: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { work in
      if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run() }
      return nil
    }
    pthread_create(&thread, nil, function, Unmanaged.passRetained(Work(run)).toOpaque())
    return thread
  }
}

/// Four threads that change a value under a contended mutex, which is no race, and another one beside it, which is.
private final class Counts: Sendable {
  let guarded = Mutex<[Int]>([])
  nonisolated(unsafe) var racing = 0

  static func run(plants: Bool) {
    let counts = Counts()
    let threads = (0..<4).map { _ in
      Planted.start {
        for index in 0..<20_000 {
          counts.guarded.withLock { values in
            if values.count > 100 { values.removeAll() }
            values.append(index)
          }
          if plants { counts.racing += 1 }
        }
      }
    }
    for thread in threads { pthread_join(thread, nil) }
  }
}

/// Frames that two threads read. The last owner of a frame returns its memory, which is then written again: no race, since
/// counting references puts the reads before the end of the frame. Returning it before both have read is one.
private final class Recycling: Sendable {
  final class Memory: @unchecked Sendable {
    let words = UnsafeMutablePointer<Int>.allocate(capacity: 256)
    deinit { words.deallocate() }
  }

  final class Frame: Sendable {
    let memory: Memory
    let pool: Recycling?

    init(_ memory: Memory, pool: Recycling?) {
      self.memory = memory
      self.pool = pool
    }

    deinit { pool?.free.withLock { $0.append(memory) } }
  }

  let free = Mutex<[Memory]>([])
  let inboxes = [Inbox(), Inbox()]

  final class Inbox: Sendable {
    let frames = Mutex<[Frame]>([])
  }

  static func run(isEarly: Bool) {
    let recycling = Recycling()
    let count = 3000
    recycling.free.withLock { $0 = [Memory(), Memory()] }
    let readers = recycling.inboxes.indices.map { index in
      Planted.start { recycling.read(index, count: count, returns: isEarly && index == 0) }
    }
    for number in 0..<count {
      var memory: Memory?
      while memory == nil {
        memory = recycling.free.withLock { $0.popLast() }
        if memory == nil { sched_yield() }
      }
      guard let memory else { return }
      for index in 0..<256 { memory.words[index] = number }
      let frame = Frame(memory, pool: isEarly ? nil : recycling)
      for inbox in recycling.inboxes { inbox.frames.withLock { $0.append(frame) } }
    }
    for reader in readers { pthread_join(reader, nil) }
  }

  private func read(_ index: Int, count: Int, returns: Bool) {
    var sum = 0
    for _ in 0..<count {
      var frame: Frame?
      while frame == nil {
        frame = inboxes[index].frames.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if frame == nil { sched_yield() }
      }
      guard let frame else { return }
      if returns { free.withLock { $0.append(frame.memory) } }
      for word in 0..<256 { sum &+= frame.memory.words[word] }
    }
    if sum == 1 { print(sum) }
  }
}
