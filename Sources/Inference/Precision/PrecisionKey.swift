import Foundation
import GELAN

/// Everything a choice of precision depends on.
struct PrecisionKey: Hashable, Codable {
  /// Name and features of the processor.
  let processor: String
  /// Cap of instruction sets (`YOLOSTREAM_MAX_ISA`); empty if there is none.
  let cap: String
  /// Fingerprint of the network. Values of weights are left out: they do not affect the time.
  let model: String
  /// Height and width of the input in pixels.
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

  /// A file name unique to the key.
  var fileName: String {
    Self.fingerprint([processor, cap, model, "\(height)x\(width)", "\(threads)", program]) + ".json"
  }

  /// Name of the network, and a fingerprint of its convolutions and which of them are quantised.
  private static func fingerprint(of model: InferenceModel) -> String {
    let layers = model.graph.convolutions.map { _, convolution in
      "\(convolution.parameters) \(convolution.weightShape) \(convolution.window) \(convolution.groups) "
        + "\(model.quantisation?.weights[convolution.parameters] != nil)"
    }
    return "\(model.spec.name) \(fingerprint(layers))"
  }

  /// The processor from /proc/cpuinfo, without values that vary.
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

  /// FNV-1a over all strings, each terminated by a zero byte (http://www.isthe.com/chongo/tech/comp/fnv).
  private static func fingerprint(_ texts: [String]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for text in texts {
      for byte in Array(text.utf8) + [0] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
