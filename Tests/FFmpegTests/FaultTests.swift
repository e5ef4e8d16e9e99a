import Foundation
import Synchronization
import Testing

@testable import FFmpeg

/// What cannot be read or written gives one sentence and a code; nothing waits longer than it may.
@Suite struct FaultTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [Muxer.Container.mp4, .matroska])
  func `a file cut anywhere gives fewer frames or an error`(container: Muxer.Container) throws {
    let path = folder.path("clip"), cut = folder.path("cut")
    try Clip(container: container).write(to: path)
    let whole = try Data(contentsOf: URL(filePath: path))
    var last = 0
    for part in 0..<32 {
      try whole.prefix(whole.count * part / 32).write(to: URL(filePath: cut))
      do {
        let count = try Reading(.file(cut)).frames.count
        #expect(count <= 40 && count >= last)
        last = count
      } catch let error as FFmpegError {
        #expect([.invalidData, .unsupported].contains(error.code), "\(error)")
        #expect(!error.message.isEmpty)
      }
    }
    // The last fragment is only there when it is whole.
    #expect(last > 10)
  }

  @Test func `what is no media, not there or a folder is named with its code`() throws {
    let noise = folder.path("noise.mp4")
    try Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }).write(to: URL(filePath: noise))
    for (path, codes) in [
      (noise, [.invalidData]), (folder.path("absent.mp4"), [.notFound]),
      (folder.url.path, [.inputOutput, .invalidData]),
    ] as [(String, [FFmpegError.Code])] {
      let error = #expect(throws: FFmpegError.self) { _ = try Demuxer(.file(path)) }
      #expect(codes.contains(try #require(error?.code)), "\(path): \(error?.code as Any)")
      #expect(error?.message.contains(path) == true)
    }
  }

  @Test func `an MP4 file that was cut off before its index is named as such`() throws {
    let whole = folder.path("whole"), cut = folder.path("cut.mp4"), empty = folder.path("empty.mp4")
    try Clip(container: .mp4).write(to: whole)
    let bytes = try Data(contentsOf: URL(filePath: whole))
    try bytes.prefix(Int(bytes[3])).write(to: URL(filePath: cut))  // Its first box, ftyp.
    try Data().write(to: URL(filePath: empty))
    let error = #expect(throws: FFmpegError.self) { _ = try Demuxer(.file(cut)) }
    #expect(error?.message.contains("index of this MP4 file (moov) is missing or damaged") == true, "\(error as Any)")
    let other = #expect(throws: FFmpegError.self) { _ = try Demuxer(.file(empty)) }
    #expect(other?.message.contains("empty, damaged or of another kind") == true, "\(other as Any)")
  }

  @Test(arguments: ["rtsp", "http", "rtmp", "tcp"])
  func `an unknown host is reported as such`(scheme: String) {
    // No name has a part of so many letters: no server is queried for it.
    let host = String(repeating: "a", count: 64)
    let error = #expect(throws: FFmpegError.self) { _ = try Demuxer(.address("\(scheme)://\(host):99/live/x")) }
    #expect(error?.code == .unreachable && error?.message.contains("could not be found") == true, "\(error as Any)")
  }

  @Test func `a codec, an option and a size that nobody has are refused`() throws {
    func settings(_ codec: String, width: Int = 64, options: [String: String] = [:]) -> Encoder.Settings {
      var settings = Encoder.Settings(
        codecName: codec, width: width, height: 64, format: .yuv420p,
        colour: FrameColour(matrix: .bt601, isFullRange: false), timeBase: TimeBase(numerator: 1, denominator: 1000)!)
      settings.options = options
      return settings
    }
    for (settings, code) in [
      (settings("libx999"), FFmpegError.Code.unsupported),
      (settings("mpeg4", options: ["speed": "9"]), .invalidArgument),
      (settings("mpeg4", width: 0), .invalidArgument),
    ] {
      #expect(throws: FFmpegError.self) { _ = try Encoder(settings) }
      do { _ = try Encoder(settings) } catch { #expect(error.code == code, "\(error)") }
    }
    #expect(throws: FFmpegError.self) { _ = try Frame(width: 0, height: 4, format: .gray8) }
    #expect(throws: FFmpegError.self) { _ = try Frame(width: 1 << 40, height: 4, format: .gray8) }
  }

  @Test func `a frame of another size or arrangement is not encoded`() throws {
    var encoder = try Encoder(
      Encoder.Settings(
        codecName: "mpeg4", width: 64, height: 64, format: .yuv420p,
        colour: FrameColour(matrix: .bt601, isFullRange: false), timeBase: TimeBase(numerator: 1, denominator: 1000)!))
    for frame in [
      try Frame(width: 64, height: 64, format: .nv12), try Frame(width: 62, height: 64, format: .yuv420p),
    ] {
      do {
        try encoder.send(frame)
        Issue.record("taken")
      } catch { #expect(error.code == .invalidArgument) }
    }
  }

  @Test func `a full disk is an error of writing`() throws {
    let path = folder.path("full.mkv")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
    let error = #expect(throws: FFmpegError.self) { try Clip(container: .matroska).write(to: path) }
    #expect(error?.code == .noSpace)
  }

  @Test func `a folder in the file's place is an error of creating`() throws {
    for name in ["d.mp4", "d.mkv"] {
      try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
      let error = #expect(throws: FFmpegError.self) {
        try Clip(container: name.hasSuffix("mkv") ? .matroska : .mp4).write(to: folder.path(name))
      }
      #expect(error?.code == .inputOutput && error?.message.contains(name) == true, "\(error as Any)")
    }
  }

  @Test(arguments: [Muxer.Container.mp4, .matroska])
  func `a file that can no longer be made is an error, and finishing is one too`(container: Muxer.Container) throws {
    let inner = folder.path("inner")
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    let error = #expect(throws: FFmpegError.self) {
      try Clip(container: container).write(
        to: inner + "/clip", beforeFlush: { try FileManager.default.removeItem(atPath: inner) })
    }
    #expect(error?.code == .notFound, "\(error as Any)")
  }

  @Test func `a named pipe that nobody writes to ends when its time is up, or by an interrupt`() throws {
    let path = folder.path("pipe.mp4")
    #expect(mkfifo(path, 0o600) == 0)
    let begin = ContinuousClock.now
    let error = #expect(throws: FFmpegError.self) { _ = try Demuxer(.file(path), timeout: 0.3) }
    #expect(error?.code == .timedOut && ContinuousClock.now - begin < .seconds(5))
    let flag = InterruptFlag()
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { flag.interrupt() }
    let other = #expect(throws: FFmpegError.self) { _ = try Demuxer(.file(path), timeout: 60, interrupt: flag) }
    #expect(other?.code == .interrupted && ContinuousClock.now - begin < .seconds(10))
  }

  @Test func `a call that hangs in the system is left behind`() throws {
    let release = DispatchSemaphore(value: 0)
    let begin = ContinuousClock.now
    #expect(throws: AbandonableCall.Failure.abandoned) {
      _ = try AbandonableCall.run(until: InterruptFlag.deadline(in: 0.1), interrupt: InterruptFlag()) { () -> Int in
        release.wait()
        return 1
      }
    }
    let flag = InterruptFlag()
    flag.interrupt()
    #expect(throws: AbandonableCall.Failure.abandoned) {
      _ = try AbandonableCall.run(until: InterruptFlag.deadline(in: 60), interrupt: flag) { () -> Int in
        release.wait()
        return 1
      }
    }
    #expect(ContinuousClock.now - begin < .seconds(10))
    for _ in 0..<2 { release.signal() }
    #expect(try AbandonableCall.run(until: InterruptFlag.deadline(in: 60), interrupt: InterruptFlag()) { 7 } == 7)
  }

  @Test func `a folder that is not there is an error of creating`() {
    let error = #expect(throws: FFmpegError.self) { try Clip().write(to: folder.path("absent/clip.mp4")) }
    #expect(error?.code == .notFound)
  }

  @Test func `a silent pipe ends when its time is up`() throws {
    let pipe = Pipe()
    let error = #expect(throws: FFmpegError.self) {
      _ = try Demuxer(.pipe(pipe.fileHandleForReading.fileDescriptor), timeout: 0.3)
    }
    #expect(error?.code == .timedOut)
    #expect(error?.message.contains("0.3 s") == true)
    pipe.fileHandleForWriting.closeFile()
  }

  @Test func `an interrupt from another thread ends what waits, and everything after`() throws {
    let pipe = Pipe()
    let flag = InterruptFlag()
    let bytes = folder.path("clip.mkv")
    try Clip(container: .matroska).write(to: bytes)
    // Enough to open with; then silence, in which the interrupt comes.
    pipe.fileHandleForWriting.write(try Data(contentsOf: URL(filePath: bytes)).prefix(6000))
    let isWaiting = DispatchSemaphore(value: 0)
    let thread = Thread {
      isWaiting.wait()
      flag.interrupt()
    }
    thread.start()
    isWaiting.signal()
    let error = #expect(throws: FFmpegError.self) {
      _ = try Reading(.pipe(pipe.fileHandleForReading.fileDescriptor), timeout: 60, interrupt: flag)
    }
    #expect(error?.code == .interrupted)
    let again = #expect(throws: FFmpegError.self) { _ = try Demuxer(.file(bytes), interrupt: flag) }
    #expect(again?.code == .interrupted)
    pipe.fileHandleForWriting.closeFile()
  }
}
