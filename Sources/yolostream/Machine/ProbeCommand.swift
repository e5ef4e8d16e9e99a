import ArgumentParser
import Capture
import FoundationEssentials
import Scene

/// `yolostream probe URL`: measures a network stream.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Measure a network stream: codec, size, rate, jitter, loss, keyframes, clock.",
    discussion: """
      Example:
        yolostream probe rtsp://camera/stream --duration 30s

      Exit codes: 0 done, 64 usage, 65 no video, 66 no such stream, 69 unreachable or stalled, 77 refused.
      """)

  @Argument(help: "An address such as rtsp://camera/stream.") var url: String
  @Option(help: ArgumentHelp("Duration of the measurement.", valueName: "time"), transform: Seconds.read) var duration =
    Seconds(
      10)
  @Option(help: "How RTSP carries its packets: auto, tcp or udp.") var transport = SourceOptions.Transport.auto
  @Option(
    help: ArgumentHelp("Silence after which the stream counts as stalled.", valueName: "time"), transform: Seconds.read)
  var timeout = Seconds(10)
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard duration.value > 0 else { throw ValidationError("--duration \(duration): expected more than 0 s") }
    guard timeout.value > 0 else { throw ValidationError("--timeout \(timeout): expected more than 0 s") }
  }

  func run() throws {
    guard case .network(let url) = try SourceAddress(parsing: url).kind else {
      throw CaptureError(.invalidAddress, "cannot probe \(url): expected a network address such as rtsp://…")
    }
    var options = SourceOptions()
    options.transport = transport
    options.timeout = timeout.value
    let report = try StreamProbe(duration: duration.value, options: options).run(url: url)
    try StandardOutput.write((json ? try report.jsonText(keys: .convertToSnakeCase) : report.text) + "\n")
  }
}

extension StreamProbe.Report {
  fileprivate var text: String {
    func milliseconds(_ seconds: Double) -> String { "\((seconds * 1e3).text(1)) ms" }
    let source = "\(codec) \(width)x\(height), \(container)" + (hasAudio ? ", with audio" : "")
    let promised = nominalRate.map { ", \($0.text(2)) promised" } ?? ""
    let keyframes = keyInterval.map { "one in \($0.text(2)) s" } ?? "fewer than two seen"
    let clock = clockDrift.map { "\(abs($0).text(0)) ppm " + ($0 < 0 ? "slower" : "faster") }
    let utc = senderDelay.map { "by RTCP; frames come \(milliseconds($0)) after it" }
    // With its type written out: inferring it took the compiler 39 s.
    let rows: [(name: String, value: String)] = [
      ("stream", source),
      ("rate", "\(rate.text(2)) frames/s\(promised)"),
      ("bits", "\((bitRate / 1e3).text(0)) kbit/s"),
      ("opening", milliseconds(opening)),
      ("jitter", "\(milliseconds(jitter)), longest gap \(milliseconds(longestGap))"),
      ("loss", "\(lostPackets.counted("packet")) lost, \(damagedPackets) damaged"),
      ("keyframes", keyframes),
      ("clock", clock ?? "seen for less than 10 s"),
      ("UTC", utc ?? "the sender does not say (no RTCP)"),
    ]
    return "\(address): \(frames.counted("frame")) in \(seconds.text(1)) s\n"
      + rows.map { "  \(($0.name + ":").padded(14))\($0.value)" }.joined(separator: "\n")
  }
}
