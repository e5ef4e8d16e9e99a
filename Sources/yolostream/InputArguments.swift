import ArgumentParser
import Capture
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

  @Option(help: ArgumentHelp("Stop after this much of the source.", valueName: "time"), transform: Seconds.read)
  var duration: Seconds?

  @Option(help: ArgumentHelp("Read every Nth frame only.", valueName: "N"))
  var vidStride = 1

  @Option(help: "Stop after this many frames.")
  var maxFrames: Int?

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

  func options(isForDrawing: Bool) -> SourceOptions {
    var options = SourceOptions()
    options.timeout = timeout.value
    options.transport = transport
    options.isForDrawing = isForDrawing
    options.keepsAudio = isForDrawing
    options.start = start?.value ?? 0
    options.isLooping = loop
    return options
  }
}
