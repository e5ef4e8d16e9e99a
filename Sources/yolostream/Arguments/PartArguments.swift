import ArgumentParser
import Capture
import Outputs
import Scene
import Streaming

/// The part of a finite input to read, and when it was recorded.
struct PartArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Start this far into a file, such as 90, 1m30s or 00:01:30.", valueName: "time"),
    transform: Seconds.read)
  var start: Seconds?

  @Option(
    help: ArgumentHelp(
      "Recording time of the start of a file, such as 2026-11-23T18:39:27Z, for the times of its events. (default: the time in its name, as "
        + "in front_20261123_183927.mp4, else 1970)", valueName: "date and time"), transform: StartTime.read)
  var startTime: StartTime?

  @Option(help: ArgumentHelp("Stop after this much of the source.", valueName: "time"), transform: Seconds.read)
  var duration: Seconds?

  @Option(help: ArgumentHelp("Read every Nth frame only.", valueName: "N"))
  var vidStride = 1

  @Option(help: "Stop after this many frames.")
  var maxFrames: Int?

  @Option(
    help: ArgumentHelp(
      "Frames per second that a folder of images stands for. (default: 1; 25 with outputs of tracks, such as --mot or --events)",
      valueName: "fps")
  )
  var imageRate: Double?

  func validate() throws {
    guard vidStride >= 1 else { throw ValidationError("--vid-stride \(vidStride): expected 1 or more") }
    guard maxFrames ?? 1 >= 1 else { throw ValidationError("--max-frames \(maxFrames ?? 0): expected 1 or more") }
    if let imageRate, !(imageRate > 0 && imageRate <= 1000) {
      throw ValidationError("--image-rate \(imageRate): expected above 0 and up to 1000")
    }
  }

  /// Whether a source is read from its first to its last frame.
  var isWhole: Bool { start == nil && duration == nil && maxFrames == nil && vidStride == 1 }

  /// Sets the options for opening a source.
  ///
  /// - Parameter wantsTracks: whether images are frames of a sequence.
  func apply(to options: inout SourceOptions, wantsTracks: Bool) {
    options.start = start?.value ?? 0
    options.stillsRate = imageRate ?? (wantsTracks ? 25 : 1)
  }

  /// Sets the options of a run.
  func apply(to options: inout StreamOptions) {
    options.frameLimit = maxFrames
    options.duration = duration?.value
    options.stride = vidStride
  }
}

/// The recording time of footage.
struct StartTime: Hashable, Sendable {
  let milliseconds: Int64

  /// `2026-11-23T18:39:27Z`.
  static func read(_ text: String) throws -> StartTime {
    try yolostream.read(
      text, { FootageTime.milliseconds($0).map(StartTime.init) },
      expected: "a date and a time, such as 2026-11-23T18:39:27Z; without a zone it is that of this computer")
  }
}
