import Foundation
import TestSupport
import Testing

/// What a new user does, by the very commands of the documentation.
@Suite(.serialized, .timeLimit(.minutes(20))) struct TranscriptTests {
  /// The commands of the first block under `heading` of a document.
  private static func commands(under heading: String, of document: String) throws -> [String] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Documentation/\(document)")
    let text = try String(contentsOf: file, encoding: .utf8)
    let section = try #require(text.components(separatedBy: "\n## \(heading)\n").dropFirst().first)
    let block = try #require(section.components(separatedBy: "```sh\n").dropFirst().first)
    return block.components(separatedBy: "\n```")[0].split(separator: "\n").map(String.init)
  }

  @Test func `an export is trained on, validated, quantised and run on a video`() throws {
    let program = try Program()
    try Self.writeExport(program)
    try FileManager.default.createSymbolicLink(
      atPath: program.path("street.mp4"), withDestinationPath: TestClip.old.file.path)
    let commands = try Self.commands(under: "From an export to a video", of: "training.md")
    #expect(commands.count == 5)
    var outputs: [String] = []
    for command in commands {
      // Shorter: two epochs of small images.
      let short = command.replacing("--epochs 50", with: "--epochs 2 --imgsz 96 --batch 4 --warmup 0")
      #expect(short.hasPrefix("yolostream "))
      let path = "'\(Program.executable.path)'\(short.dropFirst("yolostream".count))"
      let outcome = try program.tool("sh", ["-c", path])
      #expect(outcome.status == 0, "\(command)\n\(outcome.error)")
      outputs.append(outcome.output)
    }
    #expect(outputs[0].contains("begins with the packaged model; classes it knows: person; new classes: parcel\n"))
    #expect(outputs[0].contains("12 images, 0 without objects, 24 objects, 2 classes"), "\(outputs[0])")
    #expect(outputs[1].contains("4 images, ") && outputs[1].contains("AP50"), "\(outputs[1])")
    #expect(outputs[2].contains("mine-int8.safetensors: gelan-n, "), "\(outputs[2])")
    #expect(outputs[3].contains("4 images, "), "\(outputs[3])")
    #expect(try program.tool("ffprobe", ["-v", "error", "annotated.mp4"]).status == 0)
  }

  /// The layout of an export in YOLO format: train and valid beside data.yaml, paths that start with `../`.
  private static func writeExport(_ program: Program) throws {
    for (split, numbers) in [("train", 0..<12), ("valid", 12..<16)] {
      for kind in ["images", "labels"] {
        try FileManager.default.createDirectory(
          atPath: program.path("export/\(split)/\(kind)"), withIntermediateDirectories: true)
      }
      for number in numbers {
        let left = 4 + number * 3
        var pixels = [UInt8](repeating: 90, count: 96 * 96 * 3)
        for row in 10..<50 { for column in left..<left + 20 { pixels[(row * 96 + column) * 3] = 250 } }
        for row in 60..<84 { for column in left..<left + 36 { pixels[(row * 96 + column) * 3 + 2] = 250 } }
        let name = "street_\(number)_png.rf.\(number)c0ffee"
        try (Data("P6 96 96 255\n".utf8) + Data(pixels)).write(
          to: URL(filePath: program.path("export/\(split)/images/\(name).ppm")))
        let labels = [(0, left + 10, 30, 20, 40), (1, left + 18, 72, 36, 24)].map { classID, x, y, width, height in
          "\(classID) \(Double(x) / 96) \(Double(y) / 96) \(Double(width) / 96) \(Double(height) / 96)"
        }
        try (labels.joined(separator: "\n") + "\n").write(
          toFile: program.path("export/\(split)/labels/\(name).txt"), atomically: true, encoding: .utf8)
      }
    }
    try """
    train: ../train/images
    val: ../valid/images
    test: ../test/images

    nc: 2
    names: ['person', 'parcel']

    roboflow:
      workspace: street
      project: street
      version: 1
      license: CC BY 4.0

    """.write(toFile: program.path("export/data.yaml"), atomically: true, encoding: .utf8)
  }
}
