import Capture
import Foundation
import TestSupport
import Testing

/// Damage is noticed in every codec, and what is whole is not called damaged.
@Suite struct DamageTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Codecs and containers, and where in the file damage begins that shows: past headers.
  private static let codecs: [(codec: String, container: String)] = [
    ("libx264", "mp4"), ("libx264", "ts"), ("libx264", "mkv"), ("mpeg4", "avi"), ("mpeg2video", "ts"),
    ("mjpeg", "avi"), ("mjpeg", "mkv"), ("ffv1", "mkv"), ("png", "mov"), ("prores", "mov"), ("h263p", "avi"),
  ]

  private func losses(_ path: String) throws -> (frames: Int, losses: SourceLosses) {
    let source = try StreamSource(file: path)
    var count = 0
    while case .frame = try source.next() { count += 1 }
    return (count, source.losses)
  }

  @Test(arguments: codecs)
  func `bent bytes are counted`(codec: String, container: String) throws {
    let path = "\(folder.path)/clip.\(container)"
    let options = codec == "ffv1" ? ["-level", "3", "-slicecrc", "1"] : []
    try FFmpegTool.run(
      FFmpegTool.photograph(seconds: 1.5) + ["-c:v", codec, "-threads", "1"] + options + [path])
    let whole = try losses(path)
    #expect(whole.frames == 15 && !whole.losses.isDamaged, "\(whole)")
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    var numbers = SeededNumbers(seed: 3)
    for _ in 0..<30 {
      bytes[bytes.count * 3 / 10 + numbers.below(bytes.count * 6 / 10)] ^= 1 << UInt8(numbers.below(8))
    }
    try Data(bytes).write(to: URL(filePath: path))
    let bent = try losses(path)
    #expect(bent.losses.isDamaged, "\(bent)")
  }

  @Test(arguments: ["mjpeg", "avi", "mkv"])
  func `frames that end early are counted, the others are not`(container: String) throws {
    let whole = folder.path + "/whole.mjpeg", cut = folder.path + "/cut.mjpeg", path = folder.path + "/cut." + container
    try FFmpegTool.run(FFmpegTool.photograph(seconds: 0.9) + ["-c:v", "mjpeg", whole])
    #expect(try losses(whole).losses == SourceLosses())
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: whole)))
    var starts = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD8 }
    starts.append(bytes.count)
    let frames = zip(starts, starts.dropFirst()).map { Array(bytes[$0..<$1]) }
    let bent = frames.enumerated().flatMap { [0, 4].contains($0) ? Array($1.prefix($1.count / 2)) : $1 }
    try Data(bent).write(to: URL(filePath: cut))
    if container != "mjpeg" { try FFmpegTool.run(["-f", "mjpeg", "-i", cut, "-c", "copy", path]) }
    let result = try losses(path)
    #expect(result.frames == frames.count && result.losses.damagedFrames == 2, "\(result)")
  }

  @Test(arguments: ["mp4", "avi", "mov"])
  func `a file that ends early is damaged`(container: String) throws {
    let path = "\(folder.path)/clip.\(container)"
    try FFmpegTool.run(
      FFmpegTool.photograph(seconds: 1) + ["-c:v", "mpeg4"] + (container == "avi" ? [] : ["-movflags", "faststart"])
        + [path])
    #expect(try losses(path).losses == SourceLosses())
    try Data(contentsOf: URL(filePath: path)).dropLast(9000).write(to: URL(filePath: path))
    let result = try losses(path)
    #expect(result.frames < 10 && result.losses.isDamaged, "\(result)")
  }

  @Test func `a folder goes on past what is gone, empty or broken, and names it`() throws {
    for index in 1...3 {
      try FileManager.default.copyItem(atPath: TestClip.photograph.path, toPath: "\(folder.path)/\(index).jpg")
    }
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/dead.jpg", withDestinationPath: "nowhere.jpg")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/loop.jpg", withDestinationPath: "loop.jpg")
    try FileManager.default.createDirectory(atPath: folder.path + "/folder.jpg", withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: folder.path + "/empty.jpg"))
    try Data(contentsOf: TestClip.photograph).prefix(20_000).write(to: URL(filePath: folder.path + "/cut.jpg"))
    mkfifo(folder.path + "/fifo.jpg", 0o600)
    let source = try SourceAddress(parsing: folder.path).open()
    var names: [String] = []
    while case .frame(let frame) = try source.next() { names.append(frame.fileName ?? "") }
    #expect(names == ["1.jpg", "2.jpg", "3.jpg"])
    let unreadable = source.losses.unreadable
    for name in ["dead.jpg", "loop.jpg", "folder.jpg", "empty.jpg", "cut.jpg", "fifo.jpg"] {
      #expect(unreadable.contains { $0.contains(name) }, "\(name): \(unreadable)")
    }
    #expect(source.losses.isDamaged)
  }

  @Test func `a folder of nothing but broken images is an error`() throws {
    for index in 1...2 { try Data("no image".utf8).write(to: URL(filePath: "\(folder.path)/\(index).png")) }
    let source = try SourceAddress(parsing: folder.path).open()
    let error = #expect(throws: CaptureError.self) { _ = try source.next() }
    #expect(error?.code == .invalidMedia)
  }
}
