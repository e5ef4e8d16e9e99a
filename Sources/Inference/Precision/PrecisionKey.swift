import Foundation
import GELAN

/// What a choice of precision depends on. A choice holds where all of it is the same.
struct PrecisionKey: Hashable, Codable {
  /// Name and features of the processor.
  let processor: String
  /// Instruction sets that were not to be used (`YOLOSTREAM_MAX_ISA`); empty if there is no cap.
  let cap: String
  /// What the network computes. The values of weights take no part: they do not change the time.
  let model: String
  /// Rows and columns of the input.
  let height, width: Int
  /// Threads on one image.
  let threads: Int
  /// Version and build of the program.
  let program: String

  init(_ model: InferenceModel, height: Int, width: Int, threads: Int, program: String) {
    processor = Self.processor
    cap = ProcessInfo.processInfo.environment["YOLOSTREAM_MAX_ISA"] ?? ""
    self.model = Self.fingerprint(of: model)
    self.height = height
    self.width = width
    self.threads = threads
    self.program = program
  }

  /// A file name that differs where the key does.
  var fileName: String {
    Self.fingerprint([processor, cap, model, "\(height)x\(width)", "\(threads)", program]) + ".json"
  }

  /// Name of the network, and a fingerprint of its convolutions and of which of them are quantised.
  private static func fingerprint(of model: InferenceModel) -> String {
    let layers = model.graph.convolutions.map { _, convolution in
      "\(convolution.parameters) \(convolution.weightShape) \(convolution.window) \(convolution.groups) "
        + "\(model.quantisation?.weights[convolution.parameters] != nil)"
    }
    return "\(model.spec.name) \(fingerprint(layers))"
  }

  /// The processor as Linux describes it, without what changes from moment to moment.
  private static let processor: String = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      if parts.count == 2, fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
    }
    let named = ["model name", "cpu family", "model", "stepping", "CPU implementer", "CPU part", "CPU variant"]
    let features = fingerprint([fields["flags"] ?? fields["Features"] ?? ""])
    return named.compactMap { fields[$0] }.joined(separator: " ") + " \(features)"
  }()

  /// FNV-1a of all bytes, each text ended by a 0 (http://www.isthe.com/chongo/tech/comp/fnv).
  private static func fingerprint(_ texts: [String]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for text in texts {
      for byte in Array(text.utf8) + [0] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
