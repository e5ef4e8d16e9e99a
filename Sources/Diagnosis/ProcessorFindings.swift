import Foundation
package import GELAN
package import Inference

/// Checks the processor and how fast it runs a network.
package enum ProcessorFindings {
  /// The processor and its instructions.
  package static func instructions() -> Finding {
    let count = ProcessInfo.processInfo.activeProcessorCount
    let memory = Double(ProcessInfo.processInfo.physicalMemory) / 1e9
    let fact =
      "\(Processor.name), \(count) processor\(count == 1 ? "" : "s"), instructions \(Processor.instructions), "
      + String(format: "%.1f GB of memory", memory)
    if let cap = Processor.cap {
      return Finding(
        "processor", .notice, fact, advice: "unset YOLOSTREAM_MAX_ISA=\(cap) to use all instructions there are")
    }
    guard Processor.instructions != Processor.levels.first else {
      return Finding(
        "processor", .notice, fact,
        advice: "networks run in plain C, many times slower; use a processor with AVX2 (Intel 2013, AMD 2015 and later)"
      )
    }
    return Finding("processor", .good, fact)
  }

  /// The times of `choice`, measured on one thread, for an input of `height` × `width` pixels. `auto` takes the fastest
  /// precision, and `run` has `workers` such threads.
  package static func speed(
    _ choice: PrecisionChoice, of model: InferenceModel, height: Int, width: Int, workers: Int
  ) -> Finding {
    let fastest = choice.timings.filter(\.isFinished).map(\.nanoseconds).min() ?? 0
    let perSecond = fastest > 0 ? Int(1e9 / Double(fastest)) : 0
    let rate = fastest > 0 ? ", \(perSecond) \(perSecond == 1 ? "frame" : "frames") per second without decoding" : ""
    return Finding(
      "speed", .good,
      "\(model.spec.name) at \(height)x\(width), one thread a frame: \(choice.reason); auto takes "
        + "\(choice.precision.rawValue)\(rate); a run has \(workers) such thread\(workers == 1 ? "" : "s")")
  }
}
