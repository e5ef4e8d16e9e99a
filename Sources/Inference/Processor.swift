import Kernels
import OneDNN

/// The processor, and the instruction sets that networks use on it.
///
/// The environment variable `YOLOSTREAM_MAX_ISA` caps them, for this package's kernels and for oneDNN, so that a
/// large machine can test and time the kernels of smaller ones.
package enum Processor {
  /// The processor's own name.
  package static var name: String {
    unsafe withUnsafeBytes(of: this_processor().pointee.name) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// The highest instruction set in use, such as `avx512_bf16`.
  package static var instructions: String { unsafe String(cString: instructions_name(this_processor().pointee.usable)) }

  /// The value of `YOLOSTREAM_MAX_ISA`; `nil` if it is not set.
  package static var cap: String? { unsafe this_processor().pointee.cap.map { unsafe String(cString: $0) } }

  /// The values that the cap can have, in ascending order.
  package static var levels: [String] {
    var names: [String] = []
    while let name = unsafe instruction_level_name(Int32(names.count)) { names.append(unsafe String(cString: name)) }
    return names
  }

  /// Applies the cap to oneDNN. Call it before the library is used; later calls have no effect.
  package static func applyCap() throws(InferenceError) {
    guard unsafe this_processor().pointee.is_cap_known else {
      throw InferenceError(
        .instructions,
        "YOLOSTREAM_MAX_ISA=\(cap ?? ""): expected one of \(levels.joined(separator: ", "))")
    }
    _ = libraryLimit
  }

  private static let libraryLimit: Void = {
    switch cap {
    case "reference": Engine.limit(to: .older)
    case "avx2": Engine.limit(to: .avx2)
    case "avx_vnni": Engine.limit(to: .avx2VNNI)
    case "avx512": Engine.limit(to: .avx512)
    case "avx512_vnni": Engine.limit(to: .avx512VNNI)
    case "avx512_bf16": Engine.limit(to: .avx512BF16)
    // oneDNN has one level for all tile instructions, and none for ARM.
    default: break
    }
  }()
}
