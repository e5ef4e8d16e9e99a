import Outputs
import Pipeline
import Synchronization

/// Saves the state and the heat maps of cameras now and then on its own thread: a slow disk delays nothing, and a service that is killed loses
/// only some seconds.
final class MemoryKeeper: Sendable {
  /// Counts of saved states, and of failures.
  struct Report: Sendable {
    var successes = 0, failures = 0
    var lastFailure: String?
  }

  /// Seconds between two saves.
  private static let interval = 10.0

  let folder: MemoryFolder
  private let thread: WorkThread
  private let inbox = Inbox()

  /// Starts to save the states that `remembered` returns, by camera, and what of `heat` is due. Throws if the system has no
  /// thread left.
  init(
    _ folder: MemoryFolder, heat: @escaping @Sendable () -> [CameraHeat] = { [] },
    remembered: @escaping @Sendable () -> [String: CameraMemory]
  ) throws(PipelineError) {
    self.folder = folder
    thread = try WorkThread(name: "memory")
    thread.run { [inbox] in inbox.serve(folder, heat, remembered) }
  }

  /// Counts of saved states, and of failures.
  var report: Report { inbox.state.withLock { $0.report } }

  /// Ends the thread after the present save.
  func end() {
    inbox.state.withLock { $0.isEnding = true }
    inbox.wake.notify()
    thread.join()
  }

  /// State of the thread. It does not keep the owner alive.
  private final class Inbox: Sendable {
    struct State {
      var isEnding = false
      var report = Report()
    }

    let wake = Wakeup()
    let state = Mutex(State())

    func serve(
      _ folder: MemoryFolder, _ heat: () -> [CameraHeat], _ remembered: () -> [String: CameraMemory]
    ) {
      var written: [String: CameraMemory] = [:]
      var pruning = HeatPruning()
      while true {
        wake.wait(seconds: MemoryKeeper.interval)
        if state.withLock({ $0.isEnding }) { return }
        for (camera, memory) in remembered() where !memory.isCovered(by: written[camera]) {
          do throws(OutputError) {
            try folder.write(memory, of: camera)
            written[camera] = memory
            state.withLock { $0.report.successes += 1 }
          } catch { note(error) }
        }
        for each in heat() { do throws(OutputError) { try each.save() } catch { note(error) } }
        let now = EventClock.wallMilliseconds
        if pruning.isDue(at: now, monotonic: MonotonicTime.nanoseconds) { HeatFolder(folder).prune(at: now) }
      }
    }

    private func note(_ error: OutputError) {
      state.withLock { state in
        state.report.failures += 1
        state.report.lastFailure = error.description
      }
    }
  }
}
