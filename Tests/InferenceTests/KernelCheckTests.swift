import Foundation
import GELAN
import Testing

/// The kernels in C against their reference, on every shape of a convolution that a network has: `Tests/KernelChecks` is
/// built and run as a program of its own, optimised, under the sanitizers, and for 64-bit ARM.
///
/// Operands and scratch memory have exactly the required sizes, so the sanitizers see every access beyond them.
/// Kernels whose instructions are missing here run on their twins; what ran on what is printed.
@Suite(.serialized) struct KernelCheckTests {
  @Test(.enabled(if: has("clang"), "skipped: needs clang"), arguments: ["native", "sanitized"])
  func `every kernel agrees with the reference`(way: String) throws {
    try expectAgreement(way)
  }

  @Test(
    .enabled(
      if: has("aarch64-linux-gnu-gcc") && has("qemu-aarch64-static"),
      "skipped: needs gcc-aarch64-linux-gnu and qemu-user-static"))
  func `kernels for 64-bit ARM agree with the reference`() throws {
    try expectAgreement("aarch64")
  }

  private func expectAgreement(_ way: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let process = Process(), input = Pipe(), output = Pipe()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [folder.appending(path: "KernelChecks/run.sh").path, way]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    // A pipe holds 64 KB: more than the shapes take.
    try input.fileHandleForWriting.write(contentsOf: Data(Self.shapes.joined(separator: "\n").utf8))
    try input.fileHandleForWriting.close()
    let report = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    print(report)
    #expect(process.terminationStatus == 0, "\(report.suffix(2000))")
  }

  private static func has(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  /// The convolutions of all networks, as `check.c` reads them, and some that no network has.
  private static let shapes: [String] = {
    var shapes: Set<String> = [
      // Maps of one pixel and of one row, channels that fill no vector, stripes of odd width, wide strides.
      "8 8 1 3 1 1 1 1 0 0", "72 4 1 1 1 0 1 1 0 0", "24 40 1 3 1 1 1 77 0 0", "40 56 1 3 2 1 31 33 0 0",
      "16 16 4 1 1 0 17 19 0 0", "32 16 2 3 2 1 8 61 0 0", "264 20 1 1 1 0 4 67 0 0", "16 24 1 3 2 1 11 17 1 0",
      "16 32 1 1 2 0 20 21 0 0", "16 12 1 3 1 0 9 12 0 0", "3 40 1 3 1 1 5 7 0 1", "1024 16 1 3 1 1 3 3 0 0",
    ]
    for spec in NetworkSpec.published + NetworkSpec.own {
      let graph = spec.graph().mainBranch.folded
      // At a stride of 32 these are 7×11: odd sizes, as far down as halving leaves them.
      shapes.formUnion(Self.shapes(of: graph, 224, 352))
    }
    return shapes.sorted()
  }()

  private static func shapes(of graph: Graph, _ height: Int, _ width: Int) -> [String] {
    let sizes = graph.sizes(height: height, width: width)
    return graph.convolutions.map { node, convolution in
      var source = node.inputs[0]
      // Means over 2×2 values in front of a 3×3 convolution are taken by it.
      var takesMeans = false
      if case .averagePool(Graph.Window(kernel: 2, stride: 1, padding: 0)) = graph.nodes[source].operation,
        convolution.window.kernel == 3
      {
        takesMeans = true
        source = graph.nodes[source].inputs[0]
      }
      let window = convolution.window, groups = convolution.groups
      let numbers = [
        convolution.inputChannels / groups, convolution.outputChannels / groups, groups, window.kernel, window.stride,
        window.padding, sizes[source].height, sizes[source].width, takesMeans ? 1 : 0, source == 0 ? 1 : 0,
      ]
      return numbers.map(String.init).joined(separator: " ")
    }
  }
}
