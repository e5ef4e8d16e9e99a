import ArgumentParser
import Capture
import Outputs
import Scene

/// Where frames come from.
struct InputArguments: ParsableArguments {
  @Argument(help: "A video, an image, a folder of images, an address, 0 for the first camera, or - for standard input.")
  var input: String?

  @Option(
    name: [
      .customLong("source"), .customLong("file"), .customLong("images"), .customLong("rtsp"), .customLong("rtmp"),
      .customLong("hls"), .customLong("mjpeg"), .customLong("v4l2"),
    ], help: ArgumentHelp("The same, as an option.", valueName: "input"))
  var source: String?

  @Flag(help: "Read what is piped in; the same as -.")
  var stdin = false

  @Option(help: ArgumentHelp("A moving pattern instead of an input.", valueName: "WxH@FPS[:FRAMES]"))
  var testPattern: String?

  @Option(
    help: ArgumentHelp("Begin this far into a file, such as 90, 1m30s or 00:01:30.", valueName: "time"),
    transform: Seconds.read)
  var start: Seconds?

  @Option(
    help: ArgumentHelp(
      "When a file begins, such as 2026-11-23T18:39:27Z, for the times of its events. (default: the time in its name, as "
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
      "Frames per second that a folder of images stands for. (default: 1; with --mot or --events 25)", valueName: "fps")
  )
  var imageRate: Double?

  @Flag(help: "Begin a file again when it is over, without end.")
  var loop = false

  @Option(help: "How RTSP carries its packets: auto, tcp or udp.")
  var transport = SourceOptions.Transport.auto

  @Option(
    help: ArgumentHelp("Silence after which a source counts as stalled.", valueName: "time"), transform: Seconds.read)
  var timeout = Seconds(10)

  func validate() throws {
    guard vidStride >= 1 else { throw ValidationError("--vid-stride \(vidStride): expected 1 or more") }
    guard maxFrames ?? 1 >= 1 else { throw ValidationError("--max-frames \(maxFrames ?? 0): expected 1 or more") }
    if let imageRate, !(imageRate > 0 && imageRate <= 1000) {
      throw ValidationError("--image-rate \(imageRate): expected above 0 and up to 1000")
    }
    guard timeout.value > 0 else { throw ValidationError("--timeout \(timeout): expected more than 0 s") }
  }

  /// The address, as the user wrote it.
  ///
  /// - Parameter leftOver: a word that a list option swallowed, for want of another.
  func address(leftOver: String?) throws -> SourceAddress {
    let named = [input, source, testPattern.map { "test:" + $0 }, stdin ? "-" : nil].compactMap { $0 }
    guard let text = named.first ?? leftOver else {
      throw ValidationError("no input was named: give a video, an image, a folder or an address")
    }
    guard named.count <= 1 else {
      throw ValidationError("more than one input was named: \(named.joined(separator: " and "))")
    }
    return try SourceAddress(parsing: text)
  }

  /// When the first frame of the file at `address` was recorded, in milliseconds since 1970.
  func recorded(_ address: SourceAddress) -> Int64? {
    startTime?.milliseconds
      ?? FootageTime.milliseconds(inName: String(address.description.split(separator: "/").last ?? ""))
  }

  func options(isForDrawing: Bool) -> SourceOptions {
    var options = SourceOptions()
    options.timeout = timeout.value
    options.transport = transport
    options.isForDrawing = isForDrawing
    options.keepsAudio = isForDrawing
    // Whoever says that it is HLS wants what it names.
    if CommandLine.arguments.contains("--hls") { options.takesPlaylists = true }
    options.start = start?.value ?? 0
    options.isLooping = loop
    return options
  }
}

/// When footage was recorded.
struct StartTime: Hashable, Sendable {
  let milliseconds: Int64

  /// `2026-11-23T18:39:27Z`.
  static func read(_ text: String) throws -> StartTime {
    try yolostream.read(
      text, { FootageTime.milliseconds($0).map(StartTime.init) },
      expected: "a date and a time, such as 2026-11-23T18:39:27Z; without a zone it is that of this computer")
  }
}
