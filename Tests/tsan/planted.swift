import Glibc
import Synchronization

/// Four threads that change a value under a contended mutex and, with an argument, another one beside it: Thread Sanitizer has
/// to report the second only.
@main struct Planted {
  private final class Counts: Sendable {
    let guarded = Mutex<[Int]>([])
    nonisolated(unsafe) var racing = 0
  }

  static func main() {
    let counts = Counts()
    let plants = CommandLine.argc > 1
    let threads = (0..<4).map { _ in
      start {
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

  private final class Work {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  private static func start(_ run: @escaping () -> Void) -> pthread_t {
    var thread = pthread_t()
    let function: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { work in
      if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run() }
      return nil
    }
    pthread_create(&thread, nil, function, Unmanaged.passRetained(Work(run)).toOpaque())
    return thread
  }
}
