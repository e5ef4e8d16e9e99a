public import Foundation

/// Clips that tests need, made from `samples/street.jpg` by the `ffmpeg` command: a view that wanders over a photograph.
public enum TestClip: String, CaseIterable, Sendable {
  /// H.264 with B-frames, 1280x720 at 29.97 frames per second, 314 frames, a keyframe each half second, no audio.
  case walk = "walk.mp4"
  /// H.264 without B-frames, 768x432 at 12.5 frames per second, 377 frames, a keyframe each 4.8 s, with audio.
  case traffic = "traffic.mp4"
  /// MPEG-4 Part 2 in AVI, 384x288 at 10 frames per second, 80 frames.
  case old = "old.avi"

  /// The photograph that the clips show, 768x576.
  public static let photograph = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "samples/street.jpg")

  /// The clip's file, made when a process first asks for it. Fails where `ffmpeg` cannot make it.
  public var file: URL {
    get throws { try Self.files[self, default: .failure(Failure(text: "no such clip"))].get() }
  }

  /// Why a clip could not be made.
  public struct Failure: Error, CustomStringConvertible {
    let text: String

    /// A failure with the text `text`.
    public init(text: String) { self.text = text }
    /// What `ffmpeg` printed.
    public var description: String { text }
  }

  private static let files = Dictionary(
    uniqueKeysWithValues: allCases.map { clip in (clip, Result { try clip.make() }) })

  private func make() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "test-clips-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: rawValue)
    let log = Pipe()
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ffmpeg", "-v", "error", "-loop", "1"] + options + [file.path]
    process.standardInput = FileHandle.nullDevice
    process.standardError = log
    try process.run()
    let messages = log.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(text: String(decoding: messages, as: UTF8.self)) }
    return file
  }

  private var options: [String] {
    switch self {
    case .walk:
      input(rate: "30000/1001", size: "1280:720", seconds: "10.47")
        + ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "2800k", "-g", "15", "-bf", "2", "-sc_threshold", "0"]
    case .traffic:
      input(rate: "25/2", size: "768:432", seconds: "30.16", hasAudio: true)
        + ["-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-bf", "0", "-sc_threshold", "0", "-c:a", "aac"]
    case .old: input(rate: "10", size: "384:288", seconds: "8") + ["-c:v", "mpeg4", "-b:v", "1000k"]
    }
  }

  private func input(rate: String, size: String, seconds: String, hasAudio: Bool = false) -> [String] {
    let view = "crop=512:288:x='(iw-ow)*(0.5+0.5*sin(1.3*t))':y='(ih-oh)*(0.5+0.5*cos(0.9*t))'"
    let tone = hasAudio ? ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"] : []
    return ["-framerate", rate, "-i", Self.photograph.path] + tone
      + ["-vf", "\(view),scale=\(size),format=yuv420p", "-t", seconds]
  }
}
