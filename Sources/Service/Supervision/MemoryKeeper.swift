import Outputs
import Pipeline
import Synchronization

/// Writes down what cameras remember, now and then on a thread of its own: a slow disk holds up nobody, and a service that
/// is killed forgets seconds only.
final class MemoryKeeper: Sendable {
  /// How often memories were written, and could not be.
  struct Report: Sendable {
    var successes = 0, failures = 0
    var lastFailure: String?
  }

  /// Seconds between two times.
  private static let interval = 10.0

  let folder: MemoryFolder
  private let thread: WorkThread
  private let inbox = Inbox()

  /// Begins to write the memories that `remembered` gives, by camera. Throws where there is no thread to be had.
  init(_ folder: MemoryFolder, remembered: @escaping @Sendable () -> [String: CameraMemory]) throws(PipelineError) {
    self.folder = folder
    thread = try WorkThread(name: "memory")
    thread.run { [inbox] in inbox.serve(folder, remembered) }
  }

  /// How often memories were written, and could not be.
  var report: Report { inbox.state.withLock { $0.report } }

  /// Ends the thread; what is being written is finished.
  func end() {
    inbox.state.withLock { $0.isEnding = true }
    inbox.wake.notify()
    thread.join()
  }

  /// What the thread works with. It does not keep the owner alive.
  private final class Inbox: Sendable {
    struct State {
      var isEnding = false
      var report = Report()
    }

    let wake = Wakeup()
    let state = Mutex(State())

    func serve(_ folder: MemoryFolder, _ remembered: () -> [String: CameraMemory]) {
      var written: [String: CameraMemory] = [:]
      while true {
        wake.wait(seconds: MemoryKeeper.interval)
        if state.withLock({ $0.isEnding }) { return }
        for (camera, memory) in remembered() where !memory.isCovered(by: written[camera]) {
          do throws(OutputError) {
            try folder.write(memory, of: camera)
            written[camera] = memory
            state.withLock { $0.report.successes += 1 }
          } catch {
            state.withLock { state in
              state.report.failures += 1
              state.report.lastFailure = error.description
            }
          }
        }
      }
    }
  }
}
