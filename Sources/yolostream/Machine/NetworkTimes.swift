import Foundation
import Inference
import Outputs
import Scene

/// The output of `bench network`.
struct NetworkTimes: Encodable {
  struct Step: Encodable {
    let name: String
    let implementation: String
    let milliseconds: Double
    let gigaflopsPerSecond: Double
  }

  let network: String
  let size: String
  let precision: String
  let threads: Int
  let processor: String
  let instructions: String
  let runs: Int
  let medianMs: Double
  let minMs: Double
  let p99Ms: Double
  /// The measurement behind `auto`; `nil` if the precision was given.
  let choice: PrecisionChoice?
  let steps: [Step]

  /// A report of `times` in nanoseconds, ascending.
  init(
    name: String, size: String, precision: String, threads: Int, choice: PrecisionChoice?,
    times: [UInt64], steps: [NetworkBenchmark.StepTime]
  ) {
    network = name
    self.size = size
    self.precision = precision
    self.threads = threads
    processor = Processor.name
    instructions = Processor.instructions
    self.choice = choice
    runs = times.count
    func milliseconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e6 }
    medianMs = milliseconds(times[times.count / 2])
    minMs = milliseconds(times[0])
    p99Ms = milliseconds(times[min(times.count - 1, times.count * 99 / 100)])
    self.steps = steps.map {
      Step(
        name: $0.name, implementation: $0.implementation, milliseconds: milliseconds($0.nanoseconds),
        gigaflopsPerSecond: Double($0.work) / Double(max($0.nanoseconds, 1)))
    }
  }

  var text: String {
    var lines = [
      "\(network) \(size) \(precision), \(threads.counted("thread")): median \(medianMs.text(1)) ms, min \(minMs.text(1)) ms, "
        + "p99 \(p99Ms.text(1)) ms over \(runs.counted("run"))",
      "\(processor), \(instructions)" + (Processor.cap.map { " (YOLOSTREAM_MAX_ISA=\($0))" } ?? ""),
    ]
    if let choice {
      lines.append("auto takes \(choice.precision.rawValue): \(choice.reason) (measured once on this machine)")
    }
    for step in steps {
      lines.append(
        String(format: "%9.3f ms %8.1f GFLOP/s  ", step.milliseconds, step.gigaflopsPerSecond)
          + step.implementation.padding(toLength: 22, withPad: " ", startingAt: 0) + step.name)
    }
    return lines.joined(separator: "\n")
  }
}
