import ArgumentParser
import Batch
import Capture
import Scene

/// Where frames come from.
struct InputArguments: ParsableArguments {
  @Argument(
    help:
      "A video, an image, a folder of images, an address, 0 for the first camera, or - for standard input. Several, a folder of videos, a quoted pattern or a list (.txt, .csv) are read as 'annotate' does."
  )
  var inputs: [String] = []

  @Option(
    name: [
      .customLong("source"), .customLong("file"), .customLong("images"), .customLong("rtsp"), .customLong("rtmp"),
      .customLong("hls"), .customLong("mjpeg"), .customLong("v4l2"),
    ], help: ArgumentHelp("The same, as an option, as often as wanted.", valueName: "input"))
  var sources: [String] = []

  @Flag(help: "Read what is piped in; the same as -.")
  var stdin = false

  @Option(help: ArgumentHelp("A moving pattern instead of an input.", valueName: "WxH@FPS[:FRAMES]"))
  var testPattern: String?

  @Flag(help: "Begin a file again when it is over, without end.")
  var loop = false

  @Option(help: "How RTSP carries its packets: auto, tcp or udp.")
  var transport = SourceOptions.Transport.auto

  @Option(
    help: ArgumentHelp("Silence after which a source counts as stalled.", valueName: "time"), transform: Seconds.read)
  var timeout = Seconds(10)

  func validate() throws {
    guard timeout.value > 0 else { throw ValidationError("--timeout \(timeout): expected more than 0 s") }
  }

  /// What was named, as the user wrote it.
  private var words: [String] {
    inputs + sources + [testPattern.map { "test:" + $0 }, stdin ? "-" : nil].compactMap { $0 }
  }

  var isNamed: Bool { !words.isEmpty }

  /// Whether what was named are many inputs.
  var areMany: Bool { words.count > 1 || InputList.isMany(words.first ?? "") }

  /// The address, as the user wrote it.
  ///
  /// - Parameter leftOver: a word that a list option swallowed, for want of another.
  func address(leftOver: String?) throws -> SourceAddress {
    guard let text = words.first ?? leftOver else {
      throw ValidationError(
        "no input was named: give a video, an image, a folder or an address; 'yolostream --help' has examples")
    }
    guard words.count <= 1 else {
      throw ValidationError("more than one input was named: \(words.joined(separator: " and "))")
    }
    return try SourceAddress(parsing: text)
  }

  func options(isForDrawing: Bool) -> SourceOptions {
    var options = SourceOptions()
    options.timeout = timeout.value
    options.transport = transport
    options.isForDrawing = isForDrawing
    options.keepsAudio = isForDrawing
    // `--hls` also allows the segments that a playlist names.
    let isPlaylist = CommandLine.arguments.contains { $0 == "--hls" || $0.hasPrefix("--hls=") }
    if isPlaylist { options.takesPlaylists = true }
    options.isLooping = loop
    return options
  }
}
