import Capture
import Foundation
import TestSupport
import Testing

/// Videos that are made in rare ways.
@Suite struct OddVideoTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test(arguments: ["mp4", "mov"])
  func `encrypted video is refused, and called so`(container: String) throws {
    let path = "\(folder.path)/locked.\(container)"
    try FFmpegTool.run(
      FFmpegTool.photograph(seconds: 0.5) + [
        "-c:v", "libx264", "-encryption_scheme", "cenc-aes-ctr", "-encryption_key", String(repeating: "7", count: 32),
        "-encryption_kid", String(repeating: "a", count: 32), path,
      ])
    let error = #expect(throws: CaptureError.self) {
      let source = try StreamSource(file: path)
      while case .frame = try source.next() {}
    }
    #expect(error?.code == .unsupported && error?.message.contains("encrypted") == true, "\(error as Any)")
  }

  @Test(arguments: ["ts", "mp4", "mkv"], [0.5, 2, 2.9])
  func `a start between keyframes is exact, also without an index`(container: String, start: Double) throws {
    let path = "\(folder.path)/clip.\(container)"
    // One keyframe, at the beginning.
    try FFmpegTool.run(
      FFmpegTool.photograph(seconds: 3) + ["-c:v", "libx264", "-g", "300", "-sc_threshold", "0", "-bf", "0", path])
    var options = SourceOptions()
    options.start = start
    let source = try StreamSource(file: path, options: options)
    var times: [Double] = []
    while case .frame(let frame) = try source.next() { times.append(frame.stamp.seconds) }
    #expect(times.count == 30 - Int((start * 10).rounded()), "\(times)")
    #expect(abs((times.first ?? 0) - source.description.origin) < 0.01, "\(times)")
  }

  @Test func `pixels stay square where a broadcast changes their aspect ratio`() throws {
    let path = folder.path + "/broadcast.ts", part = folder.path + "/part.ts"
    var bytes = Data()
    for aspect in ["4:3", "16:9"] {
      try FFmpegTool.run([
        "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=0.5", "-c:v", "mpeg2video", "-aspect", aspect, part,
      ])
      bytes += try Data(contentsOf: URL(filePath: part))
    }
    try bytes.write(to: URL(filePath: path))
    let source = try StreamSource(file: path)
    var sizes: [String] = []
    while case .frame(let frame) = try source.next() {
      let layout = frame.pixels.layout
      sizes.append("\(layout.width)x\(layout.height)")
    }
    #expect(sizes.first == "64x48" && sizes.last == "86x48", "\(sizes)")
  }
}
