import Foundation
import Testing

/// `YOLOSTREAM_MAX_ISA` caps what kernels of this package and of oneDNN use.
@Suite(.serialized) struct InstructionCapTests {
  let program = Result { try Program() }

  private func bench(_ cap: String, _ arguments: [String] = []) throws -> Program.Outcome {
    try program.get().start(
      ["bench", "--network", "gelan-t", "--size", "64x64", "--runs", "1", "--layers"] + arguments, hasModel: false,
      variables: ["YOLOSTREAM_MAX_ISA": cap]
    ).wait()
  }

  @Test func `an unknown level is one sentence that names the known ones`() throws {
    let outcome = try bench("sse9")
    #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.output)")
    #expect(outcome.error.contains("YOLOSTREAM_MAX_ISA=sse9: expected one of reference, avx2"), "\(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 1)
  }

  @Test(arguments: ["f32", "int8"]) func `plain C computes a whole network`(precision: String) throws {
    let outcome = try bench("reference", ["--precision", precision])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("reference (YOLOSTREAM_MAX_ISA=reference)"), "\(outcome.output)")
    #expect(!outcome.output.contains("avx"), "\(outcome.output)")
  }

  @Test func `a level below AVX-512 keeps everything from it, the library included`() throws {
    let outcome = try bench("avx2", ["--precision", "f32"])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(!outcome.output.contains("avx512"), "\(outcome.output)")
  }
}
