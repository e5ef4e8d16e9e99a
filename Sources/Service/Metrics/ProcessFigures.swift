import Foundation
import JSON
import Outputs
import Pipeline

/// Resources that this process uses.
struct ProcessFigures {
  let residentBytes: Int
  let openFiles: Int
  let threads: Int
  let processorSeconds: Double

  /// The present figures.
  static var now: ProcessFigures {
    var usage = rusage()
    unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    let resident = pages.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0
    return ProcessFigures(
      residentBytes: resident * sysconf(Int32(_SC_PAGESIZE)), openFiles: count(in: "/proc/self/fd"),
      threads: count(in: "/proc/self/task"), processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime))
  }

  private static func count(in folder: String) -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0
  }

  /// The figures as fields of an object, with the time since `start`, in nanoseconds of the monotonic clock.
  func json(since start: UInt64) -> JSONValue {
    [
      "uptime_s": .number(Double(MonotonicTime.nanoseconds - start) / 1e9, places: 1),
      "resident_bytes": .integer(residentBytes), "open_files": .integer(openFiles), "threads": .integer(threads),
      "cpu_s": .number(processorSeconds, places: 2),
    ]
  }

  func write(to text: inout MetricsText) {
    text.family("process_resident_memory_bytes", .gauge, "Memory in use.")
    text.sample("process_resident_memory_bytes", residentBytes)
    text.family("process_open_fds", .gauge, "Open files and sockets.")
    text.sample("process_open_fds", openFiles)
    text.family("process_threads", .gauge, "Threads.")
    text.sample("process_threads", threads)
    text.family("process_cpu_seconds_total", .counter, "Processor time used.")
    text.sample("process_cpu_seconds_total", processorSeconds)
  }
}
